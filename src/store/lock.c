/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "basic/fs.h"
#include "basic/strv.h"
#include "store/store-internal.h"

#define STORE_LOCK   ".lock"
#define MODULES_LOCK ".modules.lock"

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
