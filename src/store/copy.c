/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/copy.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/string-util.h"

static int copy_range(int from, int to, off_t at, off_t end) {
        if (lseek(to, at, SEEK_SET) < 0)
                return -errno;
        while (at < end) {
                ssize_t n = sendfile(to, from, &at, (size_t) (end - at));

                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
        }
        return 0;
}

/* A file of a few bytes may claim to have exabytes, so holes are not written out. It ends
 * even if another process changes the file meanwhile. */
static int copy_data(int from, int to, off_t size) {
        int r;

        for (off_t at = 0, end; at < size; at = end) {
                off_t start = lseek(from, at, SEEK_DATA);

                if (start < 0 && errno == ENXIO)
                        break;
                start = MAX2(start, at);
                end = lseek(from, start, SEEK_HOLE);
                end = end <= start ? size : MIN2(end, size);
                r = copy_range(from, to, start, end);
                if (r < 0)
                        return r;
        }
        return ftruncate(to, size) < 0 ? -errno : 0;
}

int copy_file(int from_fd, int dir_fd, const char *name, mode_t mode) {
        _cleanup_(closep) int to = -EBADF;
        struct stat st;
        int r;

        if (fstat(from_fd, &st) < 0)
                return -errno;
        to = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (to < 0)
                return -errno;
        r = copy_data(from_fd, to, st.st_size);
        if (r < 0)
                return r;
        return fchmod(to, mode) < 0 ? -errno : 0;
}

/* The tree was adopted, so its files are ours and are plain ones, links or folders. */
static int copy_entry(int from_fd, int to_fd, const char *name) {
        _cleanup_(closep) int from = -EBADF;
        _cleanup_(freep) char *target = NULL;
        struct stat st;
        int r;

        if (fstatat(from_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        if (S_ISLNK(st.st_mode)) {
                r = readlink_at(from_fd, name, &target);
                if (r < 0)
                        return r;
                return symlinkat(target, to_fd, name) < 0 ? -errno : 0;
        }
        from = openat(from_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (from < 0)
                return -errno;
        return S_ISDIR(st.st_mode) ? copy_tree(from, to_fd, name)
                                   : copy_file(from, to_fd, name, st.st_mode & 07777);
}

int copy_tree(int from_fd, int dir_fd, const char *name) {
        _cleanup_(closep) int to_fd = -EBADF;
        _cleanup_(closedirp) DIR *d = NULL;
        int r;

        if (mkdirat(dir_fd, name, 0755) < 0)
                return -errno;
        to_fd = open_folder(dir_fd, name);
        if (to_fd < 0)
                return to_fd;
        r = opendir_at(from_fd, ".", &d);
        if (r < 0)
                return r;
        for (struct dirent *entry; (entry = readdir(d));) {
                if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
                        continue;
                r = copy_entry(dirfd(d), to_fd, entry->d_name);
                if (r < 0)
                        return r;
        }
        return 0;
}
