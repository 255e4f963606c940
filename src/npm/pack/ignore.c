/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/pack/ignore.h"

#include <stdarg.h>

#include "npm/spec/js-text.h"

static int add_rule(Ignore *ignore, Slice line, Error *e) {
        int r;

        if (ignore->n >= IGNORE_RULES_MAX)
                return error_set(e, -E2BIG, "it has more than %u rules", IGNORE_RULES_MAX);
        if (ignore->n == ignore->size) {
                size_t size = MAX2(ignore->size * 2, (size_t) 16);
                Glob *grown = realloc(ignore->rules, size * sizeof(Glob));

                if (!grown)
                        return -ENOMEM;
                ignore->rules = grown;
                ignore->size = size;
        }
        r = glob_parse(&ignore->arena, line.s, line.n, e, ignore->rules + ignore->n);
        if (r < 0)
                return r;
        ignore->n++;
        return 0;
}

int ignore_add_text(Ignore *ignore, const char *text, size_t size, Error *e) {
        const char *end = text + size;

        for (const char *next; text < end; text = next + 1) {
                Slice line;
                int r;

                next = memchr(text, '\n', (size_t) (end - text)) ?: end;
                line = js_trim((Slice) { text, (size_t) (next - text) });
                if (line.n == 0 || line.s[0] == '#')
                        continue;
                r = add_rule(ignore, line, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

int ignore_addf(Ignore *ignore, Error *e, const char *format, ...) {
        _cleanup_(freep) char *rule = NULL;
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(&rule, format, ap);
        va_end(ap);
        if (r < 0) {
                rule = NULL;
                return -ENOMEM;
        }
        return ignore_add_text(ignore, rule, (size_t) r, e);
}

void ignore_done(Ignore *ignore) {
        free(ignore->rules);
        arena_done(&ignore->arena);
        *ignore = (Ignore) {};
}

/* With a slash before it, and without. */
static bool match_either(const Glob *rule, const GlobText *parts, size_t n, bool slash,
                         bool partial, unsigned *steps) {
        return glob_match(rule, parts, n + 1 + slash, partial, steps) ||
               glob_match(rule, parts + 1, n + slash, partial, steps);
}

static bool match_folder(const Glob *rule, const GlobText *parts, size_t n, unsigned *steps) {
        return match_either(rule, parts, n, true, false, steps) ||
               (rule->negated && match_either(rule, parts, n, false, true, steps));
}

/* The name alone, wherever it is. */
static bool match_name(const Glob *rule, const IgnorePath *p, unsigned *steps) {
        const GlobText name[] = { p->parts[0], p->parts[p->n], p->parts[0] };

        return match_folder(rule, name, 1, steps);
}

bool ignore_apply(const Ignore *ignore, const IgnorePath *p, bool taken, unsigned *steps) {
        for (size_t i = 0; i < ignore->n; i++) {
                const Glob *rule = ignore->rules + i;

                if (rule->negated == taken)
                        continue;
                if (match_either(rule, p->parts, p->n, p->slash, false, steps) ||
                    (p->folder && (match_folder(rule, p->parts, p->n, steps) ||
                                   (p->deeper && rule->relative && match_name(rule, p, steps)))))
                        taken = rule->negated;
        }
        return taken;
}
