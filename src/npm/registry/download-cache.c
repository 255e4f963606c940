/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/download-cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "basic/clock.h"
#include "basic/encoding.h"
#include "basic/fs.h"
#include "basic/string-util.h"
#include "npm/registry/download-cache-internal.h"

uint64_t cache_file_age(const struct stat *st) {
        uint64_t written = (uint64_t) st->st_mtim.tv_sec * USEC_PER_SEC +
                           (uint64_t) st->st_mtim.tv_nsec / NSEC_PER_USEC;
        uint64_t now = realtime_usec();

        return written > now ? USEC_INFINITY : now - written;
}

/* -- the folder ----------------------------------------------------------------------- */

static void remove_stale_files(Cache *c) {
        _cleanup_(closedirp) DIR *d = NULL;
        int fd;

        fd = openat(c->temporary_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return;
        d = fdopendir(fd);
        if (!d) {
                (void) close(fd);
                return;
        }
        for (struct dirent *entry; (entry = readdir(d));) {
                struct stat st;

                if (entry->d_name[0] != '.' &&
                    fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) >= 0 &&
                    cache_file_age(&st) > CACHE_STALE_USEC && cache_file_age(&st) != USEC_INFINITY)
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
        }
}

int cache_open(const char *path, Error *e, Cache **ret) {
        _cleanup_(cache_freep) Cache *c = NULL;
        _cleanup_(closep) int dir_fd = -EBADF;
        int r;

        assert(path);
        assert(ret);

        c = malloc(sizeof(Cache));
        if (!c)
                return -ENOMEM;
        *c = (Cache) { -EBADF, -EBADF, -EBADF };

        r = mkdir_parents(path, 0700);
        if (r < 0)
                return error_set(e, r, "cannot create the cache directory %s: %s", path,
                                 strerror(-r));
        dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir_fd < 0)
                return error_set(e, -errno, "cannot open the cache directory %s: %s", path,
                                 strerror(errno));

        for (size_t i = 0; i < CACHE_FOLDERS; i++) {
                int fd = open_or_mkdir_at(dir_fd, cache_folders[i].name, 0700);

                if (fd < 0)
                        return error_set(e, fd, "cannot use the cache directory %s/%s: %s", path,
                                         cache_folders[i].name, strerror(-fd));
                *(int *) ((char *) c + cache_folders[i].offset) = fd;
        }
        remove_stale_files(c);
        *ret = TAKE_PTR(c);
        return 0;
}

Cache *cache_free(Cache *c) {
        if (!c)
                return NULL;
        for (size_t i = 0; i < CACHE_FOLDERS; i++)
                (void) safe_close(*(int *) ((char *) c + cache_folders[i].offset));
        free(c);
        return NULL;
}

/* -- files on their way in ------------------------------------------------------------ */

int cache_file_new(Cache *c, CacheFile *ret) {
        _cleanup_(freep) char *name = NULL;
        uint64_t random[2];
        int r, fd;

        if (getrandom(random, sizeof(random), 0) != sizeof(random))
                return -errno;
        r = hex_encode(random, sizeof(random), &name);
        if (r < 0)
                return r;
        fd = openat(c->temporary_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                    0600);
        if (fd < 0)
                return -errno;
        *ret = (CacheFile) { TAKE_PTR(name), fd };
        return 0;
}

void cache_file_done(Cache *c, CacheFile *f) {
        if (f->name)
                (void) unlinkat(c->temporary_fd, f->name, 0);
        free(f->name);
        *f = (CacheFile) { NULL, safe_close(f->fd) };
}

int cache_file_take_in(Cache *c, CacheFile *f, int dir_fd, const char *name) {
        if (renameat(c->temporary_fd, f->name, dir_fd, name) < 0)
                return -errno;
        free(f->name);
        f->name = NULL;
        return 0;
}

/* -- tarballs ------------------------------------------------------------------------- */

static int tarball_name(HashAlgorithm algorithm, const Digest *digest, char **ret) {
        _cleanup_(freep) char *hex = NULL;
        int r;

        r = hex_encode(digest->bytes, hash_algorithm_size(algorithm), &hex);
        if (r < 0)
                return r;
        return strdupf(ret, "%s-%s", hash_algorithm_to_string(algorithm), hex);
}

int cache_open_tarball(Cache *c, const Integrity *i) {
        for (size_t k = 0; k < i->n_digests; k++) {
                _cleanup_(freep) char *name = NULL;
                int r, fd;

                r = tarball_name(i->algorithm, i->digests + k, &name);
                if (r < 0)
                        return r;
                fd = openat(c->tarballs_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                if (fd >= 0 || errno != ENOENT)
                        return fd >= 0 ? fd : -errno;
        }
        return -ENOENT;
}

int cache_add_tarball(Cache *c, CacheFile *f, HashAlgorithm algorithm, const Digest *digest) {
        _cleanup_(freep) char *name = NULL;
        int r;

        r = tarball_name(algorithm, digest, &name);
        return r < 0 ? r : cache_file_take_in(c, f, c->tarballs_fd, name);
}

int cache_drop_tarball(Cache *c, const Integrity *i) {
        for (size_t k = 0; k < i->n_digests; k++) {
                _cleanup_(freep) char *name = NULL;
                int r;

                r = tarball_name(i->algorithm, i->digests + k, &name);
                if (r < 0)
                        return r;
                if (unlinkat(c->tarballs_fd, name, 0) < 0 && errno != ENOENT)
                        return -errno;
        }
        return 0;
}
