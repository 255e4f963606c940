/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What modules write themselves: their data, and what they leave in runtime folders. */

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "model/name.h"
#include "store/aside.h"
#include "store/modules.h"

static int remove_below(const char *parent, const char *folder) {
        _cleanup_(freep) char *path = path_join(parent, folder);

        if (!path)
                return -ENOMEM;
        (void) remove_path_or_set_aside(path);
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
                        (void) remove_or_set_aside(dirfd(d), entry->d_name, dirfd(d));
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
                r = remove_below(private, folder);
                if (r < 0)
                        return r;
        }
        return remove_below(scope->data, folder);
}
