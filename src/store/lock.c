/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "basic/fs.h"
#include "basic/strv.h"
#include "store/store-internal.h"

#define MODULES_LOCK ".modules.lock"

int store_lock(Store *s, Error *e) {
        int fd = lock_at(s->fd, ".lock");

        return fd < 0 ? error_set(e, fd, "cannot lock %s/.lock: %s", s->path,
                                  scope_strerror(s->scope, fd))
                      : fd;
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
        r = fd < 0 ? -errno : 0;
        STRV_FOREACH(name, names)
                if (r >= 0)
                        r = lock_byte(fd, hash_name(*name), exclusive);
        return r < 0 ? error_set(e, r, "cannot lock %s/" MODULES_LOCK ": %s", s->path,
                                 scope_strerror(s->scope, r))
                     : TAKE_FD(fd);
}
