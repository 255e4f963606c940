/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/source.h"

#include <sys/stat.h>

#include "basic/string-util.h"
#include "model/name.h"
#include "npm/spec/spec.h"

#define SPEC_MAX 2048

static bool is_tarball_name(const char *s) {
        return endswith(s, ".tgz") || endswith(s, ".tar.gz") || endswith(s, ".tar");
}

/* ~/PATH is the caller's. */
static int resolve_path(const char *path, char **ret) {
        const char *home = startswith(path, "~/") ? getenv("HOME") : NULL;
        _cleanup_(freep) char *expanded = NULL;

        if (home && asprintf(&expanded, "%s/%s", home, path + 2) < 0) {
                expanded = NULL;
                return -ENOMEM;
        }
        *ret = realpath(expanded ? expanded : path, NULL);
        return *ret ? 0 : -errno;
}

/* What lies there decides, not how it is called. */
static int parse_path(const char *path, Error *e, Source *s) {
        struct stat st;
        int r;

        r = resolve_path(path, &s->path);
        if (r >= 0 && stat(s->path, &st) < 0)
                r = -errno;
        if (r == -ENOENT)
                return error_set(e, r, "there is no file or folder '%s'", path);
        if (r < 0)
                return error_set(e, r, "%s: %s", path, strerror(-r));

        if (S_ISDIR(st.st_mode))
                s->kind = SOURCE_FOLDER;
        else if (S_ISREG(st.st_mode) && is_tarball_name(s->path))
                s->kind = SOURCE_TARBALL;
        else
                return error_set(e, -EINVAL, "%s is neither a folder nor a .tgz or .tar.gz file",
                                 path);
        return 0;
}

/* npm takes "folder/file.tgz" for a repository; a file that is there is more likely what is meant.
 */
static bool is_path(const char *text, const Spec *spec) {
        return spec->type == SPEC_DIRECTORY || spec->type == SPEC_FILE ||
               (spec->type == SPEC_GIT && is_tarball_name(text) && access(text, F_OK) >= 0);
}

/* The name a package is given in front of an alias, an address or a repository is not taken over: a
 * module is called what its package.json says. */
static int parse_remote(const char *text, const Spec *spec, Error *e, Source *s) {
        const Spec *target = spec->type == SPEC_ALIAS ? spec->target : spec;
        int r = 0;

        s->kind = SOURCE_REMOTE;
        if (spec_is_registry(spec)) {
                r = module_name_check(target->name, e);
                if (r >= 0)
                        r = free_and_strdup(&s->name, target->name);
        }
        if (r < 0)
                return r;
        if (spec->type == SPEC_ALIAS)
                return free_and_strdup(&s->fetch, spec->raw + strlen("npm:"));
        return free_and_strdup(&s->fetch, spec_is_registry(spec) || !spec->name ? text : spec->raw);
}

int source_parse(const char *spec, Error *e, Source *ret) {
        _cleanup_(spec_freep) Spec *parsed = NULL;
        Source s = {};
        int r;

        if (isempty(spec))
                return error_set(e, -EINVAL, "the name of a package is empty");
        if (strlen(spec) > SPEC_MAX || has_control(spec) || !utf8_is_valid(spec, strlen(spec)))
                return error_set(e, -EINVAL,
                                 "this is no package: more than %d bytes, or not printable",
                                 SPEC_MAX);

        r = spec_parse(spec, e, &parsed);
        if (r >= 0)
                r = is_path(spec, parsed)
                            ? parse_path(parsed->type == SPEC_GIT ? spec : parsed->fetch, e, &s)
                            : parse_remote(spec, parsed, e, &s);
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
        free(s->fetch);
        free(s->name);
        free(s->path);
        *s = (Source){};
}
