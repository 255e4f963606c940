/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/lock.h"

#include "store/store.h"

int module_lock(Modules *modules, const char *name, Error *e) {
        char *const names[] = { (char *) name, NULL };

        return store_lock_modules(modules->store, names, /* exclusive= */ true, e);
}

int modules_lock_shared(Modules *modules, char *const *names, Error *e, int *ret_fd) {
        int fd = store_lock_modules(modules->store, names, /* exclusive= */ false, e);

        if (fd == -EACCES || fd == -EROFS) {
                error_clear(e);
                fd = -EBADF;
        } else if (fd < 0)
                return fd;
        *ret_fd = fd;
        return 0;
}
