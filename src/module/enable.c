/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/enable.h"

#include "module/cleanup.h"
#include "module/services.h"
#include "store/release.h"
#include "store/store.h"

static int module_mark_enabled(Modules *modules, const char *name, bool enabled, Error *e) {
        _cleanup_(closep) int lock_fd = -EBADF;

        modules_try_clean_up(modules);
        lock_fd = store_lock(modules->store, e);
        return lock_fd < 0 ? lock_fd : store_set_disabled(modules->store, name, !enabled, e);
}

int module_set_enabled(Modules *modules, const char *name, bool enabled, Error *e) {
        int marked, r;

        marked = module_mark_enabled(modules, name, enabled, e);
        if (marked < 0 || !enabled)
                return marked;
        r = services_ensure(modules, e);
        return r < 0 ? r : marked || r;
}
