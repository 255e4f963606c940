/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/source.h"

#include <limits.h>
#include <sys/stat.h>

#include "basic/string-util.h"
#include "model/name.h"

#define SPEC_MAX 2048

static bool is_url(const char *spec) {
        return startswith(spec, "https://") || startswith(spec, "http://");
}

static bool is_tarball_name(const char *s) {
        return endswith(s, ".tgz") || endswith(s, ".tar.gz");
}

static bool is_path(const char *spec) {
        return spec[0] == '/' || streq(spec, ".") || streq(spec, "..") || startswith(spec, "./") ||
               startswith(spec, "../") || startswith(spec, "~/") || startswith(spec, "file:") ||
               (is_tarball_name(spec) && !is_url(spec));
}

/* file:PATH, file:///PATH and ~/PATH as a plain path. */
static int plain_path(const char *spec, char **ret) {
        const char *path = startswith(spec, "file:"), *home = getenv("HOME");

        if (path && startswith(path, "///"))
                path += 2;
        if (!path)
                path = spec;
        if (startswith(path, "~/") && home)
                return asprintf(ret, "%s/%s", home, path + 2) < 0 ? -ENOMEM : 0;
        *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
}

static int parse_path(const char *spec, Error *e, Source *s) {
        _cleanup_(freep) char *path = NULL;
        char resolved[PATH_MAX];
        struct stat st;
        int r;

        r = plain_path(spec, &path);
        if (r < 0)
                return r;
        if (!realpath(path, resolved) || stat(resolved, &st) < 0)
                return error_set(e, -errno, "%s: %s", path, strerror(errno));

        if (S_ISDIR(st.st_mode))
                s->kind = SOURCE_FOLDER;
        else if (S_ISREG(st.st_mode) && is_tarball_name(resolved))
                s->kind = SOURCE_TARBALL;
        else
                return error_set(e, -EINVAL, "%s is neither a folder nor a .tgz or .tar.gz file",
                                 path);
        return free_and_strdup(&s->path, resolved);
}

/* The name before '@' is checked here, so that a typing error needs no registry to be found. */
static int check_registry_spec(const char *spec, Error *e) {
        const char *at = strchr(spec + (spec[0] == '@'), '@');
        _cleanup_(freep) char *name = NULL;

        if (is_url(spec))
                return 0;
        name = at ? strndup(spec, (size_t) (at - spec)) : strdup(spec);
        if (!name)
                return -ENOMEM;
        if (at && at[1] == 0)
                return error_set(e, -EINVAL, "nothing follows the '@'; give a version or a tag");
        return module_name_check(name, e);
}

int source_parse(const char *spec, Error *e, Source *ret) {
        Source s = { .kind = SOURCE_REGISTRY };
        int r;

        if (isempty(spec))
                return error_set(e, -EINVAL, "the name of a package is empty");
        if (strlen(spec) > SPEC_MAX || has_control(spec) || !utf8_is_valid(spec, strlen(spec)))
                return error_set(e, -EINVAL,
                                 "this is no package: more than %d bytes, or not printable",
                                 SPEC_MAX);

        r = is_path(spec) ? parse_path(spec, e, &s) : check_registry_spec(spec, e);
        if (r >= 0)
                r = free_and_strdup(&s.spec, spec);
        if (r < 0) {
                source_done(&s);
                return r;
        }
        *ret = s;
        return 0;
}

void source_done(Source *s) {
        free(s->spec);
        free(s->path);
        *s = (Source){};
}
