/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/pack/glob.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "npm/pack/glob-braces.h"
#include "npm/pack/glob-part.h"

#define SECTIONS_MAX 200 /* "**" that may match something at once, npm's own limit */

static bool text_is(GlobText t, const char *ascii) {
        for (size_t i = 0; i < t.n; i++, ascii++)
                if (*ascii == 0 || t.s[i] != (uint8_t) *ascii)
                        return false;
        return *ascii == 0;
}

/* -- parsing -------------------------------------------------------------------------- */

static bool is_any(GlobText part) {
        return text_is(part, "**");
}

/* Cuts at slashes, several are one; ".." takes the name before it away. */
static int parse_pattern(Arena *arena, const char *text, GlobPattern *ret) {
        GlobPattern p = { arena_calloc(arena, strlen(text) + 1, sizeof(GlobText)), 0 };

        if (!p.parts)
                return -ENOMEM;
        for (const char *s = text;; s += strspn(s, "/")) {
                size_t n = strcspn(s, "/");
                GlobText *last = p.n > 0 ? p.parts + p.n - 1 : NULL, part;
                int r;

                r = glob_text(arena, s, n, &part);
                if (r < 0)
                        return r;
                if (last && text_is(part, "..") && last->n > 0 && !is_any(*last) &&
                    !text_is(*last, "..") && !text_is(*last, "."))
                        p.n--;
                else if (!last || !is_any(part) || !is_any(*last))
                        p.parts[p.n++] = part;
                s += n;
                if (*s == 0)
                        break;
        }
        if (p.n == 0) /* nothing is left of "a/.." */
                p.parts[p.n++] = (GlobText) { NULL, 0 };
        *ret = p;
        return 0;
}

int glob_parse(Arena *arena, const char *text, size_t size, Error *e, Glob *ret) {
        _cleanup_(strv_freep) char **expanded = NULL;
        Glob g = {};
        int r;

        if (size > GLOB_LENGTH_MAX)
                return error_set(e, -E2BIG, "a pattern is longer than %u bytes", GLOB_LENGTH_MAX);
        for (; size > 0 && *text == '!'; text++, size--)
                g.negated = !g.negated;
        r = glob_expand(text, size, &expanded);
        if (r == -E2BIG)
                return error_set(e, r, "the pattern '%.*s' expands to more than %u patterns",
                                 (int) size, text, GLOB_EXPANSIONS_MAX);
        if (r < 0)
                return r;

        g.patterns = arena_calloc(arena, strv_length(expanded), sizeof(GlobPattern));
        if (!g.patterns)
                return -ENOMEM;
        STRV_FOREACH(s, expanded) {
                GlobPattern *p;

                if (!**s && size > 0) /* of "{,a}" */
                        continue;
                p = g.patterns + g.n++;
                r = parse_pattern(arena, *s, p);
                if (r < 0)
                        return r;
                g.relative = g.relative || p->n <= (p->parts[p->n - 1].n > 0 ? 1U : 2U);
        }
        *ret = g;
        return 0;
}

/* -- matching ------------------------------------------------------------------------- */

typedef struct Path {
        const GlobText *parts;
        size_t n;
        bool partial;
        unsigned *steps;
} Path;

/* Parts without "**", one by one. A slash at the path's end needs none at the pattern's. */
static bool match_parts(const Path *path, size_t at, const GlobText *parts, size_t n) {
        size_t i = 0;

        for (; at < path->n && i < n; at++, i++)
                if (!glob_part_match(parts[i], path->parts[at], path->steps))
                        return false;
        if (at == path->n)
                return i == n || path->partial;
        return at == path->n - 1 && path->parts[at].n == 0;
}

/* The sections between one "**" and the next, each as early as it can be. 1, 0, or -1: no, and
 * trying further on would not help. */
static int match_sections(const Path *path, size_t at, const GlobText *parts, size_t n, bool some,
                          unsigned depth) {
        size_t length = 0, needed = 0;

        if (n == SIZE_MAX)
                return some || at < path->n;
        while (length < n && !is_any(parts[length]))
                length++;
        for (size_t i = 0; i < n; i++)
                needed += !is_any(parts[i]);

        for (; at + needed <= path->n; at++) {
                const Path head = { path->parts, at + length, path->partial, path->steps };
                int r;

                if (depth >= SECTIONS_MAX || !match_parts(&head, at, parts, length))
                        continue;
                r = match_sections(path, at + length, parts + length + 1,
                                   length == n ? SIZE_MAX : n - length - 1, some, depth + 1);
                if (r != 0)
                        return r;
        }
        return path->partial ? 1 : -1;
}

static bool match_any(const Path *path, const GlobPattern *p) {
        size_t first = 0, last = p->n - 1, tail, at = 0, end = path->n;
        Path head = *path, body = *path;

        while (!is_any(p->parts[first]))
                first++;
        while (!is_any(p->parts[last]))
                last--;
        if (first > 0) {
                head.n = MIN2(first, path->n);
                if (!match_parts(&head, 0, p->parts, first))
                        return false;
                at = first;
        }

        tail = path->partial ? 0 : p->n - last - 1;
        if (tail > 0) {
                if (tail + at > path->n)
                        return false;
                end = path->n - tail;
                if (!match_parts(path, end, p->parts + last + 1, tail)) {
                        /* without the slash at the end */
                        if (path->parts[path->n - 1].n > 0 || end == at)
                                return false;
                        end--;
                        if (!match_parts(path, end, p->parts + last + 1, tail))
                                return false;
                }
        }

        if (path->partial)
                last = p->n;
        if (last == first || last == first + 1)
                return path->partial || tail > 0 || at < end;
        body.n = end;
        return match_sections(&body, at, p->parts + first + 1, last - first - 1, tail > 0, 0) > 0;
}

static bool match_pattern(const Path *path, const GlobPattern *p) {
        for (size_t i = 0; i < p->n; i++)
                if (is_any(p->parts[i]))
                        return match_any(path, p);
        return match_parts(path, 0, p->parts, p->n);
}

bool glob_match(const Glob *g, const GlobText *parts, size_t n, bool partial, unsigned *steps) {
        const Path path = { parts, n, partial, steps };
        Path name = path;

        /* a pattern of one part is compared with the path's last name */
        while (name.n > 1 && name.parts[name.n - 1].n == 0)
                name.n--;
        name.parts += name.n - 1;
        name.n = 1;

        for (size_t i = 0; i < g->n; i++)
                if (match_pattern(g->patterns[i].n == 1 ? &name : &path, g->patterns + i))
                        return true;
        return false;
}
