/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/user.h"
#include "ctl/install.h"
#include "ctl/preflight.h"

/* Who the module runs as: --uid, else the folder's owner. What anybody but that user may change
 * must not run as root. */
static int find_owner(Context *c, Module *m, Error *e) {
        struct stat st;
        int r;

        r = install_identity(c, e, &m->user, &m->group);
        if (r < 0 || m->user || c->scope.kind == SCOPE_USER)
                return r;

        if (stat(m->link, &st) < 0)
                return error_set(e, -errno, "%s: %s", m->link, strerror(errno));
        if (st.st_uid == 0)
                return error_set(e, -EPERM,
                                 "%s belongs to root; say with --uid=USER who shall run it",
                                 m->link);
        return user_name(st.st_uid, &m->user);
}

/* Everything in the folder is looked at as the user who may change it. */
static int check_folder(Context *c, const Module *m, const Package *p, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        int r, back;

        r = store_become_owner(m);
        if (r >= 0)
                r = fd = open_folder(AT_FDCWD, m->link);
        if (r >= 0)
                r = preflight(fd, p, c->scope.kind, e);
        back = user_return();
        if (r < 0)
                return error_prefix(e, r, "%s", m->link);
        return back;
}

static int fill_module(const Source *source, const Package *p, Module *m) {
        struct timespec now;

        if (clock_gettime(CLOCK_REALTIME, &now) < 0)
                return -errno;
        m->installed_usec = (uint64_t) now.tv_sec * USEC_PER_SEC +
                            (uint64_t) now.tv_nsec / NSEC_PER_USEC;
        if (free_and_strdup(&m->name, p->name) < 0 ||
            free_and_strdup(&m->version, p->version) < 0 ||
            free_and_strdup(&m->spec, source->path) < 0 ||
            free_and_strdup(&m->source, source->path) < 0)
                return -ENOMEM;
        return 0;
}

int install_folder(Context *c, const Source *source, Install *in) {
        Module *m = &in->module;
        Error *e = &in->error;
        Package p = {};
        int r;

        r = free_and_strdup(&m->link, source->path);
        if (r >= 0)
                r = free_and_strdup(&m->package, source->path);
        if (r >= 0)
                r = find_owner(c, m, e);
        if (r >= 0)
                r = store_read_package(m, e, &p);
        if (r >= 0)
                r = check_folder(c, m, &p, e);
        if (r >= 0)
                r = preflight_env(&p, c->arg->env, e);
        if (r >= 0)
                r = free_and_strdup(&m->env, c->arg->env);
        if (r >= 0)
                r = fill_module(source, &p, m);
        if (r < 0)
                (void) log_error_cause(r, e, "Cannot install '%s'", source->spec);
        else {
                preflight_notice_ignored(&p);
                r = install_commit(c, /* tree= */ NULL, in);
        }
        package_done(&p);
        return r;
}
