/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/spec-parse.h"

#include <ctype.h>
#include <strings.h>

#include "basic/string-util.h"
#include "npm/spec/address.h"
#include "npm/spec/spec-git.h"

/* "scheme:", a git+ before it allowed. */
static bool is_url(const char *s) {
        if (strncasecmp(s, "git+", 4) == 0)
                s += 4;
        for (; isalpha((uint8_t) *s); s++)
                if (s[1] == ':')
                        return true;
        return false;
}

/* git@host:path: a host with one dot or more, a colon and something after it. */
static bool is_git(const char *s) {
        const char *at = strchr(s, '@'), *dot, *colon;

        if (!at || at == s)
                return false;
        dot = at + 1 + strcspn(at + 1, ":.");
        if (dot == at + 1 || *dot != '.')
                return false;
        colon = strchr(dot + 1, ':');
        return colon && colon > dot + 1 && colon[1] && colon[1] != '\n';
}

static bool is_archive(const char *s) {
        static const char *const suffixes[] = { ".tgz", ".tar.gz", ".tar" };

        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                size_t n = strlen(suffixes[i]);

                if (strlen(s) >= n && strcasecmp(s + strlen(s) - n, suffixes[i]) == 0)
                        return true;
        }
        return false;
}

static bool is_path(const char *s) {
        return strncasecmp(s, "file:", 5) == 0 || s[0] == '.' || s[0] == '/' ||
               startswith(s, "~/") || (isalpha((uint8_t) s[0]) && s[1] == ':');
}

static int from_path(Spec *s, Error *e) {
        const char *path = s->raw;

        s->type = is_archive(path) ? SPEC_FILE : SPEC_DIRECTORY;
        if (strncasecmp(path, "file:", 5) == 0) {
                size_t slashes;

                path += 5;
                slashes = strspn(path, "/");

                /* file:///../x and file:/./x were once written for relative paths, file:/~/x for
                 * the home */
                if (slashes > 0 && slashes <= 3) {
                        const char *rest = path + slashes;

                        if (streq(rest, ".") || streq(rest, "..") || startswith(rest, "./") ||
                            startswith(rest, "../") || startswith(rest, "~/"))
                                path = rest;
                        else
                                path = rest - 1;
                }
        }
        if (isempty(path))
                return error_set(e, -EINVAL, "'%s' has no path", s->raw);
        s->fetch = strdup(path);
        return s->fetch ? 0 : -ENOMEM;
}

static int from_alias(Spec *s, Error *e) {
        int r;

        s->type = SPEC_ALIAS;
        r = spec_parse(s->raw + strlen("npm:"), e, &s->target);
        if (r < 0)
                return r;
        if (s->target->type == SPEC_ALIAS || !spec_is_registry(s->target) || !s->target->name)
                return error_set(e, -EINVAL,
                                 "'%s' is an alias of something other than a registry's package",
                                 s->raw);
        return 0;
}

static int from_registry(Spec *s, Error *e) {
        Slice text = js_trim(slice(s->raw));
        Semver v;
        int r;

        s->fetch = strndup(text.s, text.n);
        if (!s->fetch)
                return -ENOMEM;

        r = range_parse(text, SEMVER_LOOSE, &s->range);
        if (r == -ENOMEM)
                return r;
        if (semver_parse(text, SEMVER_LOOSE, &v) == 0)
                s->type = SPEC_VERSION;
        else if (r == 0)
                s->type = SPEC_RANGE;
        else if (address_span_plain(s->fetch) == strlen(s->fetch))
                s->type = SPEC_TAG;
        else if (s->name)
                return error_set(e, -EINVAL, "'%s' is not a valid version, range or dist-tag of %s",
                                 s->raw, s->name);
        else
                return error_set(e, -EINVAL, "'%s' is not a valid package name", s->raw);
        return 0;
}

static int resolve_spec(const char *name, size_t name_size, const char *text, Error *e,
                        Spec **ret) {
        _cleanup_(spec_freep) Spec *s = NULL;
        int r;

        if (strlen(text) > SPEC_LENGTH_MAX)
                return error_set(e, -EINVAL, "the package specification is longer than %d bytes",
                                 SPEC_LENGTH_MAX);

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->raw = strdup(text);
        if (name)
                s->name = strndup(name, name_size);
        if (!s->raw || (name && !s->name))
                return -ENOMEM;
        /* "USER:PASSWORD@HOST" is cut at its '@' */
        if (s->name && strchr(s->name, ':'))
                return error_set(e, -EINVAL, "the text before '@' is not a valid package name");
        if (s->name && !package_name_is_valid(s->name))
                return error_set(e, -EINVAL, "'%s' is not a valid package name", s->name);

        if (is_path(text))
                r = from_path(s, e);
        else if (strncasecmp(text, "npm:", 4) == 0)
                r = from_alias(s, e);
        else {
                r = hosted_parse(text, &s->hosted);
                if (r < 0)
                        return r;
                if (r > 0)
                        r = spec_from_hosted(s, e);
                else if (is_url(text))
                        r = spec_from_url(s, e);
                else if (strchr(text, '/') || is_archive(text))
                        r = from_path(s, e);
                else
                        r = from_registry(s, e);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}

int spec_resolve(const char *name, const char *text, Error *e, Spec **ret) {
        return resolve_spec(name, strlen(name), text, e, ret);
}

int spec_parse(const char *text, Error *e, Spec **ret) {
        _cleanup_(freep) char *ssh = NULL, *name = NULL;
        _cleanup_(spec_freep) Spec *s = NULL;
        const char *at;
        int r;

        if (isempty(text))
                return error_set(e, -EINVAL, "the package specification is empty");

        at = strchr(text + 1, '@');
        name = strndup(text, at ? (size_t) (at - text) : strlen(text));
        if (!name)
                return -ENOMEM;

        if (is_url(text))
                return resolve_spec(NULL, 0, text, e, ret);
        if (is_git(text)) {
                if (strdupf(&ssh, "git+ssh://%s", text) < 0)
                        return -ENOMEM;
                return resolve_spec(NULL, 0, ssh, e, ret);
        }
        if (name[0] != '@' && (strchr(name, '/') || is_archive(name)))
                return resolve_spec(NULL, 0, text, e, ret);
        if (at)
                return resolve_spec(name, strlen(name), at[1] ? at + 1 : "*", e, ret);
        if (package_name_is_valid(text))
                return resolve_spec(name, strlen(name), "*", e, ret);

        r = resolve_spec(NULL, 0, text, e, &s);
        if (r < 0)
                return r;
        if (spec_is_registry(s))
                return error_set(e, -EINVAL, "'%s' is not a valid package name", text);
        *ret = TAKE_PTR(s);
        return 0;
}
