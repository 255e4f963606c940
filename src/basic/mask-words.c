/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/mask-words.h"

#include <ctype.h>
#include <strings.h>

#define FIELD_MAX 32 /* bytes of a query field's name, or of a harmless value, that are shown */

/* Query fields that name what is fetched. */
static const char *const harmless_fields[] = {
        "v", "version", "ref", "branch", "tag", "format", "inline", "raw", "download",
};

bool word_is_among(const char *p, const char *end, const char *const *words, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (strlen(words[i]) == (size_t) (end - p) &&
                    strncasecmp(p, words[i], (size_t) (end - p)) == 0)
                        return true;
        return false;
}

bool word_consists_of(const char *p, const char *end, const char *extra) {
        for (; p < end; p++)
                if (!isalnum((uint8_t) *p) && !strchr(extra, *p))
                        return false;
        return true;
}

bool word_is_version(const char *p, const char *end) {
        while (p < end && strchr("v^~<>=", *p))
                p++;
        for (unsigned i = 0; i < 3; i++) {
                const char *digits = p;

                while (p < end && isdigit((uint8_t) *p))
                        p++;
                if (p == digits)
                        return false;
                if (p == end || *p != '.')
                        break;
                p++;
        }
        return p == end || ((*p == '-' || *p == '+') && word_consists_of(p, end, "-+."));
}

bool word_ends_with_npmrc_name(const char *p, const char *end) {
        static const char *const names[] = { "_authToken", "_auth", "_password" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                size_t n = strlen(names[i]);

                if ((size_t) (end - p) >= n && memcmp(end - n, names[i], n) == 0)
                        return true;
        }
        return false;
}

bool query_field_is_shown(const char *name, const char *equals, const char *end) {
        return WORD_IS_AMONG(name, equals, harmless_fields) && end - equals - 1 <= FIELD_MAX &&
               word_consists_of(equals + 1, end, "._-/");
}

bool query_field_is_named(const char *name, const char *equals) {
        return equals - name <= FIELD_MAX && word_consists_of(name, equals, "._-");
}

static bool is_range(const char *p, const char *end) {
        for (const char *c = p; c < end; c++)
                if (*c == '=' && c > p && !strchr("<>| ", c[-1]))
                        return false;
        return word_consists_of(p, end, ".*^~<>=| -+%");
}

/* A branch, tag or commit; '@' is only found where packages of a scope, or versions, are tagged. */
static bool is_ref(const char *p, const char *end) {
        for (const char *at = p; (at = find_first(at, end, '@')); at++)
                if (at > p && at[-1] != '/' && !word_is_version(at + 1, end))
                        return false;
        return word_consists_of(p, end, "._/+-@~^");
}

/* Parts with "::" between them. */
bool word_is_committish(const char *p, const char *end) {
        for (const char *next; p < end; p = next) {
                const char *last = memmem(p, (size_t) (end - p), "::", 2), *value = NULL;

                next = last ? last + 2 : end;
                last = last ? last : end;
                if (last - p >= 7 && memcmp(p, "semver:", 7) == 0) {
                        if (!is_range(p + 7, last))
                                return false;
                        continue;
                }
                value = last - p >= 5 && memcmp(p, "path:", 5) == 0 ? p + 5 : p;
                if (!is_ref(value, last))
                        return false;
        }
        return true;
}
