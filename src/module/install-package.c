/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/install-package.h"

#include <fcntl.h>

#include "basic/address-mask.h"
#include "basic/clock.h"
#include "basic/fs.h"
#include "basic/interrupt.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "module/fetch-tree.h"
#include "module/module-user.h"
#include "module/preflight.h"
#include "store/adopt.h"
#include "store/installed.h"
#include "store/tree-compare.h"

#define LOCKFILE     "package-lock.json"
#define LOCKFILE_MAX (64U * 1024U * 1024U) /* some 100,000 packages */

/* -- what was fetched ------------------------------------------------------------------ */

/* package.json as it lies in the tree, as text too. Returns the descriptor of its folder. */
static int tree_read_package(const Staging *staging, const char *name, Error *e, Package *ret,
                             char **ret_text) {
        _cleanup_(freep) char *folder = path_join(staging->tree, "node_modules"), *path = NULL,
                              *text = NULL;
        _cleanup_(closep) int fd = -EBADF;
        size_t size;
        int r;

        path = folder ? path_join(folder, name) : NULL;
        if (!path)
                return -ENOMEM;
        fd = open_folder(AT_FDCWD, path);
        if (fd < 0)
                return error_set(e, fd, "cannot read its package.json: %s", strerror(-fd));
        r = read_file_at(fd, "package.json", PACKAGE_JSON_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read its package.json: %s", strerror(-r));
        r = package_parse(text, size, e, ret);
        if (r < 0)
                return error_prefix(e, r, "package.json");
        *ret_text = TAKE_PTR(text);
        return TAKE_FD(fd);
}

/* Whether it may make files of itself when it is installed. */
static bool package_builds_itself(const char *text) {
        static const char *const events[] = { "preinstall", "install", "postinstall" };
        _cleanup_(json_object_putp) json_object *package = NULL;
        json_object *scripts;

        if (json_parse(text, strlen(text), /* e= */ NULL, &package) < 0)
                return false;
        scripts = json_get(package, "scripts");
        for (size_t i = 0; i < ELEMENTSOF(events); i++)
                if (json_get_string(scripts, events[i]))
                        return true;
        return false;
}

/* Before scripts run: whether it could be run at all. */
static int tree_check_entry(const Modules *modules, const Staging *staging, const char *name,
                            Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        _cleanup_(package_done) Package p = {};
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int fd = tree_read_package(staging, name, e, &p, &text);
        int r;

        if (fd < 0)
                return fd;
        r = preflight(fd, &p, modules->scope.kind, &why);
        return r == -EINVAL && !package_builds_itself(text) ? error_copy(e, r, &why) : 0;
}

/* Whether it can be run here. */
static int tree_check(const Modules *modules, const Staging *staging, const char *name,
                      const InstallOptions *options, Error *e) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int fd = tree_read_package(staging, name, e, &p, &text);
        int r;

        if (fd < 0)
                return fd;
        if (!streq(p.name, name))
                return error_set(e, -EINVAL, "package.json: says that its name is '%s', not '%s'",
                                 p.name, name);
        r = preflight(fd, &p, modules->scope.kind, e);
        if (r < 0)
                return r;
        r = preflight_env(&p, options->env, e);
        if (r < 0)
                return r;
        r = preflight_args(&p, options->args, e);
        if (r < 0)
                return r;
        preflight_note_ignored(modules, &p);
        return 0;
}

/* Whether a release has the very lock file that lies in the staging folder. */
static bool lockfile_is_same(const Modules *modules, const Module *m, const Staging *staging) {
        _cleanup_(freep) char *before = NULL, *now = NULL,
                              *path = path_join(staging->tree, LOCKFILE);
        size_t n_before, n_now;

        return path &&
               store_read_release_file(modules->store, m, LOCKFILE, LOCKFILE_MAX, &before,
                                       &n_before) >= 0 &&
               read_file_at(AT_FDCWD, path, LOCKFILE_MAX, &now, &n_now) >= 0 && n_before == n_now &&
               memcmp(before, now, n_now) == 0;
}

/* Whether nothing of the tree was lost since it was installed. Scripts may have changed files. */
static bool tree_is_whole(const Modules *modules, const Module *m, const Staging *staging,
                          bool scripts) {
        _cleanup_(closep) int release_fd = store_open_release(modules->store, m);
        _cleanup_(closep) int tree_fd = open_folder(AT_FDCWD, staging->tree);

        return release_fd >= 0 && tree_fd >= 0 &&
               tree_has_all(release_fd, tree_fd, /* sizes= */ !scripts);
}

/* Whether an installation asks for what a module has, beside its tree. */
static bool module_is_as_asked(const Module *m, const InstallOptions *options) {
        return (!options->user || streq_ptr(m->user, options->user)) &&
               (!options->group || streq_ptr(m->group, options->group)) &&
               (!options->env || streq_ptr(m->env, options->env)) &&
               (!options->args || strv_equal(m->args, options->args)) &&
               m->ignore_scripts == options->ignore_scripts &&
               m->scripts_network == options->scripts_network;
}

/* 1 if the very tree is installed that was fetched. Whatever is wrong with what is installed, a new
 * release cures it; it may also be uninstalled by now. */
static int tree_is_unchanged(const Modules *modules, const Staging *staging, const Fetched *f,
                             const InstallOptions *options, const InstallOutcome *outcome,
                             Error *e) {
        const bool update = outcome->mode == MODE_UPDATE;
        _cleanup_(module_done) Module m = {};

        if (update && !streq(outcome->module.name, f->name))
                return error_set(e, -EINVAL,
                                 "the package is now named '%s'; install it under that name",
                                 f->name);
        return !options->force && store_load(modules->store, f->name, /* e= */ NULL, &m) > 0 &&
               !m.link && (update || module_is_as_asked(&m, options)) &&
               lockfile_is_same(modules, &m, staging) &&
               tree_is_whole(modules, &m, staging, f->scripts);
}

/* Any user may read what is recorded. */
static int module_fill(const Modules *modules, const Source *source, const InstallOptions *options,
                       Fetched *f, Error *e, InstallOutcome *outcome) {
        Module *m = &outcome->module;
        int r;

        outcome->packages = f->packages;
        free(m->name);
        m->name = TAKE_PTR(f->name);
        m->version = TAKE_PTR(f->version);
        m->integrity = TAKE_PTR(f->integrity);
        m->signed_by = TAKE_PTR(f->signed_by);
        m->installed_usec = realtime_usec();
        m->spec = mask_address(source->path ? source->path : source->spec);
        m->source = source->path ? strdup(source->path)
                    : f->source  ? mask_address(f->source)
                                 : NULL;
        if (!m->spec || (!m->source && (source->path || f->source)) ||
            free_and_strdup(&m->env, options->env) < 0)
                return -ENOMEM;
        r = install_options_record_args(options, m);
        if (r < 0)
                return r;
        return module_user_record(modules, options, m, e);
}

/* -- all of it ------------------------------------------------------------------------- */

static int tree_run_scripts(Modules *modules, const Staging *staging, const Module *m, Error *e) {
        if (m->ignore_scripts) {
                module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_SCRIPTS_IGNORED });
                return 0;
        }
        module_progress(modules, &(ModuleProgress) { .kind = MODULE_PROGRESS_SCRIPTS });
        return fetch_run_scripts(modules, staging, m->scripts_network, e);
}

/* 1: nothing is new. Asked once more after the scripts, since an optional dependency
 * whose script fails is taken out. */
static int tree_make(Modules *modules, const Source *source, const InstallOptions *options,
                     const Staging *staging, const InstallOutcome *outcome, Error *e,
                     Fetched *ret) {
        int r;

        module_progress(modules, &(ModuleProgress) { .kind = MODULE_PROGRESS_FETCH,
                                                     .subject = source->spec });
        r = fetch_tree(modules, source, staging, &options->fetch, e, ret);
        if (r < 0)
                return r;
        r = tree_is_unchanged(modules, staging, ret, options, outcome, e);
        if (r != 0 || !ret->scripts)
                return r;
        r = tree_check_entry(modules, staging, ret->name, e);
        if (r < 0)
                return r;
        r = tree_run_scripts(modules, staging, &outcome->module, e);
        if (r < 0)
                return r;
        return tree_is_unchanged(modules, staging, ret, options, outcome, e);
}

/* It is checked only after adoption, when it can no longer be changed. */
static int tree_accept(const Modules *modules, Staging *staging, const char *name,
                       const InstallOptions *options, Error *e) {
        int r;

        r = adopt_tree(staging->tree, e);
        if (r < 0)
                return r;
        r = tree_check(modules, staging, name, options, e);
        if (r < 0)
                return r;
        return staging_bring(staging, e);
}

int package_fetch(Modules *modules, const Source *source, const InstallOptions *options,
                  Staging *staging, InstallOutcome *outcome) {
        _cleanup_(fetched_done) Fetched f = {};
        Error *e = &outcome->error;
        int r;

        r = tree_make(modules, source, options, staging, outcome, e, &f);
        if (r < 0)
                return r;
        if (r > 0)
                outcome->result = INSTALL_UNCHANGED;
        else {
                r = tree_accept(modules, staging, f.name, options, e);
                if (r < 0)
                        return r;
        }
        r = module_fill(modules, source, options, &f, e, outcome);
        if (r < 0)
                return r;
        return interrupt_check(e);
}
