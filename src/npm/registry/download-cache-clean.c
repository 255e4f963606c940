/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/download-cache-clean.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "npm/registry/download-cache-internal.h"

/* A file of its own, since pm2ctl empties the cache and links none of what fills it. */

const CacheFolder cache_folders[CACHE_FOLDERS] = {
        { "tarballs", offsetof(Cache, tarballs_fd) },
        { "documents", offsetof(Cache, documents_fd) },
        { "temporary", offsetof(Cache, temporary_fd) },
};

int cache_clean(const char *path, Error *e) {
        _cleanup_(closep) int dir_fd = -EBADF;

        assert(path);

        dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir_fd < 0 && errno == ENOENT)
                return 0;
        if (dir_fd < 0)
                return error_set(e, -errno, "cannot open the cache directory %s: %s", path,
                                 strerror(errno));

        for (size_t i = 0; i < CACHE_FOLDERS; i++) {
                int r = remove_tree_at(dir_fd, cache_folders[i].name);

                if (r < 0)
                        return error_set(e, r, "cannot empty the cache directory %s/%s: %s", path,
                                         cache_folders[i].name, strerror(-r));
        }
        return 0;
}
