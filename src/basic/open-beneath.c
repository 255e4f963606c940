/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/open-beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include "basic/fs.h"
#include "basic/string-util.h"

/* Another process may be renaming to make us fail. */
#define OPEN_TRIES_MAX 10000

/* Without openat2(): finds the file first and looks where it lies, then opens what was found. */
static int open_and_compare(int dir_fd, const char *path, int flags) {
        _cleanup_(freep) char *folder = NULL, *file = NULL;
        _cleanup_(closep) int found_fd = -EBADF;
        const char *rest;
        char link[64];
        int fd;

        assert(!(flags & O_CREAT));

        if (path[0] == '/')
                return -EXDEV;
        found_fd = openat(dir_fd, path, O_PATH | O_CLOEXEC | (flags & (O_DIRECTORY | O_NOFOLLOW)));
        if (found_fd < 0)
                return -errno;
        if (fd_path(dir_fd, &folder) < 0 || fd_path(found_fd, &file) < 0)
                return -ENOSYS;
        rest = startswith(file, folder);
        if (!rest || (rest[0] != 0 && rest[0] != '/' && !streq(folder, "/")))
                return -EXDEV;
        if (flags & O_PATH)
                return TAKE_FD(found_fd);

        (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", found_fd);
        fd = open(link, (flags & ~O_NOFOLLOW) | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

int open_beneath(int dir_fd, const char *path, int flags) {
        struct open_how how = {
                .flags = (uint64_t) flags | O_CLOEXEC,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
        };
        long fd;

        /* The kernel gives up with EAGAIN where a ".." meets a rename or mount anywhere else. */
        for (unsigned i = 0; i < OPEN_TRIES_MAX; i++) {
                fd = syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
                if (fd >= 0)
                        return (int) fd;
                /* systemd's RestrictSUIDSGID= takes the call away: a filter cannot look into its
                 * argument. */
                if (errno == ENOSYS)
                        return open_and_compare(dir_fd, path, flags);
                if (errno != EAGAIN)
                        return -errno;
        }
        return -EAGAIN;
}
