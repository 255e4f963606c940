/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "basic/log.h"
#include "basic/path-chain.h"
#include "basic/string-util.h"
#include "basic/user.h"
#include "ctl/install.h"
#include "module/preflight.h"
#include "store/linked.h"
#include "store/package-file.h"

/* Whom the module runs as: --uid, else the folder's owner. What anybody but that user may change
 * must not run as root. */
static int find_user(Context *c, Module *m, Error *e) {
        gid_t gid;
        int r;

        m->linked.user = UID_NONE;
        r = install_identity(c, e, &m->user, &m->group);
        if (r < 0 || c->modules.scope.kind == SCOPE_USER)
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
static int check_user(const Module *m, Error *e) {
        gid_t gid;

        if (m->linked.user == UID_NONE || user_primary_group(m->linked.user, &gid) >= 0)
                return 0;
        return error_set(e, -ESRCH,
                         "no account has the user id %u, as which %s would run: chown it, or say "
                         "with --uid=USER who runs it",
                         (unsigned) m->linked.user, m->link);
}

/* The only time that the folder is looked for by its path: all that follows goes by the descriptor.
 */
static int open_folder_to_link(Context *c, Module *m, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(path_chain_done) PathChain chain = {};
        int r;

        fd = path_chain_open(m->link, e, &chain);
        if (fd < 0)
                return fd;
        r = linked_identify(fd, &m->linked);
        if (r < 0)
                return error_set(e, r, "cannot look at %s: %s", m->link, strerror(-r));
        r = find_user(c, m, e);
        if (r < 0)
                return r;
        r = check_user(m, e);
        if (r < 0)
                return r;
        r = linked_check_chain(m, &chain, e);
        return r < 0 ? r : TAKE_FD(fd);
}

/* Everything in the folder is looked at as the user who may change it. */
static int check_folder(Context *c, const Module *m, int fd, const Package *p, Error *e) {
        int r, back;

        r = store_become_user(m, e);
        if (r >= 0)
                r = preflight(fd, p, c->modules.scope.kind, e);
        back = user_return();
        if (r < 0)
                return error_prefix(e, r, "%s", m->link);
        return back;
}

static int fill_module(const Source *source, const Package *p, const char *env, Module *m) {
        struct timespec now;

        if (clock_gettime(CLOCK_REALTIME, &now) < 0)
                return -errno;
        m->installed_usec = (uint64_t) now.tv_sec * USEC_PER_SEC +
                            (uint64_t) now.tv_nsec / NSEC_PER_USEC;
        if (free_and_strdup(&m->name, p->name) < 0 ||
            free_and_strdup(&m->version, p->version) < 0 ||
            free_and_strdup(&m->spec, source->path) < 0 ||
            free_and_strdup(&m->source, source->path) < 0 || free_and_strdup(&m->env, env) < 0)
                return -ENOMEM;
        return 0;
}

static int read_folder(Context *c, Module *m, Package *ret, Error *e) {
        _cleanup_(closep) int fd = open_folder_to_link(c, m, e);
        int r;

        if (fd < 0)
                return fd;
        r = store_read_package_at(m, fd, e, ret);
        if (r < 0)
                return r;
        r = check_folder(c, m, fd, ret, e);
        return r < 0 ? r : preflight_env(ret, c->arg->env, e);
}

/* The administrator has said so, who may not have looked whose it is. */
static int warn_of_owner(const Module *m) {
        _cleanup_(freep) char *owner = NULL;
        int r;

        if (m->linked.user == UID_NONE || m->linked.owner == 0 || m->linked.owner == m->linked.user)
                return 0;
        r = user_name(m->linked.owner, &owner);
        if (r < 0)
                return r;
        log_warning("%s is owned by '%s', who can change what runs as '%s'.", m->link, owner,
                    m->user);
        return 0;
}

int install_folder(Context *c, const Source *source, Install *in) {
        _cleanup_(package_done) Package p = {};
        Module *m = &in->module;
        int r;

        if (free_and_strdup(&m->link, source->path) < 0 ||
            free_and_strdup(&m->package, source->path) < 0)
                return log_oom();
        r = read_folder(c, m, &p, &in->error);
        if (r >= 0)
                r = fill_module(source, &p, c->arg->env, m);
        if (r >= 0)
                r = warn_of_owner(m);
        if (r < 0)
                return log_error_cause(r, &in->error, "Cannot install '%s'", source->spec);
        preflight_note_ignored(&c->modules, &p);
        return install_commit(c, /* tree= */ NULL, in);
}
