/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "npm/registry/tarball-unpack.h"

typedef struct HashedSource {
        Stream *stream;
        Hasher *hasher;
        Hasher *also; /* NULL: one hash says it all */
} HashedSource;

static ssize_t read_and_hash(void *userdata, void *buffer, size_t size) {
        HashedSource *source = userdata;
        ssize_t n = stream_read(source->stream, buffer, size);
        int r;

        if (n <= 0)
                return n;
        r = hasher_update(source->hasher, buffer, (size_t) n);
        if (r < 0)
                return r;
        if (source->also) {
                r = hasher_update(source->also, buffer, (size_t) n);
                if (r < 0)
                        return r;
        }
        return n;
}

/* After the archive turned out bad: a wrong hash says more about it than what is bad in it. */
static int read_rest(HashedSource *source) {
        char block[16384];
        ssize_t n;

        while ((n = read_and_hash(source, block, sizeof(block))) > 0)
                ;
        return (int) n;
}

static int compare_hash(TarballUnpack *u, const Integrity *expected, const Digest *digest) {
        if (integrity_matches(expected, digest))
                return 0;
        u->mismatch = true;
        error_clear(&u->error);
        return error_set(&u->error, -EKEYREJECTED,
                         "the tarball does not match the %s hash in the registry",
                         hash_algorithm_to_string(expected->algorithm));
}

static int check_hashes(TarballUnpack *u, const HashedSource *source) {
        Digest also;
        int r;

        r = hasher_finish(source->hasher, &u->digest);
        if (r < 0)
                return r;
        if (u->known) {
                r = compare_hash(u, &u->integrity, &u->digest);
                if (r < 0)
                        return r;
        }
        if (!source->also)
                return 0;
        r = hasher_finish(source->also, &also);
        if (r < 0)
                return r;
        return compare_hash(u, &u->also, &also);
}

static int unpack_and_check(TarballUnpack *u, HashedSource *source, int fd) {
        int r, checked;

        r = unpack(read_and_hash, source, fd, &u->error, &u->unpacked);
        if (r == 0)
                return check_hashes(u, source);
        checked = read_rest(source);
        if (checked < 0)
                return checked;
        checked = check_hashes(u, source);
        return checked < 0 ? checked : r;
}

int tarball_unpack(TarballUnpack *u) {
        _cleanup_(hasher_freep) Hasher *hasher = NULL, *also = NULL;
        _cleanup_(closep) int fd = -EBADF;
        HashedSource source = { .stream = u->stream };
        int r;

        r = hasher_new(tarball_algorithm(u), &hasher);
        if (r < 0)
                return r;
        source.hasher = hasher;
        if (u->also.n_digests > 0) {
                r = hasher_new(u->also.algorithm, &also);
                if (r < 0)
                        return r;
        }
        source.also = also;
        if (mkdirat(u->dir_fd, u->folder, 0755) < 0)
                return error_set(&u->error, -errno, "cannot create the directory %s: %s", u->folder,
                                 strerror(errno));
        fd = openat(u->dir_fd, u->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;

        r = unpack_and_check(u, &source, fd);
        if (r < 0)
                (void) remove_tree_at(u->dir_fd, u->folder);
        return r;
}
