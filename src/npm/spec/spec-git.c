/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/spec-git.h"

#include <strings.h>

#include "basic/string-util.h"
#include "npm/spec/address.h"

static int set_once(char **field, const char *prefix, Slice value, Error *e, const char *raw) {
        if (!prefix[0] && value.n > 0 && value.s[0] == '-')
                return error_set(e, -EINVAL, "'%s' names a commit that git would read as an option",
                                 raw);
        if (*field)
                return error_set(e, -EINVAL, "'%s' names more than one commit, range or path", raw);
        return strdupf(field, "%s" SLICE_FORMAT, prefix, SLICE_ARG(value));
}

/* "branch", "semver:^1", "path:sub", several of them with "::" between. */
static int set_committish(Spec *s, const char *text, Error *e) {
        for (const char *part = text, *next; part && *text; part = next) {
                const char *end = strstr(part, "::"), *colon, *value;
                size_t n = end ? (size_t) (end - part) : strlen(part);
                Slice key;
                int r = 0;

                next = end ? end + 2 : NULL;
                colon = memchr(part, ':', n);
                if (!colon) {
                        if (s->git_range)
                                return error_set(e, -EINVAL,
                                                 "'%s' names more than one commit, range or path",
                                                 s->raw);
                        if (n > 0)
                                r = set_once(&s->committish, "", (Slice) { part, n }, e, s->raw);
                        if (r < 0)
                                return r;
                        continue;
                }

                key = (Slice) { part, (size_t) (colon - part) };
                value = colon + 1;
                n = MIN2(strcspn(value, ":"), (size_t) (part + n - value));
                if (slice_is(key, "path"))
                        r = set_once(&s->subdir, "/", (Slice) { value, n }, e, s->raw);
                else if (slice_is(key, "semver")) {
                        if (s->committish || s->git_range)
                                return error_set(e, -EINVAL,
                                                 "'%s' names more than one commit, range or path",
                                                 s->raw);
                        r = address_decode(value, n, &s->git_range);
                        if (r == -EINVAL)
                                return error_set(e, r, "'%s' has a range that cannot be decoded",
                                                 s->raw);
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

/* git+ssh://git@host:path is git's notation behind a scheme. The text before the fragment, or NULL.
 */
static const char *scp_address(const char *raw, size_t *ret_size) {
        const char *s = startswith(raw, "git+ssh://"), *colon;
        size_t n, digits;

        if (!s)
                return NULL;
        n = strcspn(s, "#");
        colon = memchr(s, ':', n);
        if (!colon || colon == s || colon + 1 >= s + n)
                return NULL;
        for (const char *c = colon; c; c = memchr(c + 1, ':', (size_t) (s + n - c - 1))) {
                digits = strspn(c + 1, "0123456789");
                if (digits > 0 && (c + 1 + digits == s + n || c[1 + digits] == '/'))
                        return NULL;
        }
        *ret_size = n;
        return s;
}

/* What other package managers write, and npm does not know either. */
static int refuse_foreign(const Spec *s, Error *e) {
        static const struct {
                const char *scheme, *what;
        } table[] = {
                { "workspace:", "a workspace, which exists only where the package was made" },
                { "catalog:", "a catalog, which exists only where the package was made" },
                { "link:", "a link, which is valid only where the package was made" },
                { "portal:", "a link, which is valid only where the package was made" },
                { "patch:", "a patched package" },
                { "jsr:", "a package of JSR; use npm's form, "
                          "'npm:@jsr/SCOPE__NAME'" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strncasecmp(s->raw, table[i].scheme, strlen(table[i].scheme)) == 0)
                        return error_set(e, -EINVAL, "'%s' is not supported: it names %s", s->raw,
                                         table[i].what);
        return 0;
}

int spec_from_url(Spec *s, Error *e) {
        static const char *const git_schemes[] = {
                "git:",     "git+http:", "git+https:", "git+rsync:",
                "git+ftp:", "git+file:", "git+ssh:",
        };
        const char *address, *hash = s->raw + strcspn(s->raw, "#");
        size_t n;
        int r;

        r = refuse_foreign(s, e);
        if (r < 0)
                return r;
        address = scp_address(s->raw, &n);
        if (!address && !address_is_valid(s->raw))
                return error_set(e, -EINVAL, "'%s' is not a valid URL", s->raw);
        if (!address)
                for (size_t i = 0; i < ELEMENTSOF(git_schemes); i++)
                        if (strncasecmp(s->raw, git_schemes[i], strlen(git_schemes[i])) == 0) {
                                address = s->raw + (strncasecmp(s->raw, "git+", 4) == 0 ? 4 : 0);
                                n = (size_t) (hash - address);
                        }
        if (address && (address[0] == '-' || strstr(address, "://-")))
                return error_set(e, -EINVAL, "'%s' has a host that git would read as an option",
                                 s->raw);
        if (address) {
                s->type = SPEC_GIT;
                s->fetch = strndup(address, n);
                if (!s->fetch)
                        return -ENOMEM;
                return set_committish(s, *hash ? hash + 1 : "", e);
        }

        if (strncasecmp(s->raw, "http:", 5) == 0 || strncasecmp(s->raw, "https:", 6) == 0) {
                s->type = SPEC_REMOTE;
                s->fetch = strdup(s->raw);
                return s->fetch ? 0 : -ENOMEM;
        }
        return error_set(e, -EINVAL, "'%s' has the unsupported URL scheme '%.*s'", s->raw,
                         (int) strcspn(s->raw, ":"), s->raw);
}

int spec_from_hosted(Spec *s, Error *e) {
        s->type = SPEC_GIT;
        s->fetch = hosted_url(&s->hosted);
        if (!s->fetch)
                return -ENOMEM;
        return set_committish(s, s->hosted.committish ?: "", e);
}
