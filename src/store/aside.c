/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/aside.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"

#define ASIDE ".aside"

static const struct {
        int error;
        const char *remedy;
} remedies[] = {
        { EBUSY, "unmount what is mounted in it (see findmnt), and remove it" },
        { EPERM, "remove the flags that forbid it (see lsattr, chattr -i -a), and remove it" },
        { 0, "remove it by hand" },
};

static const char *remedy_for(int r) {
        size_t i = 0;

        while (remedies[i].error != 0 && remedies[i].error != -r)
                i++;
        return remedies[i].remedy;
}

/* `ret` gets its new name in ".aside". */
static int set_aside(int dir_fd, const char *name, int home_fd, char **ret) {
        _cleanup_(freep) char *temporary = NULL;
        _cleanup_(closep) int fd = -EBADF;
        const char *new_name;
        int r;

        fd = open_or_mkdir_at(home_fd, ASIDE, 0700);
        if (fd < 0)
                return fd;
        r = temporary_name(path_basename(name), &temporary);
        if (r < 0)
                return r;
        new_name = temporary + strlen(".#"); /* to be seen by who looks there */
        if (renameat(dir_fd, name, fd, new_name) < 0) {
                r = -errno;
                (void) unlinkat(home_fd, ASIDE, AT_REMOVEDIR);
                return r;
        }
        *ret = strdup(new_name);
        return *ret ? 0 : -ENOMEM;
}

bool remove_or_set_aside(int dir_fd, const char *name, int home_fd) {
        _cleanup_(freep) char *folder = NULL, *home = NULL, *new_name = NULL;
        int r, k;

        r = remove_tree_at(dir_fd, name);
        if (r >= 0)
                return true;

        (void) fd_path(dir_fd, &folder);
        (void) fd_path(home_fd, &home);
        k = set_aside(dir_fd, name, home_fd, &new_name);
        if (k < 0) {
                log_warning("Failed to remove %s/%s, leaving it there: %s; %s.",
                            folder ? folder : "?", name, strerror(-r), remedy_for(r));
                return false;
        }
        log_warning("Failed to remove %s/%s: %s; moved it to %s/" ASIDE "/%s: %s.",
                    folder ? folder : "?", name, strerror(-r), home ? home : "?", new_name,
                    remedy_for(r));
        return true;
}

bool remove_path_or_set_aside(const char *path) {
        const char *name = path_basename(path);
        _cleanup_(freep) char *folder = strndup(path, (size_t) (name - path));
        _cleanup_(closep) int fd = -EBADF;

        if (!folder) {
                (void) log_oom();
                return false;
        }
        fd = open_folder(AT_FDCWD, folder);
        if (fd == -ENOENT)
                return true;
        if (fd < 0) {
                (void) log_warning_errno(fd, "Failed to open %s, leaving %s there: %m", folder,
                                         name);
                return false;
        }
        return remove_or_set_aside(fd, name, fd);
}

void remove_aside(const char *folder) {
        _cleanup_(freep) char *path = path_join(folder, ASIDE);
        _cleanup_(closedirp) DIR *d = NULL;

        if (!path || opendir_at(AT_FDCWD, path, &d) < 0)
                return;
        for (struct dirent *entry; (entry = readdir(d));)
                if (!streq(entry->d_name, ".") && !streq(entry->d_name, ".."))
                        (void) remove_tree_at(dirfd(d), entry->d_name);
        (void) rmdir(path);
}
