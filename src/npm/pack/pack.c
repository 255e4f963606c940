/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/pack/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/string-util.h"
#include "npm/registry/unpack.h"

#define BLOCK_SIZE (64U * 1024U)
#define MTIME      499162500 /* 26 October 1985, npm's: zip knows no 1970 */

typedef struct Pack {
        int fd;
        json_object *bin;
        struct archive *archive;
        struct archive_entry *entry;
        Error *e;
        PackResult result;
} Pack;

static void pack_done(Pack *p) {
        if (p->entry)
                archive_entry_free(p->entry);
        if (p->archive)
                (void) archive_write_free(p->archive);
        (void) json_object_put(p->result.files);
}

static int archive_failed(Pack *p) {
        if (archive_errno(p->archive) == ENOMEM)
                return -ENOMEM;
        return error_set(p->e, -EIO, "cannot write the archive: %s",
                         archive_error_string(p->archive) ?: "no reason given");
}

static bool is_bin(json_object *bin, const char *path) {
        if (!bin)
                return false;
        json_object_object_foreach(bin, name, file) {
                (void) name;
                if (streq_ptr(json_string(file), path))
                        return true;
        }
        return false;
}

static int write_header(Pack *p, const char *path, const struct stat *st, mode_t mode) {
        _cleanup_(freep) char *name = NULL;

        if (strdupf(&name, "package/%s", path) < 0)
                return -ENOMEM;
        archive_entry_clear(p->entry);
        archive_entry_set_pathname(p->entry, name);
        archive_entry_set_filetype(p->entry, AE_IFREG);
        archive_entry_set_perm(p->entry, mode);
        archive_entry_set_size(p->entry, st->st_size);
        archive_entry_set_mtime(p->entry, MTIME, 0);
        return archive_write_header(p->archive, p->entry) == ARCHIVE_OK ? 0 : archive_failed(p);
}

static int write_content(Pack *p, int fd, uint64_t size) {
        char block[BLOCK_SIZE];
        uint64_t done = 0;

        while (done < size) {
                ssize_t n = read(fd, block, MIN2(size - done, (uint64_t) sizeof(block)));

                if (n < 0)
                        return -errno;
                if (n == 0)
                        return error_set(p->e, -EAGAIN,
                                         "another process is writing to it; try again");
                if (archive_write_data(p->archive, block, (size_t) n) != n)
                        return archive_failed(p);
                done += (uint64_t) n;
        }
        return 0;
}

static int add_to_result(Pack *p, const char *path, uint64_t size, mode_t mode) {
        json_object *file = json_object_new_object();
        int r;

        if (!file || json_object_array_add(p->result.files, file) < 0)
                return -ENOMEM;
        r = json_add_string(file, "path", path);
        if (r < 0)
                return r;
        r = json_add_uint(file, "size", size);
        if (r < 0)
                return r;
        return json_add_uint(file, "mode", mode);
}

static int open_file(Pack *p, const PackFile *file) {
        const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        int fd;

        if (!file->linked)
                return open_beneath(p->fd, file->path, flags);
        fd = openat(p->fd, file->path, flags);
        return fd < 0 ? -errno : fd;
}

static int add_file(Pack *p, const PackFile *file) {
        _cleanup_(closep) int fd = open_file(p, file);
        struct stat st;
        mode_t mode;
        int r;

        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return error_set(p->e, -EAGAIN, "it is no longer a file; try again");
        if ((uint64_t) st.st_size > UNPACK_BYTES_MAX - p->result.bytes)
                return error_set(p->e, -EFBIG, "it makes the package larger than %llu MiB",
                                 (unsigned long long) UNPACK_BYTES_MAX / 1048576);
        p->result.bytes += (uint64_t) st.st_size;

        mode = st.st_mode & 0111 || is_bin(p->bin, file->path) ? 0755 : 0644;
        r = write_header(p, file->path, &st, mode);
        if (r < 0)
                return r;
        r = write_content(p, fd, (uint64_t) st.st_size);
        if (r < 0)
                return r;
        return add_to_result(p, file->path, (uint64_t) st.st_size, mode);
}

static int open_archive(Pack *p, int out_fd) {
        p->archive = archive_write_new();
        p->entry = archive_entry_new();
        p->result.files = json_object_new_array();
        if (!p->archive || !p->entry || !p->result.files)
                return -ENOMEM;
        if (archive_write_set_format_pax_restricted(p->archive) != ARCHIVE_OK ||
            archive_write_add_filter_gzip(p->archive) != ARCHIVE_OK ||
            archive_write_set_filter_option(p->archive, "gzip", "compression-level", "9") !=
                    ARCHIVE_OK ||
            archive_write_set_filter_option(p->archive, "gzip", "timestamp", NULL) != ARCHIVE_OK ||
            archive_write_set_bytes_in_last_block(p->archive, 1) != ARCHIVE_OK ||
            archive_write_open_fd(p->archive, out_fd) != ARCHIVE_OK)
                return archive_failed(p);
        return 0;
}

static int write_archive(Pack *p, const PackList *list, int out_fd) {
        int r;

        r = open_archive(p, out_fd);
        if (r < 0)
                return r;
        for (size_t i = 0; i < list->n; i++) {
                r = add_file(p, list->files + i);
                if (r < 0)
                        return error_prefix(p->e, r, "cannot pack %s", list->files[i].path);
        }
        return archive_write_close(p->archive) == ARCHIVE_OK ? 0 : archive_failed(p);
}

int pack_tarball(int fd, const PackList *list, json_object *bin, int out_fd, Error *e,
                 PackResult *ret) {
        _cleanup_(pack_done) Pack p = { .fd = fd, .bin = bin, .e = e };
        locale_t utf8, previous;
        int r;

        /* libarchive turns names from the locale's encoding to UTF-8 */
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
        if (!utf8)
                return error_set(e, -EOPNOTSUPP, "the locale C.UTF-8 is missing");
        previous = uselocale(utf8);
        r = write_archive(&p, list, out_fd);
        (void) uselocale(previous);
        freelocale(utf8);
        if (r < 0)
                return r;
        ret->bytes = p.result.bytes;
        ret->files = TAKE_PTR(p.result.files);
        return 0;
}
