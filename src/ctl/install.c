/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/install.h"

#include <fcntl.h>
#include <limits.h>
#include <time.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/user.h"
#include "ctl/leftovers.h"
#include "ctl/module-unit.h"
#include "ctl/preflight.h"
#include "model/name.h"
#include "store/adopt.h"

int install_identity(const Arguments *arg, Error *e, char **ret_user, char **ret_group) {
        _cleanup_(freep) char *user = NULL, *group = NULL;
        uid_t uid;
        gid_t gid;
        int r;

        if (arg->uid) {
                r = user_lookup(arg->uid, &uid, &gid);
                if (r < 0)
                        return error_set(e, r, "--uid: there is no user '%s'", arg->uid);
        }
        if (arg->gid) {
                r = group_lookup(arg->gid, &gid);
                if (r < 0)
                        return error_set(e, r, "--gid: there is no group '%s'", arg->gid);
                if (!arg->uid)
                        return error_set(e, -EINVAL, "--gid goes with --uid");
        }
        if (free_and_strdup(&user, arg->uid) < 0 || free_and_strdup(&group, arg->gid) < 0)
                return -ENOMEM;
        *ret_user = TAKE_PTR(user);
        *ret_group = TAKE_PTR(group);
        return 0;
}

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
                r = preflight(fd, &p, c->scope.kind, e);
        if (r >= 0)
                preflight_notice_ignored(&p);
        package_done(&p);
        return r;
}

static int fill_module(Context *c, const Source *source, Fetched *f, Error *e, Module *m) {
        struct timespec now;
        int r;

        if (clock_gettime(CLOCK_REALTIME, &now) < 0)
                return -errno;
        m->name = TAKE_PTR(f->name);
        m->version = TAKE_PTR(f->version);
        m->source = TAKE_PTR(f->source);
        m->integrity = TAKE_PTR(f->integrity);
        m->installed_usec = (uint64_t) now.tv_sec * USEC_PER_SEC +
                            (uint64_t) now.tv_nsec / NSEC_PER_USEC;
        if (source->kind == SOURCE_TARBALL) {
                r = free_and_strdup(&m->source, source->path);
                if (r < 0)
                        return r;
        }
        r = free_and_strdup(&m->spec, source->kind == SOURCE_TARBALL ? source->path : source->spec);
        return r < 0 ? r : install_identity(c->arg, e, &m->user, &m->group);
}

static int install_package(Context *c, const Source *source) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Staging staging;
        Fetched f = {};
        Module m = {};
        int r;

        r = staging_new(c->store, &c->scope, &e, &staging);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot install '%s'", source->spec);

        log_info("Fetching %s…", source->spec);
        r = fetch_module(c, source, &staging, &e, &f);
        if (r >= 0)
                r = check_tree(c, &staging, &f, &e);
        if (r >= 0)
                r = adopt_tree(staging.tree, &e);
        if (r >= 0)
                r = fill_module(c, source, &f, &e, &m);
        if (r < 0)
                (void) log_error_cause(r, &e, "Cannot install '%s'", source->spec);
        else {
                log_info("%s %s fetched, %llu package%s.", m.name, m.version,
                         (unsigned long long) f.packages, f.packages == 1 ? "" : "s");
                r = install_commit(c, staging.tree, &m);
        }
        staging_done(&staging);
        fetched_done(&f);
        module_done(&m);
        return r;
}

static int install_one(Context *c, const char *spec) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Source source = {};
        int r;

        r = source_parse(spec, &e, &source);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot install '%s'", spec);
        r = source.kind == SOURCE_FOLDER ? install_folder(c, &source) : install_package(c, &source);
        source_done(&source);
        return r;
}

static int run_install(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c;
        int r, result = 0;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = context_bus(&c, &e);
        if (r >= 0)
                r = context_store(&c, /* create= */ true, &e);
        if (r >= 0)
                r = leftovers_clear(&c, &e);
        if (r < 0)
                result = log_error_cause(r, &e, "Cannot install");
        else
                for (; *words; words++) {
                        r = install_one(&c, *words);
                        if (r < 0)
                                result = r;
                }
        context_done(&c);
        return result;
}

const Verb verb_install = {
        "install", " i module:install ", "PACKAGE…", "Install modules, or link a folder (.)", 1,
        VERB_ANY,  run_install,
};
