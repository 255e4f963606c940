/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/store.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "store/scope.h"
#include "store/store-internal.h"

#define STORE_LOCK   ".lock"
#define MODULES_LOCK ".modules.lock"

Store *store_close(Store *s) {
        if (!s)
                return NULL;
        s->modules_fd = safe_close(s->modules_fd);
        s->fd = safe_close(s->fd);
        free(s->path);
        free(s);
        return NULL;
}

int store_fd(const Store *s) {
        return s->fd;
}

static int explain_open(const Store *s, int r, Error *e) {
        _cleanup_(freep) char *target = NULL;

        if (r == -ENOTDIR && readlink_at(AT_FDCWD, s->path, &target) >= 0)
                return error_set(e, r,
                                 "%s is a symlink, which is not followed: make it a directory, and "
                                 "mount %s there (mount --bind, or a mount unit)",
                                 s->path, target);
        return error_set(e, r, "cannot open %s: %s", s->path, scope_strerror(s->scope, r));
}

int store_open(const Scope *scope, bool create, Error *e, Store **ret) {
        _cleanup_(store_closep) Store *s = NULL;
        int r;

        assert(scope && scope->state);
        assert(ret);

        s = malloc(sizeof(Store));
        if (!s)
                return -ENOMEM;
        *s = (Store) { .scope = scope->kind,
                       .path = strdup(scope->state),
                       .leftover = scope->leftover,
                       .fd = -EBADF,
                       .modules_fd = -EBADF };
        if (!s->path)
                return -ENOMEM;

        if (create) {
                r = mkdir_parents(s->path, 0755);
                if (r < 0)
                        return error_set(e, r, "cannot create %s: %s", s->path,
                                         scope_strerror(s->scope, r));
        }
        s->fd = open_folder(AT_FDCWD, s->path);
        if (s->fd < 0)
                return explain_open(s, s->fd, e);

        s->modules_fd = create ? open_or_mkdir_at(s->fd, "modules", 0755)
                               : open_folder(s->fd, "modules");
        if (s->modules_fd < 0)
                return error_set(e, s->modules_fd, "cannot open %s/modules: %s", s->path,
                                 scope_strerror(s->scope, s->modules_fd));

        *ret = TAKE_PTR(s);
        return 0;
}

/* -- locks ------------------------------------------------------------------------------------- */

static int refuse_lock(const Store *s, const char *file, int r, Error *e) {
        return error_set(e, r, "cannot lock %s/%s: %s", s->path, file, scope_strerror(s->scope, r));
}

int store_lock(Store *s, Error *e) {
        int fd = lock_at(s->fd, STORE_LOCK);

        return fd < 0 ? refuse_lock(s, STORE_LOCK, fd, e) : fd;
}

/* FNV-1a. Two names of one hash wait for each other, which does no harm. */
static uint64_t hash_name(const char *name) {
        uint64_t h = UINT64_C(0xcbf29ce484222325);

        for (; *name; name++)
                h = (h ^ (uint8_t) *name) * UINT64_C(0x100000001b3);
        return h;
}

int store_lock_modules(Store *s, char *const *names, bool exclusive, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        int r;

        /* one byte for each name in one file, so that a module's lock leaves no file behind */
        fd = openat(s->fd, MODULES_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return refuse_lock(s, MODULES_LOCK, -errno, e);
        STRV_FOREACH(name, names) {
                r = lock_byte(fd, hash_name(*name), exclusive);
                if (r < 0)
                        return refuse_lock(s, MODULES_LOCK, r, e);
        }
        return TAKE_FD(fd);
}
