/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/adopt.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"

#define TREE_DEPTH_MAX   128     /* npm nests a handful of levels */
#define TREE_ENTRIES_MAX 1000000 /* the largest published trees have about 100,000 */

typedef struct Adoption {
        int root_fd;
        size_t entries;
        Error *error;
} Adoption;

static int copy_file(int from, int to, off_t size) {
        while (size > 0) {
                ssize_t n = sendfile(to, from, NULL, (size_t) size);

                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                size -= n;
        }
        return 0;
}

/* The tree was adopted, so its files are ours and are plain ones, links or folders. */
static int copy_entry(int from_fd, int to_fd, const char *name) {
        _cleanup_(closep) int from = -EBADF, to = -EBADF;
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
        if (S_ISDIR(st.st_mode))
                return copy_tree(from, to_fd, name);

        to = openat(to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (to < 0)
                return -errno;
        r = copy_file(from, to, st.st_size);
        if (r < 0)
                return r;
        return fchmod(to, st.st_mode & 07777) < 0 ? -errno : 0;
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
        for (struct dirent *entry; r >= 0 && (entry = readdir(d));)
                if (!streq(entry->d_name, ".") && !streq(entry->d_name, ".."))
                        r = copy_entry(dirfd(d), to_fd, entry->d_name);
        return r;
}

/* Another name of the same file may lie anywhere, so the tree gets a copy of its own. */
static int unshare_file(int dir_fd, const char *name, const struct stat *st) {
        _cleanup_(closep) int from = -EBADF, to = -EBADF;
        int r;

        from = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (from < 0 || unlinkat(dir_fd, name, 0) < 0)
                return -errno;
        to = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (to < 0)
                return -errno;
        r = copy_file(from, to, st->st_size);
        if (r < 0)
                return r;
        return fchmod(to, st->st_mode & 0111 ? 0755 : 0644) < 0 ? -errno : 0;
}

static int adopt_file(int dir_fd, const char *name, const struct stat *st) {
        if (st->st_nlink > 1)
                return unshare_file(dir_fd, name, st);
        if (fchownat(dir_fd, name, geteuid(), getegid(), AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        return fchmodat(dir_fd, name, st->st_mode & 0111 ? 0755 : 0644, 0) < 0 ? -errno : 0;
}

/* Both by its text and by what the kernel finds the target must lie in the tree; one that dangles
 * leads nowhere. */
static int adopt_link(Adoption *a, int dir_fd, const char *name, const char *folder,
                      const char *path) {
        _cleanup_(freep) char *target = NULL, *joined = NULL, *normal = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        r = readlink_at(dir_fd, name, &target);
        if (r < 0)
                return r;
        joined = path_join(*folder ? folder : NULL, target);
        if (!joined)
                return -ENOMEM;
        if (target[0] == '/' || path_normalize_beneath(joined, &normal) < 0)
                return error_set(a->error, -EINVAL, "the link %s leads out of the package, to '%s'",
                                 path, target);

        fd = open_beneath(a->root_fd, path, O_PATH);
        if (fd < 0 && fd != -ENOENT)
                return error_set(a->error, -EINVAL, "the link %s leads out of the package, to '%s'",
                                 path, target);
        return fchownat(dir_fd, name, geteuid(), getegid(), AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int adopt_folder(Adoption *a, int fd, const char *folder, unsigned depth);

static int adopt_entry(Adoption *a, int dir_fd, const char *name, const char *folder,
                       unsigned depth) {
        _cleanup_(freep) char *path = path_join(*folder ? folder : NULL, name);
        struct stat st;
        int r, fd;

        if (!path)
                return -ENOMEM;
        if (++a->entries > TREE_ENTRIES_MAX)
                return error_set(a->error, -E2BIG, "the package has more than %d files",
                                 TREE_ENTRIES_MAX);
        if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;

        switch (st.st_mode & S_IFMT) {
        case S_IFREG:
                r = adopt_file(dir_fd, name, &st);
                break;
        case S_IFLNK:
                r = adopt_link(a, dir_fd, name, folder, path);
                break;
        case S_IFDIR:
                fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
                r = fd < 0 ? -errno : adopt_folder(a, fd, path, depth + 1);
                break;
        default:
                r = error_set(a->error, -EINVAL,
                              "%s is a device, a socket or a FIFO; a package may hold none", path);
        }
        return r < 0 ? error_set(a->error, r, "%s: %s", path, strerror(-r)) : 0;
}

/* Owns fd. */
static int adopt_folder(Adoption *a, int fd, const char *folder, unsigned depth) {
        _cleanup_(closedirp) DIR *d = fdopendir(fd);
        int r;

        if (!d) {
                (void) close(fd);
                return -errno;
        }
        if (depth > TREE_DEPTH_MAX)
                return error_set(a->error, -EINVAL, "%.64s… lies more than %d folders deep", folder,
                                 TREE_DEPTH_MAX);
        if (fchown(dirfd(d), geteuid(), getegid()) < 0 || fchmod(dirfd(d), 0755) < 0)
                return -errno;

        for (struct dirent *entry; (entry = readdir(d));) {
                if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
                        continue;
                r = adopt_entry(a, dirfd(d), entry->d_name, folder, depth);
                if (r < 0)
                        return r;
        }
        return 0;
}

int adopt_tree(const char *path, Error *e) {
        Adoption a = { .root_fd = -EBADF, .error = e };
        int r, fd;

        a.root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (a.root_fd < 0)
                return error_set(e, -errno, "cannot open %s: %s", path, strerror(errno));

        fd = openat(a.root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        r = fd < 0 ? -errno : adopt_folder(&a, fd, "", 0);
        (void) close(a.root_fd);
        return r < 0 ? error_set(e, r, "%s: %s", path, strerror(-r)) : 0;
}
