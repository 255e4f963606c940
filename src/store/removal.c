/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/removal.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/aside.h"
#include "store/module-folder.h"
#include "store/scope.h"
#include "store/store-internal.h"

/* Opens the staging folder, and clears it of this module. `ret` gets the name that its
 * folder is removed to: STAGING_REMOVED before its own. */
static int clear_removed(Store *s, const char *name, Error *e, char **ret) {
        _cleanup_(freep) char *folder = NULL, *gone = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        r = module_folder_from_name(name, &folder);
        if (r < 0)
                return r;
        r = strdupf(&gone, STAGING_REMOVED "%s", folder);
        if (r < 0)
                return r;
        fd = open_or_mkdir_at(s->fd, "staging", 0700);
        if (fd < 0)
                return error_set(e, fd, "cannot open %s/staging: %s", s->path, strerror(-fd));
        if (!remove_or_set_aside(fd, gone, fd, &s->leftover))
                return error_set(e, -EBUSY, "%s/staging/%s is in the way", s->path, gone);
        *ret = TAKE_PTR(gone);
        return TAKE_FD(fd);
}

int store_remove(Store *s, const char *name, Error *e) {
        _cleanup_(freep) char *gone = NULL;
        _cleanup_(closep) int staging_fd = clear_removed(s, name, e, &gone);
        const char *folder;

        if (staging_fd < 0)
                return staging_fd;
        folder = gone + strlen(STAGING_REMOVED);
        if (renameat(s->modules_fd, folder, staging_fd, gone) >= 0 && fsync(s->modules_fd) >= 0)
                return 1;
        return errno == ENOENT ? 0
                               : error_set(e, -errno, "cannot remove %s/modules/%s: %s", s->path,
                                           folder, strerror(errno));
}

int store_remove_files(Store *s, const char *name, Error *e) {
        _cleanup_(freep) char *gone = NULL;
        _cleanup_(closep) int staging_fd = clear_removed(s, name, e, &gone);

        return MIN2(staging_fd, 0);
}

int store_remove_uncommitted(Store *s, Error *e) {
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        r = store_list(s, /* committed= */ false, e, &names);
        if (r < 0)
                return r;
        STRV_FOREACH(name, names) {
                _cleanup_(freep) char *folder = NULL;

                r = module_folder_from_name(*name, &folder);
                if (r < 0)
                        return r;
                (void) remove_or_set_aside(s->modules_fd, folder, s->modules_fd, &s->leftover);
        }
        return 0;
}

/* -- what modules write themselves ------------------------------------------------------------- */

static int remove_below(const Scope *scope, const char *parent, const char *folder) {
        _cleanup_(freep) char *path = path_join(parent, folder);

        if (!path)
                return -ENOMEM;
        (void) remove_path_or_set_aside(path, &scope->leftover);
        return 0;
}

/* systemd removes them when a unit stops, but a user's manager not what its owner has closed. Those
 * of a module are called as it is, or as it is with "@" and an app's name after it. */
static void remove_runtime(const Scope *scope, const char *folder) {
        _cleanup_(closedirp) DIR *d = NULL;

        if (opendir_at(AT_FDCWD, scope->runtime, &d) < 0)
                return;
        for (struct dirent *entry; (entry = readdir(d));) {
                const char *rest = startswith(entry->d_name, folder);

                if (rest && (rest[0] == 0 || rest[0] == '@'))
                        (void) remove_or_set_aside(dirfd(d), entry->d_name, dirfd(d),
                                                   &scope->leftover);
        }
}

int store_remove_data(const Scope *scope, const char *name) {
        _cleanup_(freep) char *folder = NULL, *private = NULL;
        int r;

        r = module_folder_from_name(name, &folder);
        if (r < 0)
                return r;
        remove_runtime(scope, folder);
        /* For a dynamic user systemd keeps the data below "private" and leaves a link in its place.
         */
        r = scope_private_folder(scope, scope->data, &private);
        if (r < 0)
                return r;
        if (private) {
                r = remove_below(scope, private, folder);
                if (r < 0)
                        return r;
        }
        return remove_below(scope, scope->data, folder);
}
