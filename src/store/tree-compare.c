/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/tree-compare.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/string-util.h"

/* Each level takes two descriptors, of which a process has 1024. npm's trees are about 30 deep. */
#define TREE_DEPTH_MAX 200U

static bool folder_has_all(int folder_fd, int wanted_fd, bool sizes, unsigned depth);

static bool link_is_same(int folder_fd, int wanted_fd, const char *name) {
        _cleanup_(freep) char *target = NULL, *wanted = NULL;

        return readlink_at(folder_fd, name, &target) >= 0 &&
               readlink_at(wanted_fd, name, &wanted) >= 0 && streq(target, wanted);
}

static bool subfolder_has_all(int folder_fd, int wanted_fd, const char *name, bool sizes,
                              unsigned depth) {
        _cleanup_(closep) int below = open_folder(folder_fd, name);
        _cleanup_(closep) int wanted_below = open_folder(wanted_fd, name);

        return below >= 0 && wanted_below >= 0 &&
               folder_has_all(below, wanted_below, sizes, depth + 1);
}

static bool entry_is_there(int folder_fd, int wanted_fd, const char *name, bool sizes,
                           unsigned depth) {
        struct stat st, wanted;

        if (fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            fstatat(wanted_fd, name, &wanted, AT_SYMLINK_NOFOLLOW) < 0 ||
            ((st.st_mode ^ wanted.st_mode) & S_IFMT))
                return false;
        if (S_ISLNK(st.st_mode))
                return link_is_same(folder_fd, wanted_fd, name);
        if (S_ISDIR(st.st_mode))
                return subfolder_has_all(folder_fd, wanted_fd, name, sizes, depth);
        return !sizes || st.st_size == wanted.st_size;
}

static bool folder_has_all(int folder_fd, int wanted_fd, bool sizes, unsigned depth) {
        _cleanup_(closedirp) DIR *d = NULL;

        if (depth > TREE_DEPTH_MAX || opendir_at(wanted_fd, ".", &d) < 0)
                return false;
        for (;;) {
                struct dirent *entry;

                errno = 0;
                entry = readdir(d);
                if (!entry)
                        return errno == 0;
                if (!streq(entry->d_name, ".") && !streq(entry->d_name, "..") &&
                    !entry_is_there(folder_fd, wanted_fd, entry->d_name, sizes, depth))
                        return false;
        }
}

bool tree_has_all(int tree_fd, int wanted_fd, bool sizes) {
        assert(tree_fd >= 0);
        assert(wanted_fd >= 0);

        return folder_has_all(tree_fd, wanted_fd, sizes, 0);
}
