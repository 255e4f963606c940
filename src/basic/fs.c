/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "basic/interrupt.h"
#include "basic/path.h"
#include "basic/string-util.h"

/* To the end, or as far as is expected, which saves asking whether that is the end. */
static int read_expected(int fd, size_t expected, size_t max, char **ret, size_t *ret_size) {
        _cleanup_(freep) char *data = NULL;
        size_t size = 0, room = 0;

        assert(ret);

        for (;;) {
                ssize_t n;

                if (room - size < 2) {
                        char *grown;

                        room = room ? room * 2 : 4096;
                        grown = realloc(data, room);
                        if (!grown)
                                return -ENOMEM;
                        data = grown;
                }

                n = read(fd, data + size, room - size - 1);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                size += (size_t) n;
                if (size > max)
                        return -EFBIG;
                if (n == 0 || size == expected)
                        break;
        }

        data[size] = 0;
        *ret = TAKE_PTR(data);
        if (ret_size)
                *ret_size = size;
        return 0;
}

int read_fd(int fd, size_t max, char **ret, size_t *ret_size) {
        return read_expected(fd, SIZE_MAX, max, ret, ret_size);
}

int read_file_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_size) {
        _cleanup_(closep) int fd = -EBADF;
        struct stat st;

        /* O_NONBLOCK: a FIFO put in the file's place must not hold us. */
        fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EINVAL;
        if ((uint64_t) st.st_size > max)
                return -EFBIG;
        /* A file that the kernel makes up has no size. */
        return read_expected(fd, st.st_size > 0 ? (size_t) st.st_size : SIZE_MAX, max, ret,
                             ret_size);
}

int write_all(int fd, const void *data, size_t size) {
        const char *p = data;

        while (size > 0) {
                ssize_t n = write(fd, p, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                p += n;
                size -= (size_t) n;
        }
        return 0;
}

int temporary_name(const char *name, char **ret) {
        uint64_t random;

        if (getrandom(&random, sizeof(random), 0) != sizeof(random))
                return -errno;
        return strdupf(ret, ".#%.200s.%016llx", name, (unsigned long long) random);
}

/* Fills a new file that is only visible by its temporary name, and gives it the name it is for. */
static int fill_and_rename(int dir_fd, int fd, const char *temporary, const char *name,
                           const void *data, size_t size, mode_t mode) {
        int r;

        r = write_all(fd, data, size);
        if (r < 0)
                return r;
        if (fchmod(fd, mode) < 0 || fsync(fd) < 0)
                return -errno;
        return renameat(dir_fd, temporary, dir_fd, name) < 0 ? -errno : 0;
}

int write_file_atomic_at(int dir_fd, const char *name, const void *data, size_t size, mode_t mode) {
        _cleanup_(freep) char *temporary = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        assert(name);
        assert(data || size == 0);

        r = temporary_name(name, &temporary);
        if (r < 0)
                return r;

        fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;

        r = fill_and_rename(dir_fd, fd, temporary, name, data, size, mode);
        if (r < 0) {
                (void) unlinkat(dir_fd, temporary, 0);
                return r;
        }
        return fsync(dir_fd) < 0 ? -errno : 0;
}

/* ".#NAME." and sixteen hexadecimal digits; an editor's lock (".#NAME") is not one. */
static bool is_temporary_name(const char *name) {
        const char *dot = startswith(name, ".#") ? strrchr(name, '.') : NULL;

        return dot && strlen(dot + 1) == 16 && strspn(dot + 1, "0123456789abcdef") == 16;
}

int remove_temporaries_at(int dir_fd) {
        _cleanup_(closedirp) DIR *d = NULL;
        int r;

        r = opendir_at(dir_fd, ".", &d);
        if (r < 0)
                return r;
        for (struct dirent *entry; (entry = readdir(d));)
                if (is_temporary_name(entry->d_name) && unlinkat(dir_fd, entry->d_name, 0) < 0)
                        r = -errno;
        return r;
}

int symlink_atomic_at(const char *target, int dir_fd, const char *name) {
        _cleanup_(freep) char *temporary = NULL;
        int r;

        r = temporary_name(name, &temporary);
        if (r < 0)
                return r;
        if (symlinkat(target, dir_fd, temporary) < 0)
                return -errno;
        if (renameat(dir_fd, temporary, dir_fd, name) < 0) {
                r = -errno;
                (void) unlinkat(dir_fd, temporary, 0);
                return r;
        }
        return fsync(dir_fd) < 0 ? -errno : 0;
}

int mkdir_above_at(int dir_fd, const char *path) {
        _cleanup_(freep) char *copy = strdup(path);

        assert(path[0]);

        if (!copy)
                return -ENOMEM;
        for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = 0;
                if (mkdirat(dir_fd, copy, 0755) < 0 && errno != EEXIST)
                        return -errno;
                *slash = '/';
        }
        return 0;
}

int mkdir_parents(const char *path, mode_t mode) {
        int r;

        r = mkdir_above_at(AT_FDCWD, path);
        if (r < 0)
                return r;
        return mkdir(path, mode) < 0 && errno != EEXIST ? -errno : 0;
}

int open_or_mkdir_at(int dir_fd, const char *name, mode_t mode) {
        if (mkdirat(dir_fd, name, mode) < 0 && errno != EEXIST)
                return -errno;
        return open_folder(dir_fd, name);
}

int lock_at(int dir_fd, const char *name) {
        _cleanup_(closep) int fd = -EBADF;

        fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        while (flock(fd, LOCK_EX) < 0)
                if (errno != EINTR || interrupted())
                        return -errno;
        return TAKE_FD(fd);
}

int lock_byte(int fd, uint64_t offset, bool exclusive) {
        struct flock lock = {
                .l_type = exclusive ? F_WRLCK : F_RDLCK,
                .l_whence = SEEK_SET,
                .l_start = (off_t) (offset & INT64_MAX),
                .l_len = 1,
        };

        while (fcntl(fd, F_OFD_SETLKW, &lock) < 0)
                if (errno != EINTR || interrupted())
                        return -errno;
        return 0;
}

int open_folder(int dir_fd, const char *name) {
        int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

        return fd < 0 ? -errno : fd;
}

int opendir_at(int dir_fd, const char *name, DIR **ret) {
        int fd = open_folder(dir_fd, name);

        if (fd < 0)
                return fd;
        *ret = fdopendir(fd);
        if (!*ret) {
                (void) close(fd);
                return -errno;
        }
        return 0;
}

int readlink_at(int dir_fd, const char *name, char **ret) {
        char target[4096];
        ssize_t n;

        n = readlinkat(dir_fd, name, target, sizeof(target));
        if (n < 0)
                return -errno;
        if ((size_t) n == sizeof(target))
                return -ENAMETOOLONG;
        *ret = strndup(target, (size_t) n);
        return *ret ? 0 : -ENOMEM;
}

int fd_path(int fd, char **ret) {
        char link[64];

        (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        return readlink_at(AT_FDCWD, link, ret);
}
