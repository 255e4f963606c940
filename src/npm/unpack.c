/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "npm/unpack-names.h"

#define BLOCK_SIZE (64U * 1024U)

typedef struct Unpack {
        UnpackRead read_some;
        void *userdata;
        int read_error;
        char block[BLOCK_SIZE];

        int dir_fd;
        char *parent; /* the folder of the last file, since files come folder by folder */
        int parent_fd;
        UnpackNames *names;
        uint64_t entries, declared;
        UnpackResult result;
        Error *e;
} Unpack;

static void unpack_done(Unpack *u) {
        free(u->parent);
        (void) safe_close(u->parent_fd);
        (void) unpack_names_free(u->names);
}

static void archive_freep(struct archive **a) {
        if (*a)
                (void) archive_read_free(*a);
}

static la_ssize_t on_read(struct archive *a, void *userdata, const void **ret) {
        Unpack *u = userdata;
        ssize_t n;

        n = u->read_some(u->userdata, u->block, sizeof(u->block));
        if (n < 0) {
                u->read_error = (int) n;
                archive_set_error(a, (int) -n, "%s", strerror((int) -n));
                return -1;
        }
        *ret = u->block;
        return n;
}

/* libarchive's failure as ours. Its messages name no file of the machine. */
static int archive_failed(Unpack *u, struct archive *a) {
        if (u->read_error < 0)
                return u->read_error;
        if (archive_errno(a) == ENOMEM)
                return -ENOMEM;
        return error_set(u->e, -EBADMSG, "not a sound tar archive: %s",
                         archive_error_string(a) ?: "damaged");
}

/* -- folders and files
 * ----------------------------------------------------------------------------- */

/* Makes the folders of a path that are not there yet. */
static int make_folders(Unpack *u, const char *path) {
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
                r = make_folders(u, parent);
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
                        return archive_failed(u, a);
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
                        return archive_failed(u, a);
                there = malloc(size + 1);
                if (!there)
                        return -ENOMEM;
                if (offset != compared || pread(fd, there, size, offset) != (ssize_t) size ||
                    memcmp(there, data, size) != 0)
                        return error_set(u->e, -EEXIST, "it is there twice, and not the same");
                compared += (int64_t) size;
        }
        if (compared != st.st_size || mode != (st.st_mode & 0777))
                return error_set(u->e, -EEXIST, "it is there twice, and not the same");
        return 0;
}

static int make_file(Unpack *u, struct archive *a, const char *path, mode_t mode) {
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

/* -- entries
 * ----------------------------------------------------------------------------------------- */

static int check_kind(struct archive_entry *entry, Error *e) {
        static const struct {
                mode_t type;
                const char *text;
        } table[] = {
                { AE_IFCHR, "a device" },
                { AE_IFBLK, "a device" },
                { AE_IFIFO, "a FIFO" },
                { AE_IFSOCK, "a socket" },
        };
        mode_t type = archive_entry_filetype(entry);

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (type == table[i].type)
                        return error_set(e, -EINVAL, "%s", table[i].text);
        if (type != AE_IFREG && type != AE_IFDIR)
                return error_set(e, -EINVAL, "neither a file nor a folder");
        if (type == AE_IFREG && archive_entry_perm(entry) & (S_ISUID | S_ISGID))
                return error_set(e, -EINVAL, "a setuid or setgid file");
        if (archive_entry_sparse_count(entry) > 0)
                return error_set(e, -EINVAL, "a sparse file");
        return 0;
}

/* Sizes are believed: no more than what is declared is read for an entry. */
static int check_size(Unpack *u, struct archive_entry *entry) {
        int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;

        if (size < 0 || (uint64_t) size > UNPACK_BYTES_MAX - u->declared)
                return error_set(u->e, -EFBIG, "with it the package has more than %llu bytes",
                                 (unsigned long long) UNPACK_BYTES_MAX);
        u->declared += (uint64_t) size;
        return 0;
}

static int handle_entry(Unpack *u, struct archive *a, struct archive_entry *entry,
                        const char *name) {
        _cleanup_(freep) char *path = NULL;
        int r;

        r = check_size(u, entry);
        if (r >= 0)
                r = unpack_path(name, u->e, &path);
        if (r < 0)
                return r;
        if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) == AE_IFLNK) {
                u->result.links++;
                return 0;
        }

        r = check_kind(entry, u->e);
        if (r < 0 || path[0] == 0)
                return r;
        if (archive_entry_filetype(entry) == AE_IFDIR)
                return make_folders(u, path);
        return make_file(u, a, path, archive_entry_perm(entry));
}

static int unpack_entries(Unpack *u, struct archive *a) {
        for (;;) {
                struct archive_entry *entry;
                const char *name;
                int c, r;

                c = archive_read_next_header(a, &entry);
                if (c == ARCHIVE_EOF)
                        return 0;
                /* A warning is about what we do not use, or about the name, which is checked. */
                if (c != ARCHIVE_OK && c != ARCHIVE_WARN)
                        return archive_failed(u, a);
                if (++u->entries > UNPACK_ENTRIES_MAX)
                        return error_set(u->e, -E2BIG, "more than %d entries", UNPACK_ENTRIES_MAX);

                name = archive_entry_pathname(entry);
                if (!name && c == ARCHIVE_WARN)
                        return archive_failed(u, a);
                if (!name)
                        return error_set(u->e, -EINVAL, "an entry whose name is not UTF-8");
                r = handle_entry(u, a, entry, name);
                if (r < 0)
                        return error_prefix(u->e, r, "'%.*s'%s", UNPACK_PATH_MAX / 4, name,
                                            strlen(name) > UNPACK_PATH_MAX / 4 ? "…" : "");
        }
}

static int unpack_archive(Unpack *u) {
        _cleanup_(archive_freep) struct archive *a = NULL;

        a = archive_read_new();
        if (!a)
                return -ENOMEM;
        /* No other format or compression: some of those run other programs. */
        if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
            archive_read_support_filter_gzip(a) != ARCHIVE_OK)
                return -EOPNOTSUPP;
        if (archive_read_open(a, u, NULL, on_read, NULL) != ARCHIVE_OK)
                return archive_failed(u, a);
        return unpack_entries(u, a);
}

int unpack(UnpackRead read_some, void *userdata, int dir_fd, Error *e, UnpackResult *ret) {
        _cleanup_(unpack_done) Unpack u = {
                .read_some = read_some,
                .userdata = userdata,
                .dir_fd = dir_fd,
                .parent_fd = -EBADF,
                .e = e,
        };
        locale_t utf8, previous;
        ssize_t n;
        int r;

        assert(read_some);
        assert(ret);

        r = unpack_names_new(&u.names);
        if (r < 0)
                return r;

        /* libarchive turns names from UTF-8 to the locale's encoding. */
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
        if (!utf8)
                return error_set(e, -EOPNOTSUPP, "the locale C.UTF-8 is missing");
        previous = uselocale(utf8);
        r = unpack_archive(&u);
        (void) uselocale(previous);
        freelocale(utf8);
        if (r < 0)
                return r;

        while ((n = read_some(userdata, u.block, sizeof(u.block))) > 0)
                ;
        if (n < 0)
                return (int) n;
        if (u.result.files == 0)
                return error_set(e, -EBADMSG, "no files in the archive");
        *ret = u.result;
        return 0;
}
