/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/trusted-file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "basic/fs.h"
#include "basic/path-chain.h"
#include "basic/path.h"

/* Such files contain what the kernel, or through it any process, says, whatever their owner: of a
 * setuid program, which any user can run by a name of their choice, root owns the name. */
static bool is_made_up(int fd) {
        static const unsigned long magics[] = {
                PROC_SUPER_MAGIC, SYSFS_MAGIC,        DEBUGFS_MAGIC,
                TRACEFS_MAGIC,    CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
                SECURITYFS_MAGIC, BPF_FS_MAGIC,       BINFMTFS_MAGIC,
        };
        struct statfs fs;

        if (fstatfs(fd, &fs) < 0)
                return true;
        for (size_t i = 0; i < ELEMENTSOF(magics); i++)
                if ((unsigned long) fs.f_type == magics[i])
                        return true;
        return false;
}

static int check_file(int fd, Error *e) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || is_made_up(fd))
                return error_set(e, -EPERM, "it is not a regular file");
        if (st.st_uid != 0 && st.st_uid != geteuid())
                return error_set(e, -EPERM,
                                 "it is owned by UID %u; chown it to root or the calling user",
                                 (unsigned) st.st_uid);
        if (st.st_mode & 0022)
                return error_set(
                        e, -EPERM,
                        "other users than its owner may write to it; run chmod go-w on it");
        return 0;
}

static int check_folder(int folder_fd, Error *e) {
        const uid_t caller = geteuid();
        _cleanup_(freep) char *path = NULL;
        int r;

        r = fd_path(folder_fd, &path);
        return r < 0 ? r : path_chain_check_folder(folder_fd, path, &caller, 1, e);
}

/* The folder in which what is open now lies. */
static int check_target(int fd, Error *e) {
        _cleanup_(freep) char *path = NULL;
        _cleanup_(closep) int folder_fd = -EBADF;
        int r;

        r = fd_path(fd, &path);
        if (r < 0)
                return r;
        path[path_basename(path) - path] = 0;
        folder_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        return folder_fd < 0 ? -errno : check_folder(folder_fd, e);
}

int trusted_file_open(const char *path, TrustedFlags flags, Error *e) {
        const int how = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY; /* a FIFO must not hold us */
        const char *name = path_basename(path);
        _cleanup_(closep) int folder_fd = -EBADF, fd = -EBADF;
        _cleanup_(freep) char *folder = strndup(path, (size_t) (name - path));
        bool link;
        int r;

        if (!folder)
                return -ENOMEM;
        folder_fd = open(folder[0] ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (folder_fd < 0)
                return -errno;
        fd = openat(folder_fd, name, how | O_NOFOLLOW);
        link = fd < 0 && errno == ELOOP;
        if (link && !(flags & TRUSTED_FOLLOW))
                return error_set(e, -EPERM, "it is a symlink; replace it by the file itself");
        if (link)
                fd = openat(folder_fd, name, how);
        if (fd < 0)
                return -errno;

        r = check_file(fd, e);
        if (r < 0)
                return r;
        r = check_folder(folder_fd, e);
        if (r < 0)
                return r;
        if (link) {
                r = check_target(fd, e);
                if (r < 0)
                        return r;
        }
        return TAKE_FD(fd);
}
