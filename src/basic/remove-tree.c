/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/remove-tree.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"

/* A folder this deep is moved up to the top of the tree, so that no more are open at a time. */
#define KEPT_OPEN_MAX 32

/* Where a file system does not let it be moved. */
#define DEPTH_MAX 256

/* Half a million folders in each other. A process that still adds some may go on for ever. */
#define MOVES_MAX 16384

/* Some file systems skip entries when others are removed meanwhile. */
#define TRIES_MAX 10

typedef struct Removal {
        int top_fd; /* the tree's uppermost folder, borrowed */
        unsigned moves;
} Removal;

/* Opens a folder to be emptied, but no mount point: what is mounted there is not part of the tree,
 * and a file system in user space could keep us waiting for ever. */
static int open_unmounted(int dir_fd, const char *name, int flags) {
        struct open_how how = {
                .flags = (uint64_t) flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
                .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS,
        };
        long fd = syscall(SYS_openat2, dir_fd, name, &how, sizeof(how));
        int r;

        if (fd >= 0)
                return (int) fd;
        if (errno == EXDEV)
                return -EBUSY;
        if (errno != ENOSYS && errno != EPERM) /* a sandbox may take the call away */
                return -errno;
        r = openat(dir_fd, name, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return r < 0 ? -errno : r;
}

/* A folder that its owner may not enter. */
static int unlock_folder(int dir_fd, const char *name) {
        _cleanup_(closep) int fd = open_unmounted(dir_fd, name, O_PATH);
        char link[64];

        if (fd < 0)
                return fd;
        (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        return chmod(link, 0700) < 0 ? -errno : 0;
}

/* From here on only we can add to it or take away from it. What fails shows as it is emptied. */
static void seize_folder(int fd) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return;
        if (st.st_uid != geteuid() && geteuid() == 0)
                (void) fchown(fd, 0, 0);
        if ((st.st_mode & 07777) != 0700)
                (void) fchmod(fd, 0700);
}

static int open_to_empty(int dir_fd, const char *name, DIR **ret) {
        int fd, r;

        fd = open_unmounted(dir_fd, name, O_RDONLY);
        if (fd == -EACCES) {
                r = unlock_folder(dir_fd, name);
                if (r < 0)
                        return r;
                fd = open_unmounted(dir_fd, name, O_RDONLY);
        }
        if (fd < 0)
                return fd;
        seize_folder(fd);
        *ret = fdopendir(fd);
        if (!*ret) {
                r = -errno;
                (void) close(fd);
                return r;
        }
        return 0;
}

static int move_up(Removal *r, int dir_fd, const char *name) {
        _cleanup_(freep) char *temporary = NULL;
        int k;

        if (r->moves >= MOVES_MAX)
                return -EBUSY;
        k = temporary_name("deep", &temporary);
        if (k < 0)
                return k;
        if (renameat(dir_fd, name, r->top_fd, temporary) < 0)
                return -errno;
        r->moves++;
        return 0;
}

static int remove_entry(Removal *r, int dir_fd, const char *name, unsigned depth);

/* All that can be removed; the first failure. */
static int remove_entries(Removal *r, DIR *d, unsigned depth) {
        int result = 0, k;

        rewinddir(d);
        for (struct dirent *entry; (entry = readdir(d));) {
                if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
                        continue;
                k = remove_entry(r, dirfd(d), entry->d_name, depth + 1);
                if (k < 0 && result == 0)
                        result = k;
        }
        return result;
}

/* Until it is empty: the uppermost folder gets what lay too deep while it is read. */
static int empty_and_remove(Removal *r, DIR *d, int dir_fd, const char *name, unsigned depth) {
        for (unsigned tries = 0; tries < TRIES_MAX;) {
                unsigned before = r->moves;
                int k = remove_entries(r, d, depth);

                if (unlinkat(dir_fd, name, AT_REMOVEDIR) >= 0 || errno == ENOENT)
                        return 0;
                if (errno != ENOTEMPTY && errno != EEXIST)
                        return k < 0 ? k : -errno;
                if (depth == 0 && r->moves > before)
                        continue;
                if (k < 0)
                        return k;
                tries++;
        }
        return -EBUSY;
}

static int remove_folder(Removal *r, int dir_fd, const char *name, unsigned depth) {
        _cleanup_(closedirp) DIR *d = NULL;
        int k;

        k = open_to_empty(dir_fd, name, &d);
        if (k < 0)
                return k;
        if (depth == 0)
                r->top_fd = dirfd(d);
        if (depth >= KEPT_OPEN_MAX) {
                k = move_up(r, dir_fd, name);
                if (k >= 0 || r->moves >= MOVES_MAX || depth >= DEPTH_MAX)
                        return k;
        }
        return empty_and_remove(r, d, dir_fd, name, depth);
}

static int remove_entry(Removal *r, int dir_fd, const char *name, unsigned depth) {
        int cause, k;

        if (unlinkat(dir_fd, name, 0) >= 0 || errno == ENOENT)
                return 0;
        cause = -errno;
        if (cause != -EISDIR && cause != -EPERM)
                return cause;
        /* at once, which also tells a mount point without a look into what is mounted there */
        if (unlinkat(dir_fd, name, AT_REMOVEDIR) >= 0 || errno == ENOENT)
                return 0;
        if (errno == EBUSY)
                return -EBUSY;
        if (errno == ENOTDIR)
                return cause;
        k = remove_folder(r, dir_fd, name, depth);
        return k == -ENOTDIR || k == -ELOOP ? cause : k;
}

int remove_tree_at(int dir_fd, const char *name) {
        const char *base = path_basename(name);
        _cleanup_(freep) char *folder = NULL;
        _cleanup_(closep) int folder_fd = -EBADF;
        Removal r = { .top_fd = -EBADF };

        if (base == name)
                return remove_entry(&r, dir_fd, name, /* depth= */ 0);
        /* the way there is the caller's, and may cross mount points */
        folder = strndup(name, (size_t) (base - name));
        if (!folder)
                return -ENOMEM;
        folder_fd = openat(dir_fd, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (folder_fd < 0)
                return errno == ENOENT ? 0 : -errno;
        return remove_entry(&r, folder_fd, base, /* depth= */ 0);
}
