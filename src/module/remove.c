/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/remove.h"

#include <fcntl.h>

#include "axm/record-file.h"
#include "basic/fs.h"
#include "basic/path.h"
#include "store/removal.h"
#include "store/store.h"

static int remove_record(Modules *modules, const char *name, Error *e) {
        _cleanup_(freep) char *path = path_join(modules->scope.state, "axm");
        _cleanup_(closep) int fd = path ? open_folder(AT_FDCWD, path) : -ENOMEM;

        if (fd == -ENOENT)
                return 0;
        return fd < 0 ? error_set(e, fd, "cannot open %s: %s", path, strerror(-fd))
                      : record_remove_at(fd, name, e);
}

int module_remove_traces(Modules *modules, const char *name, Error *e) {
        int r;

        r = store_remove_data(&modules->scope, name);
        return r < 0 ? r : remove_record(modules, name, e);
}

int module_remove(Modules *modules, const char *name, Error *e) {
        _cleanup_(closep) int lock_fd = store_lock(modules->store, e);
        int r;

        if (lock_fd < 0)
                return lock_fd;
        r = store_remove(modules->store, name, e);
        if (r < 0)
                return r;
        if (r > 0) {
                r = module_remove_traces(modules, name, e);
                if (r < 0)
                        return r;
        }
        return store_remove_files(modules->store, name, e);
}
