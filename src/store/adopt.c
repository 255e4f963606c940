/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/adopt.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "store/copy.h"

#define TREE_DEPTH_MAX   128     /* npm nests a handful of levels */
#define TREE_ENTRIES_MAX 1000000 /* the largest published trees have about 100,000 */

typedef struct Adoption {
        int root_fd;
        bool links; /* all else is ours: where links lead does not change any more */
        size_t entries;
        Error *error;
} Adoption;

/* Whether a process may still write to a file that is ours by now: has it open for writing, or
 * mapped. Where the file system cannot tell, one may. A lease is refused as long as there is one.
 * */
static bool has_writer(int fd) {
        /* should root open it for writing just now: the usual signal would end us */
        (void) fcntl(fd, F_SETSIG, SIGURG);
        if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
                return true;
        (void) fcntl(fd, F_SETLEASE, F_UNLCK);
        return false;
}

/* In a user's own scope it may be closed to its owner. */
static int open_file(int dir_fd, const char *name) {
        const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
        int fd = openat(dir_fd, name, flags);

        if (fd < 0 && errno == EACCES && fchmodat(dir_fd, name, 0600, 0) >= 0)
                fd = openat(dir_fd, name, flags);
        return fd < 0 ? -errno : fd;
}

/* The order matters: once the file and its mode are ours, other users cannot open it for writing
 * any more, so a process that is not a writer then does not become one. The same file may have
 * another name anywhere. In a folder that is ours already, a name stays what it is. */
static int adopt_file(Adoption *a, int dir_fd, const char *name, const char *path) {
        _cleanup_(closep) int fd = open_file(dir_fd, name);
        struct stat st;
        mode_t mode;

        if (fd == -EAGAIN)
                return error_set(a->error, -EBUSY, "%s: another process holds a lease on it", path);
        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -ESTALE;
        mode = st.st_mode & 0111 ? 0755 : 0644;
        if (st.st_nlink == 1) {
                if (fchown(fd, geteuid(), getegid()) < 0 || fchmod(fd, mode) < 0 ||
                    fstat(fd, &st) < 0)
                        return -errno;
                if (st.st_nlink == 1 && !has_writer(fd))
                        return 0;
        }
        if (unlinkat(dir_fd, name, 0) < 0)
                return -errno;
        return copy_file(fd, dir_fd, name, mode);
}

/* The target must be in the tree, both by its text and by what the kernel finds; a dangling one
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
                return error_set(a->error, -EINVAL,
                                 "the symlink %s leads out of the package, to '%s'", path, target);

        fd = open_beneath(a->root_fd, path, O_PATH);
        if (fd < 0 && fd != -ENOENT)
                return error_set(a->error, -EINVAL,
                                 "the symlink %s leads out of the package, to '%s'", path, target);
        return fchownat(dir_fd, name, geteuid(), getegid(), AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int adopt_folder(Adoption *a, int fd, const char *folder, unsigned depth);

static int adopt_entry(Adoption *a, int dir_fd, const char *name, const char *folder,
                       unsigned depth) {
        _cleanup_(freep) char *path = path_join(*folder ? folder : NULL, name);
        _cleanup_(closep) int fd = -EBADF;
        struct stat st;
        int r;

        if (!path)
                return -ENOMEM;
        if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;

        switch (st.st_mode & S_IFMT) {
        case S_IFREG:
                r = a->links ? 0 : adopt_file(a, dir_fd, name, path);
                break;
        case S_IFLNK:
                r = a->links ? adopt_link(a, dir_fd, name, folder, path) : 0;
                break;
        case S_IFDIR:
                fd = open_folder(dir_fd, name);
                r = fd < 0 ? fd : adopt_folder(a, fd, path, depth + 1);
                break;
        default:
                r = error_set(a->error, -EINVAL,
                              "%s is a device, a socket or a FIFO, which a package cannot contain",
                              path);
        }
        return r < 0 ? error_set(a->error, r, "%s: %s", path, strerror(-r)) : 0;
}

/* All names in a folder, since some file systems list a file once more that is made anew meanwhile.
 * `ret` gets them one after the other, with an empty one at the end. */
static int read_names(Adoption *a, int fd, char **ret) {
        _cleanup_(closedirp) DIR *d = NULL;
        _cleanup_(freep) char *names = NULL;
        _cleanup_(fclosep) FILE *f = NULL;
        size_t size;
        int r;

        r = opendir_at(fd, ".", &d);
        if (r < 0)
                return r;
        f = open_memstream(&names, &size);
        if (!f)
                return -ENOMEM;
        for (struct dirent *entry; (entry = readdir(d));) {
                if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
                        continue;
                if (++a->entries > TREE_ENTRIES_MAX)
                        return error_set(a->error, -E2BIG, "the package has more than %d files",
                                         TREE_ENTRIES_MAX);
                (void) fwrite(entry->d_name, 1, strlen(entry->d_name) + 1, f);
        }
        (void) fputc(0, f);
        if (ferror(f) || fclose(TAKE_PTR(f)) < 0)
                return -ENOMEM;
        *ret = TAKE_PTR(names);
        return 0;
}

/* It becomes ours first, so that no process that has it open can put anything else into it. */
static int adopt_folder(Adoption *a, int fd, const char *folder, unsigned depth) {
        _cleanup_(freep) char *names = NULL;
        int r;

        if (depth > TREE_DEPTH_MAX)
                return error_set(a->error, -EINVAL, "%.64s… is more than %d directories deep",
                                 folder, TREE_DEPTH_MAX);
        if (!a->links && (fchown(fd, geteuid(), getegid()) < 0 || fchmod(fd, 0755) < 0))
                return -errno;

        r = read_names(a, fd, &names);
        if (r < 0)
                return r;
        for (const char *name = names; *name; name += strlen(name) + 1) {
                r = adopt_entry(a, fd, name, folder, depth);
                if (r < 0)
                        return r;
        }
        return 0;
}

int adopt_tree(const char *path, Error *e) {
        _cleanup_(closep) int fd = open_folder(AT_FDCWD, path);
        Adoption a = { .root_fd = fd, .error = e };
        int r;

        if (fd < 0)
                return error_set(e, fd, "cannot open %s: %s", path, strerror(-fd));
        r = adopt_folder(&a, fd, "", 0);
        if (r < 0)
                return error_set(e, r, "%s: %s", path, strerror(-r));
        a.links = true;
        a.entries = 0;
        r = adopt_folder(&a, fd, "", 0);
        return r < 0 ? error_set(e, r, "%s: %s", path, strerror(-r)) : 0;
}
