/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/package-file.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/user.h"
#include "model/package.h"
#include "store/linked-folder.h"

/* By its number: another account may have that name by now. */
int store_become_user(const Module *m, Error *e) {
        uid_t uid = m->linked.user;
        gid_t gid;
        int r;

        if (!m->link || !m->user)
                return 0;
        r = m->linked.recorded ? user_primary_group(uid, &gid) : user_lookup(m->user, &uid, &gid);
        if (r < 0)
                return error_set(e, r,
                                 "the user '%s' that it runs as does not exist any more: link it "
                                 "again with 'pm2ctl install %s'",
                                 m->user, m->link);
        r = user_become(uid, gid);
        return r < 0 ? error_set(e, r, "cannot act as user '%s': %s", m->user, strerror(-r)) : 0;
}

int store_open_package(const Module *m, Error *e) {
        int fd;

        if (m->link)
                return linked_open(m, e);
        fd = open(m->package, O_PATH | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? error_set(e, -errno, "cannot open %s: %s", m->package, strerror(errno))
                      : fd;
}

static int read_package(const Module *m, int fd, Error *e, Package *ret) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(fd, "package.json", PACKAGE_JSON_MAX, &text, &size);
        if (r == -EFBIG)
                return error_set(e, r, "%s/package.json is larger than %u bytes", m->package,
                                 PACKAGE_JSON_MAX);
        if (r < 0)
                return error_set(e, r, "cannot read %s/package.json: %s", m->package, strerror(-r));
        r = package_parse(text, size, e, &p);
        if (r < 0)
                return error_prefix(e, r, "%s/package.json", m->package);
        r = m->env ? package_choose_env(&p, m->env) : 0;
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(p);
        return 0;
}

/* With a negative descriptor the folder is opened. */
static int read_as_user(const Module *m, int fd, Error *e, Package *ret) {
        _cleanup_(closep) int opened_fd = -EBADF;
        int r;

        r = store_become_user(m, e);
        if (r < 0)
                return r;
        if (fd < 0) {
                fd = opened_fd = store_open_package(m, e);
                if (fd < 0)
                        return fd;
        }
        return read_package(m, fd, e, ret);
}

int store_read_package_at(const Module *m, int package_fd, Error *e, Package *ret) {
        _cleanup_(package_done) Package p = {};
        int r, back;

        r = read_as_user(m, package_fd, e, &p);
        back = user_return();
        if (back < 0)
                return back;
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(p);
        return 0;
}

int store_read_package(const Module *m, Error *e, Package *ret) {
        return store_read_package_at(m, -EBADF, e, ret);
}
