/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/aside.h"

#include <fcntl.h>

#include "basic/fs.h"
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

void leftover_report(const LeftoverHandler *handler, const Leftover *leftover) {
        if (handler->take)
                handler->take(handler->userdata, leftover);
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
        new_name = temporary + strlen(".#"); /* not hidden, so that the administrator sees it */
        if (renameat(dir_fd, name, fd, new_name) < 0) {
                r = -errno;
                (void) unlinkat(home_fd, ASIDE, AT_REMOVEDIR);
                return r;
        }
        *ret = strdup(new_name);
        return *ret ? 0 : -ENOMEM;
}

/* The path of what is or was in an open folder, as far as it can be told. */
static char *leftover_path(int dir_fd, const char *between, const char *name) {
        _cleanup_(freep) char *folder = NULL;
        char *path;

        (void) fd_path(dir_fd, &folder);
        return strdupf(&path, "%s/%s%s", folder ?: "?", between, name) < 0 ? NULL : path;
}

bool remove_or_set_aside(int dir_fd, const char *name, int home_fd,
                         const LeftoverHandler *handler) {
        _cleanup_(freep) char *path = NULL, *aside = NULL, *new_name = NULL;
        int r, k;

        r = remove_tree_at(dir_fd, name);
        if (r == 0)
                return true;

        path = leftover_path(dir_fd, "", name);
        k = set_aside(dir_fd, name, home_fd, &new_name);
        if (k >= 0)
                aside = leftover_path(home_fd, ASIDE "/", new_name);
        leftover_report(handler, &(Leftover) { .path = path ?: name,
                                               .aside = aside,
                                               .r = r,
                                               .clause = strerror(-r),
                                               .remedy = remedy_for(r) });
        return k >= 0;
}

bool remove_path_or_set_aside(const char *path, const LeftoverHandler *handler) {
        const char *name = path_basename(path);
        _cleanup_(freep) char *folder = strndup(path, (size_t) (name - path));
        _cleanup_(closep) int fd = folder ? open_folder(AT_FDCWD, folder) : -ENOMEM;

        if (fd >= 0)
                return remove_or_set_aside(fd, name, fd, handler);
        if (fd == -ENOENT)
                return true;
        leftover_report(handler, &(Leftover) { .path = path, .r = fd, .clause = strerror(-fd) });
        return false;
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
