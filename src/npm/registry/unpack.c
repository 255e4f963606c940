/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/unpack.h"

#include <archive_entry.h>
#include <locale.h>
#include <sys/stat.h>

#include "npm/registry/unpack-internal.h"

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

int unpack_failed(Unpack *u, struct archive *a) {
        if (u->read_error < 0)
                return u->read_error;
        if (archive_errno(a) == ENOMEM)
                return -ENOMEM;
        return error_set(u->e, -EBADMSG, "not a valid tar archive: %s",
                         archive_error_string(a) ?: "damaged");
}

/* -- entries -------------------------------------------------------------------------- */

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
                return error_set(e, -EINVAL, "neither a file nor a directory");
        if (type == AE_IFREG && archive_entry_perm(entry) & (S_ISUID | S_ISGID))
                return error_set(e, -EINVAL, "a setuid or setgid file");
        if (archive_entry_sparse_count(entry) > 0)
                return error_set(e, -EINVAL, "a sparse file");
        return 0;
}

/* Whether a link's target lies outside of the package. Links are not made, so no other one can be
 * on the way. */
static bool leads_out(const char *path, const char *target) {
        const char *in_folder = strrchr(path, '/');
        int depth = 0;

        for (const char *p = path; in_folder && p <= in_folder; p++)
                depth += *p == '/';
        if (target[0] == '/')
                return true;
        while (*target && depth >= 0) {
                size_t n = strcspn(target, "/");

                if (n == 2 && strncmp(target, "..", n) == 0)
                        depth--;
                else if (n > 0 && !(n == 1 && target[0] == '.'))
                        depth++;
                target += n + (target[n] == '/');
        }
        return depth < 0;
}

/* Links that stay inside are left out, as npm leaves them out. */
static int handle_link(Unpack *u, struct archive_entry *entry, const char *path) {
        const char *target = archive_entry_symlink(entry);

        if (archive_entry_hardlink(entry))
                return error_set(u->e, -EINVAL, "a hard link");
        if (!target)
                return error_set(u->e, -EINVAL, "a link whose target cannot be read");
        if (leads_out(path, target))
                return error_set(u->e, -EINVAL, "a link that points outside the package");
        u->result.links++;
        return 0;
}

/* Sizes are believed: no more than what is declared is read for an entry. */
static int check_size(Unpack *u, struct archive_entry *entry) {
        int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;

        if (size < 0 || (uint64_t) size > UNPACK_BYTES_MAX - u->declared)
                return error_set(u->e, -EFBIG, "it makes the package larger than %llu MiB",
                                 (unsigned long long) UNPACK_BYTES_MAX / 1048576);
        u->declared += (uint64_t) size;
        return 0;
}

static int handle_entry(Unpack *u, struct archive *a, struct archive_entry *entry,
                        const char *name) {
        _cleanup_(freep) char *path = NULL;
        int r;

        r = check_size(u, entry);
        if (r < 0)
                return r;
        r = unpack_path(name, u->e, &path);
        if (r < 0)
                return r;
        if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) == AE_IFLNK)
                return handle_link(u, entry, path);

        r = check_kind(entry, u->e);
        if (r < 0 || path[0] == 0)
                return r;
        if (archive_entry_filetype(entry) == AE_IFDIR)
                return unpack_folder(u, path);
        return unpack_file(u, a, path, archive_entry_perm(entry));
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
                        return unpack_failed(u, a);
                if (++u->entries > UNPACK_ENTRIES_MAX)
                        return error_set(u->e, -E2BIG, "the archive has more than %d entries",
                                         UNPACK_ENTRIES_MAX);

                name = archive_entry_pathname(entry);
                if (!name && c == ARCHIVE_WARN)
                        return unpack_failed(u, a);
                if (!name)
                        return error_set(u->e, -EINVAL, "the name of an entry is not valid UTF-8");
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
                return unpack_failed(u, a);
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
        r = unpack_rename_gitignores(&u);
        if (r < 0)
                return r;
        if (u.result.files == 0)
                return error_set(e, -EBADMSG, "the archive contains no files");
        *ret = u.result;
        return 0;
}
