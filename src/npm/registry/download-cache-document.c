/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/download-cache-document.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/encoding.h"
#include "basic/fs.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "npm/registry/download-cache-internal.h"

#define HEADER_MAX 8192 /* bytes of a document's first line */

void cache_document_done(CacheDocument *d) {
        free(d->body);
        free(d->etag);
        *d = (CacheDocument) {};
}

static int digest_text(const void *data, size_t size, char **ret) {
        Digest digest;
        int r;

        r = hash_data(HASH_SHA256, data, size, &digest);
        return r < 0 ? r : hex_encode(digest.bytes, hash_algorithm_size(HASH_SHA256), ret);
}

/* A document is a file: a line of JSON that says what follows, then the body. When it was confirmed
 * is the file's time. */
static int make_header(const CacheDocument *d, char **ret) {
        _cleanup_(json_object_putp) json_object *header = json_object_new_object();
        _cleanup_(freep) char *digest = NULL;
        int r;

        if (!header)
                return -ENOMEM;
        r = digest_text(d->body, d->size, &digest);
        if (r < 0)
                return r;
        r = json_add_string(header, "sha256", digest);
        if (r < 0)
                return r;
        r = json_add_string(header, "etag", d->etag);
        if (r < 0)
                return r;
        r = json_add_uint(header, "fresh_usec", d->fresh_usec);
        if (r < 0)
                return r;
        return strdupf(ret, "%s\n", json_text(header));
}

static int parse_document(char *text, size_t size, CacheDocument *ret) {
        _cleanup_(json_object_putp) json_object *header = NULL;
        _cleanup_(freep) char *digest = NULL;
        CacheDocument d = {};
        const char *wanted;
        char *end;
        int r;

        end = memchr(text, '\n', MIN2(size, (size_t) HEADER_MAX));
        if (!end)
                return -ENOENT;
        *end = 0;
        if (json_parse(text, (size_t) (end - text), /* e= */ NULL, &header) < 0)
                return -ENOENT;

        d.size = size - (size_t) (end + 1 - text);
        wanted = json_get_string(header, "sha256");
        r = digest_text(end + 1, d.size, &digest);
        if (r < 0)
                return r;
        if (!wanted || !streq(wanted, digest))
                return -ENOENT;

        d.fresh_usec = (uint64_t) MAX2(json_get_int(header, "fresh_usec", 0), (int64_t) 0);
        r = free_and_strdup(&d.etag, json_get_string(header, "etag"));
        if (r < 0)
                return r;
        d.body = memmove(text, end + 1, d.size + 1);
        *ret = d;
        return 0;
}

int cache_load(Cache *c, const char *key, CacheDocument *ret) {
        _cleanup_(freep) char *name = NULL, *text = NULL;
        _cleanup_(closep) int fd = -EBADF;
        struct stat st;
        size_t size;
        int r;

        r = digest_text(key, strlen(key), &name);
        if (r < 0)
                return r;
        fd = openat(c->documents_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        r = read_fd(fd, CACHE_DOCUMENT_MAX + HEADER_MAX, &text, &size);
        if (r < 0)
                return r;
        r = parse_document(text, size, ret);
        if (r < 0)
                return r;
        text = NULL; /* it is the body now */
        ret->age_usec = cache_file_age(&st);
        return 0;
}

static int write_document(Cache *c, CacheFile *f, const char *name, const char *header,
                          const CacheDocument *d) {
        int r;

        r = write_all(f->fd, header, strlen(header));
        if (r < 0)
                return r;
        r = write_all(f->fd, d->body, d->size);
        if (r < 0)
                return r;
        return cache_file_take_in(c, f, c->documents_fd, name);
}

int cache_store(Cache *c, const char *key, const CacheDocument *d) {
        _cleanup_(freep) char *name = NULL, *header = NULL;
        CacheFile f;
        int r;

        r = digest_text(key, strlen(key), &name);
        if (r < 0)
                return r;
        r = make_header(d, &header);
        if (r < 0)
                return r;
        r = cache_file_new(c, &f);
        if (r < 0)
                return r;

        r = write_document(c, &f, name, header, d);
        cache_file_done(c, &f);
        return r;
}

int cache_mark_fresh(Cache *c, const char *key) {
        _cleanup_(freep) char *name = NULL;
        int r;

        r = digest_text(key, strlen(key), &name);
        if (r < 0)
                return r;
        return utimensat(c->documents_fd, name, NULL, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}
