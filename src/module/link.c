/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/link.h"

#include "basic/clock.h"
#include "basic/path-chain.h"
#include "basic/string-util.h"
#include "basic/user.h"
#include "module/module-user.h"
#include "module/preflight.h"
#include "store/linked-folder.h"
#include "store/package-file.h"

/* --uid, else the folder's owner. What others than that user may change must not run as root. */
static int link_find_user(const Modules *modules, const InstallOptions *options, Module *m,
                          Error *e) {
        gid_t gid;
        int r;

        m->linked.user = UID_NONE;
        r = module_user_record(modules, options, m, e);
        if (r < 0 || modules->scope.kind == SCOPE_USER)
                return r;
        if (m->user)
                return user_lookup(m->user, &m->linked.user, &gid);

        if (m->linked.owner == 0)
                return error_set(e, -EPERM,
                                 "%s is owned by root; use --uid=USER to name the user it runs as",
                                 m->link);
        m->linked.user = m->linked.owner;
        return user_name(m->linked.owner, &m->user);
}

/* A unit runs as no user without an account. */
static int link_check_user(const Module *m, Error *e) {
        gid_t gid;

        if (m->linked.user == UID_NONE || user_primary_group(m->linked.user, &gid) >= 0)
                return 0;
        return error_set(e, -ESRCH,
                         "no account has the user ID %u, as which %s would run; chown it, or use "
                         "--uid=USER to name the user it runs as",
                         (unsigned) m->linked.user, m->link);
}

/* The only time that the folder is looked for by its path: all that follows goes by the descriptor.
 */
static int link_open_folder(const Modules *modules, const InstallOptions *options, Module *m,
                            Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(path_chain_done) PathChain chain = {};
        int r;

        fd = path_chain_open(m->link, e, &chain);
        if (fd < 0)
                return fd;
        r = linked_identify(fd, &m->linked);
        if (r < 0)
                return error_set(e, r, "cannot look at %s: %s", m->link, strerror(-r));
        r = link_find_user(modules, options, m, e);
        if (r < 0)
                return r;
        r = link_check_user(m, e);
        if (r < 0)
                return r;
        r = linked_check_chain(m, &chain, e);
        return r < 0 ? r : TAKE_FD(fd);
}

static int link_preflight_as_user(const Modules *modules, const Module *m, int fd, const Package *p,
                                  Error *e) {
        int r;

        r = store_become_user(m, e);
        return r < 0 ? r : preflight(fd, p, modules->scope.kind, e);
}

/* Everything in the folder is looked at as the user who may change it. */
static int link_check_folder(const Modules *modules, const Module *m, int fd, const Package *p,
                             Error *e) {
        int r = link_preflight_as_user(modules, m, fd, p, e), back = user_return();

        return r < 0 ? error_prefix(e, r, "%s", m->link) : back;
}

static int link_read_folder(const Modules *modules, const InstallOptions *options, Module *m,
                            Error *e, Package *ret) {
        _cleanup_(closep) int fd = link_open_folder(modules, options, m, e);
        int r;

        if (fd < 0)
                return fd;
        r = store_read_package_at(m, fd, e, ret);
        if (r < 0)
                return r;
        r = link_check_folder(modules, m, fd, ret, e);
        if (r < 0)
                return r;
        r = preflight_env(ret, options->env, e);
        return r < 0 ? r : preflight_args(ret, options->args, e);
}

static int link_fill_module(const Source *source, const Package *p, const char *env, Module *m) {
        const struct {
                char **field;
                const char *text;
        } texts[] = {
                { &m->name, p->name },      { &m->version, p->version },
                { &m->spec, source->path }, { &m->source, source->path },
                { &m->env, env },
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (free_and_strdup(texts[i].field, texts[i].text) < 0)
                        return -ENOMEM;
        m->installed_usec = realtime_usec();
        return 0;
}

/* The administrator named the user, who may not have looked at who owns the folder. */
static int link_note_owner(const Modules *modules, const Module *m) {
        _cleanup_(freep) char *owner = NULL;
        int r;

        if (m->linked.user == UID_NONE || m->linked.owner == 0 || m->linked.owner == m->linked.user)
                return 0;
        r = user_name(m->linked.owner, &owner);
        if (r < 0)
                return r;
        module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_LINK_OWNER,
                                             .module = m->name,
                                             .path = m->link,
                                             .owner = owner,
                                             .user = m->user });
        return 0;
}

int link_folder(Modules *modules, const Source *source, const InstallOptions *options,
                InstallOutcome *outcome) {
        _cleanup_(package_done) Package p = {};
        Module *m = &outcome->module;
        int r;

        if (free_and_strdup(&m->link, source->path) < 0 ||
            free_and_strdup(&m->package, source->path) < 0)
                return -ENOMEM;
        r = link_read_folder(modules, options, m, &outcome->error, &p);
        if (r < 0)
                return r;
        r = link_fill_module(source, &p, options->env, m);
        if (r < 0)
                return r;
        r = install_options_record_args(options, m);
        if (r < 0)
                return r;
        r = link_note_owner(modules, m);
        if (r < 0)
                return r;
        preflight_note_ignored(modules, &p);
        return 0;
}
