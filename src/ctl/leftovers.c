/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/leftovers.h"

#include <fcntl.h>

#include "axm/record.h"
#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "ctl/install.h"
#include "model/name.h"
#include "store/modules.h"
#include "store/staging.h"

static int remove_record(Context *c, const char *name, Error *e) {
        _cleanup_(freep) char *path = path_join(c->modules.scope.state, "axm");
        _cleanup_(closep) int fd = path ? open_folder(AT_FDCWD, path) : -ENOMEM;

        if (fd == -ENOENT)
                return 0;
        return fd < 0 ? error_set(e, fd, "cannot open %s: %s", path, strerror(-fd))
                      : record_remove_at(fd, name, e);
}

/* What a module leaves besides its folder: its data and what was recorded of it. */
static int forget(Context *c, const char *name, Error *e) {
        int r;

        r = store_remove_data(&c->modules.scope, name);
        return r < 0 ? r : remove_record(c, name, e);
}

int module_remove(Context *c, const char *name, Error *e) {
        _cleanup_(closep) int lock_fd = store_lock(c->modules.store, e);
        int r;

        if (lock_fd < 0)
                return lock_fd;
        r = store_remove(c->modules.store, name, e);
        if (r > 0)
                r = forget(c, name, e);
        return r < 0 ? r : store_remove_files(c->modules.store, name, e);
}

static int abandon(void *userdata, const char *entry, Error *e) {
        const char *folder = startswith(entry, STAGING_REMOVED);
        _cleanup_(freep) char *name = NULL;
        Context *c = userdata;
        Module m = {};
        int r;

        if (!folder)
                return fetch_abandon(c, entry, e);

        r = module_name_from_folder(folder, &name);
        if (r < 0)
                return r == -EINVAL ? 0 : r;
        /* Installed again, what it has is its own. */
        r = store_load(c->modules.store, name, e, &m);
        module_done(&m);
        return r == 0 ? forget(c, name, e) : r < 0 ? r : 0;
}

int leftovers_clear(Context *c, Error *e) {
        return staging_clear(c->modules.store, &c->modules.scope, abandon, c, e);
}

void leftovers_try_clear(Context *c) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = leftovers_clear(c, &e);
        if (r < 0 && r != -EACCES && r != -EROFS)
                (void) log_warning_cause(r, &e, "Cannot clear what killed commands have left");
}
