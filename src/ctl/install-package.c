/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "basic/address-mask.h"
#include "basic/clock.h"
#include "basic/fs.h"
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "ctl/install.h"
#include "module/preflight.h"
#include "store/adopt.h"
#include "store/installed.h"

#define LOCKFILE     "package-lock.json"
#define LOCKFILE_MAX (64U * 1024U * 1024U) /* some 100,000 packages */

/* package.json as it lies in the tree, and whether it can be run here. */
static int check_tree(Context *c, const Staging *staging, const Fetched *f, Error *e) {
        _cleanup_(freep) char *folder = path_join(staging->tree, "node_modules"), *path = NULL,
                              *text = NULL;
        _cleanup_(closep) int fd = -EBADF;
        Package p = {};
        size_t size;
        int r;

        path = folder ? path_join(folder, f->name) : NULL;
        if (!path)
                return -ENOMEM;
        fd = open_folder(AT_FDCWD, path);
        r = fd;
        if (r >= 0)
                r = read_file_at(fd, "package.json", PACKAGE_JSON_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read its package.json: %s", strerror(-r));
        r = package_parse(text, size, e, &p);
        if (r < 0)
                return error_prefix(e, r, "package.json");

        if (!streq(p.name, f->name))
                r = error_set(e, -EINVAL, "package.json: says that its name is '%s', not '%s'",
                              p.name, f->name);
        if (r >= 0)
                r = preflight(fd, &p, c->modules.scope.kind, e);
        if (r >= 0)
                r = preflight_env(&p, c->arg->env, e);
        if (r >= 0)
                preflight_note_ignored(&c->modules, &p);
        package_done(&p);
        return r;
}

static int fill_module(Context *c, const Source *source, Fetched *f, Error *e, Install *in) {
        Module *m = &in->module;
        struct timespec now;

        if (clock_gettime(CLOCK_REALTIME, &now) < 0)
                return -errno;
        in->packages = f->packages;
        free(m->name);
        m->name = TAKE_PTR(f->name);
        m->version = TAKE_PTR(f->version);
        m->integrity = TAKE_PTR(f->integrity);
        m->signed_by = TAKE_PTR(f->signed_by);
        m->installed_usec = (uint64_t) now.tv_sec * USEC_PER_SEC +
                            (uint64_t) now.tv_nsec / NSEC_PER_USEC;
        /* everybody may read these */
        m->spec = mask_address(source->path ? source->path : source->spec);
        m->source = source->path ? strdup(source->path)
                    : f->source  ? mask_address(f->source)
                                 : NULL;
        if (!m->spec || (!m->source && (source->path || f->source)) ||
            free_and_strdup(&m->env, c->arg->env) < 0)
                return -ENOMEM;
        return install_identity(c, e, &m->user, &m->group);
}

/* An update finds the very tree that is installed, and the module still called as it was: 1. */
static int is_unchanged(Context *c, const Staging *staging, const Fetched *f, const Install *in,
                        Error *e) {
        _cleanup_(freep) char *before = NULL, *now = NULL, *path = NULL;
        size_t n_before = 0, n_now;
        Module old = {};

        if (!in->update)
                return 0;
        if (!streq(in->module.name, f->name))
                return error_set(e, -EINVAL,
                                 "what is there now is called '%s'; if that is meant, install it",
                                 f->name);
        if (store_load(c->modules.store, f->name, /* e= */ NULL, &old) > 0)
                (void) store_read_release_file(c->modules.store, &old, LOCKFILE, LOCKFILE_MAX,
                                               &before, &n_before);
        module_done(&old);
        path = path_join(staging->tree, LOCKFILE);
        if (!path)
                return -ENOMEM;
        /* whatever is wrong with it, a new release cures it; it may also be uninstalled by now */
        if (!before || read_file_at(AT_FDCWD, path, LOCKFILE_MAX, &now, &n_now) < 0)
                return 0;
        return n_before == n_now && memcmp(before, now, n_now) == 0;
}

static int run_scripts(Context *c, const Staging *staging, const Install *in, Error *e) {
        if (in->module.ignore_scripts) {
                log_notice("There are install scripts, which are not run.");
                return 0;
        }
        log_info("Running install scripts…");
        return fetch_run_scripts(&c->modules, staging, in->module.scripts_network, e);
}

static int fetch_and_check(Context *c, const Source *source, Staging *staging, Install *in) {
        const FetchOptions options = fetch_options(c->arg);
        Fetched f = {};
        Error *e = &in->error;
        int r;

        log_info("Fetching %s…", source->spec);
        r = fetch_tree(&c->modules, source, staging, &options, e, &f);
        if (r >= 0)
                r = is_unchanged(c, staging, &f, in, e);
        if (r == 0 && f.scripts) {
                r = run_scripts(c, staging, in, e);
                /* once more, since an optional dependency whose script fails is taken out */
                if (r >= 0)
                        r = is_unchanged(c, staging, &f, in, e);
        }
        if (r > 0)
                in->result = INSTALL_UNCHANGED;
        /* checked only after adoption, when it can no longer be changed */
        if (r == 0)
                r = adopt_tree(staging->tree, e);
        if (r >= 0 && in->result != INSTALL_UNCHANGED)
                r = check_tree(c, staging, &f, e);
        if (r >= 0 && in->result != INSTALL_UNCHANGED)
                r = staging_bring(staging, e);
        if (r >= 0)
                r = fill_module(c, source, &f, e, in);
        if (r >= 0)
                r = interrupt_check(e);
        fetched_done(&f);
        return r;
}

static int install_package(Context *c, const Source *source, Install *in) {
        Staging staging;
        int r;

        r = staging_new(c->modules.store, &c->modules.scope, &in->error, &staging);
        if (r < 0)
                return log_error_cause(r, &in->error, "Cannot install '%s'", source->spec);
        r = fetch_and_check(c, source, &staging, in);
        if (r < 0)
                (void) log_error_cause(r, &in->error, "Cannot %s '%s'",
                                       in->update ? "update" : "install",
                                       in->update ? in->module.name : source->spec);
        else if (in->result != INSTALL_UNCHANGED)
                r = install_commit(c, staging.tree, in);
        staging_done(&staging);
        return r;
}

int install_source(Context *c, const Source *source, Install *in) {
        in->began_usec = now_usec();
        return source->kind == SOURCE_FOLDER ? install_folder(c, source, in)
                                             : install_package(c, source, in);
}
