/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/enable.h"

#include "module/cleanup.h"
#include "store/release.h"
#include "store/store.h"

int module_set_enabled(Modules *modules, const char *name, bool enabled, Error *e) {
        _cleanup_(closep) int lock_fd = -EBADF;

        modules_try_clean_up(modules);
        lock_fd = store_lock(modules->store, e);
        return lock_fd < 0 ? lock_fd : store_set_disabled(modules->store, name, !enabled, e);
}
