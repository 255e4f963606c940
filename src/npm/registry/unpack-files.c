/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "npm/registry/unpack-internal.h"

int unpack_folder(Unpack *u, const char *path) {
        _cleanup_(freep) char *prefix = strdup(path);
        int r;

        if (!prefix)
                return -ENOMEM;

        for (char *slash = prefix;;) {
                slash = strchr(slash, '/');
                if (slash)
                        *slash = 0;
                r = unpack_names_add(u->names, prefix, /* folder= */ true, u->e);
                if (r > 0 && mkdirat(u->dir_fd, prefix, 0755) < 0)
                        r = -errno;
                if (r < 0 || !slash)
                        return MIN2(r, 0);
                *slash++ = '/';
        }
}

/* Opens the folder a path lies in, made if need be; borrowed. */
static int open_parent(Unpack *u, const char *path, int *ret) {
        _cleanup_(freep) char *parent = NULL;
        const char *slash = strrchr(path, '/');
        int r, fd;

        if (!slash) {
                *ret = u->dir_fd;
                return 0;
        }
        parent = strndup(path, (size_t) (slash - path));
        if (!parent)
                return -ENOMEM;

        if (!streq_ptr(parent, u->parent)) {
                r = unpack_folder(u, parent);
                if (r < 0)
                        return r;
                fd = open_beneath(u->dir_fd, parent, O_PATH | O_DIRECTORY | O_NOFOLLOW);
                if (fd < 0)
                        return fd;
                (void) safe_close(u->parent_fd);
                u->parent_fd = fd;
                free(u->parent);
                u->parent = TAKE_PTR(parent);
        }
        *ret = u->parent_fd;
        return 0;
}

static int write_data(Unpack *u, struct archive *a, int fd) {
        la_int64_t offset;
        const void *data;
        int64_t written = 0;
        size_t size;

        for (;;) {
                int c = archive_read_data_block(a, &data, &size, &offset), r;

                if (c == ARCHIVE_EOF)
                        break;
                if (c != ARCHIVE_OK)
                        return unpack_failed(u, a);
                if (offset != written)
                        return error_set(u->e, -EINVAL, "a sparse file");
                r = write_all(fd, data, size);
                if (r < 0)
                        return r;
                written += (int64_t) size;
        }
        u->result.bytes += (uint64_t) written;
        return 0;
}

/* Some publishers' archives have a file twice, the same both times: that is no reason to refuse. */
static int compare_data(Unpack *u, struct archive *a, int fd, mode_t mode) {
        int64_t compared = 0;
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        for (;;) {
                _cleanup_(freep) char *there = NULL;
                const void *data;
                la_int64_t offset;
                size_t size;
                int c = archive_read_data_block(a, &data, &size, &offset);

                if (c == ARCHIVE_EOF)
                        break;
                if (c != ARCHIVE_OK)
                        return unpack_failed(u, a);
                there = malloc(size + 1);
                if (!there)
                        return -ENOMEM;
                if (offset != compared || pread(fd, there, size, offset) != (ssize_t) size ||
                    memcmp(there, data, size) != 0)
                        return error_set(u->e, -EEXIST, "it appears twice with different contents");
                compared += (int64_t) size;
        }
        if (compared != st.st_size || mode != (st.st_mode & 0777))
                return error_set(u->e, -EEXIST, "it appears twice with different contents");
        return 0;
}

int unpack_file(Unpack *u, struct archive *a, const char *path, mode_t mode) {
        const char *name = path_basename(path);
        _cleanup_(closep) int fd = -EBADF;
        int parent_fd, r, new;

        /* Only whether it can be run is kept of the mode, as npm does. */
        mode = mode & 0111 ? 0755 : 0644;
        new = unpack_names_add(u->names, path, /* folder= */ false, u->e);
        if (new < 0)
                return new;
        r = open_parent(u, path, &parent_fd);
        if (r < 0)
                return r;

        fd = openat(parent_fd, name,
                    (new ? O_WRONLY | O_CREAT | O_EXCL : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC, mode);
        if (fd < 0)
                return -errno;
        if (!new)
                return compare_data(u, a, fd, mode);
        u->result.files++;
        return write_data(u, a, fd);
}

/* Without links among them, paths lead where the files were made. */
static int rename_gitignore(Unpack *u, const char *path) {
        _cleanup_(freep) char *renamed = NULL;
        const char *name = path_basename(path);

        if (strdupf(&renamed, "%.*s.npmignore", (int) (name - path), path) < 0)
                return -ENOMEM;
        if (faccessat(u->dir_fd, renamed, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
                return renameat(u->dir_fd, path, u->dir_fd, renamed) < 0 ? -errno : 0;
        u->result.files--;
        return unlinkat(u->dir_fd, path, 0) < 0 ? -errno : 0;
}

int unpack_rename_gitignores(Unpack *u) {
        const char *path;
        size_t i = 0;

        while ((path = unpack_names_next_file(u->names, &i))) {
                int r = streq(path_basename(path), ".gitignore") ? rename_gitignore(u, path) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}
