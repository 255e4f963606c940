/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/source.h"

#include <sys/stat.h>

#include "basic/string-util.h"
#include "model/name.h"
#include "npm/spec/spec-parse.h"
#include "npm/spec/spec.h"

#define SPEC_MAX 2048

static bool name_is_tarball(const char *s) {
        return endswith(s, ".tgz") || endswith(s, ".tar.gz") || endswith(s, ".tar");
}

/* ~/PATH is the caller's. */
static int path_resolve(const char *path, char **ret) {
        const char *home = startswith(path, "~/") ? getenv("HOME") : NULL;
        _cleanup_(freep) char *expanded = NULL;

        if (home && strdupf(&expanded, "%s/%s", home, path + 2) < 0)
                return -ENOMEM;
        *ret = realpath(expanded ? expanded : path, NULL);
        return *ret ? 0 : -errno;
}

static int path_stat(const char *path, char **ret_resolved, struct stat *ret) {
        int r;

        r = path_resolve(path, ret_resolved);
        if (r < 0)
                return r;
        return stat(*ret_resolved, ret) < 0 ? -errno : 0;
}

/* What lies there decides, not its name. */
static int source_parse_path(const char *path, Error *e, Source *s) {
        struct stat st;
        int r;

        r = path_stat(path, &s->path, &st);
        if (r == -ENOENT)
                return error_set(e, r, "there is no file or directory '%s'", path);
        if (r < 0)
                return error_set(e, r, "%s: %s", path, strerror(-r));

        if (S_ISDIR(st.st_mode))
                s->kind = SOURCE_FOLDER;
        else if (S_ISREG(st.st_mode) && name_is_tarball(s->path))
                s->kind = SOURCE_TARBALL;
        else
                return error_set(e, -EINVAL,
                                 "%s is neither a directory nor a .tgz or .tar.gz file; to run a "
                                 "script as a module, put it into a directory with a package.json "
                                 "('pm2ctl generate NAME' creates one)",
                                 path);
        return 0;
}

/* npm takes "folder/file.tgz" for a repository; a file that is there is more likely what is meant.
 */
static bool spec_is_path(const char *text, const Spec *spec) {
        return spec->type == SPEC_DIRECTORY || spec->type == SPEC_FILE ||
               (spec->type == SPEC_GIT && name_is_tarball(text) && access(text, F_OK) >= 0);
}

/* The name a package is given in front of an alias, a URL or a repository is not taken over: a
 * module's name is the one in its package.json. */
static int source_parse_remote(const char *text, const Spec *spec, Error *e, Source *s) {
        const Spec *target = spec->type == SPEC_ALIAS ? spec->target : spec;
        int r;

        s->kind = SOURCE_REMOTE;
        if (spec_is_registry(spec)) {
                r = module_name_check(target->name, e);
                if (r < 0)
                        return r;
                r = free_and_strdup(&s->name, target->name);
                if (r < 0)
                        return r;
        }
        if (spec->type == SPEC_ALIAS)
                return free_and_strdup(&s->fetch, spec->raw + strlen("npm:"));
        return free_and_strdup(&s->fetch, spec_is_registry(spec) || !spec->name ? text : spec->raw);
}

static int source_fill(const char *spec, const Spec *parsed, Error *e, Source *s) {
        int r;

        r = free_and_strdup(&s->spec, spec);
        if (r < 0)
                return r;
        if (!spec_is_path(spec, parsed))
                return source_parse_remote(spec, parsed, e, s);
        return source_parse_path(parsed->type == SPEC_GIT ? spec : parsed->fetch, e, s);
}

int source_parse(const char *spec, Error *e, Source *ret) {
        _cleanup_(spec_freep) Spec *parsed = NULL;
        _cleanup_(source_done) Source s = {};
        int r;

        if (isempty(spec))
                return error_set(e, -EINVAL, "the name of a package is empty");
        if (strlen(spec) > SPEC_MAX || has_control(spec) || !utf8_is_valid(spec, strlen(spec)))
                return error_set(e, -EINVAL,
                                 "not a valid package: more than %d bytes, or not printable",
                                 SPEC_MAX);

        r = spec_parse(spec, e, &parsed);
        if (r < 0)
                return r;
        r = source_fill(spec, parsed, e, &s);
        if (r < 0)
                return r;
        *ret = TAKE_GENERIC(s, Source, (Source) {});
        return 0;
}

int source_check_word(const char *spec, Error *e) {
        _cleanup_(spec_freep) Spec *parsed = NULL;
        struct stat st;

        if (isempty(spec) || spec_parse(spec, /* e= */ NULL, &parsed) < 0 ||
            parsed->type == SPEC_ALIAS || !spec_is_registry(parsed) || lstat(spec, &st) < 0)
                return 0;
        if (S_ISDIR(st.st_mode) || name_is_tarball(spec))
                return error_set(e, -EEXIST,
                                 "'%s' is a %s here: use './%s' for it, or 'npm:%s' for the "
                                 "package of the registry",
                                 spec, S_ISDIR(st.st_mode) ? "directory" : "file", spec, spec);
        return error_set(e, -EEXIST,
                         "'%s' is a file here, and only directories with a package.json and "
                         "tarballs can be installed ('pm2ctl generate NAME' creates a directory); "
                         "use 'npm:%s' for the package of the registry",
                         spec, spec);
}

void source_done(Source *s) {
        free(s->spec);
        free(s->fetch);
        free(s->name);
        free(s->path);
        *s = (Source) {};
}
