/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "npm/registry-internal.h"
#include "npm/stream.h"

/* A tarball on its way. The loop writes what arrives into a file of the cache; a thread reads it
 * from there, computes its hash and unpacks it into a folder, which becomes somebody's concern only
 * when the hash is right. A tarball from the cache, or a local one, goes the same way. */
typedef struct Task {
        RegistryTask task;
        TarballGet get;
        char *label, *name, *url, *folder;
        NpmrcAuth auth;
        bool known; /* `integrity` is what has to come */
        Integrity integrity;

        CacheFile file; /* its descriptor belongs to the stream */
        Stream *stream;
        bool cached, unpacking;
        int download_r; /* why the download broke off while its beginning was being unpacked */
        Error download_error;

        /* written by the thread */
        Digest digest;
        bool mismatch;
        UnpackResult unpacked;
        Error error;
} Task;

static void task_free(RegistryTask *task) {
        Task *t = (Task *) task;

        registry_task_unlink(task);
        cache_file_done(task->registry->cache, &t->file);
        t->stream = stream_free(t->stream);
        if (t->get.fd >= 0)
                (void) close(t->get.fd);
        npmrc_auth_done(&t->auth);
        error_clear(&t->error);
        error_clear(&t->download_error);
        free(t->label);
        free(t->name);
        free(t->url);
        free(t->folder);
        free(t);
}

static void task_stop(RegistryTask *task) {
        Task *t = (Task *) task;

        if (t->stream)
                stream_end(t->stream, -ECANCELED);
}

static HashAlgorithm task_algorithm(const Task *t) {
        return t->known ? t->integrity.algorithm : HASH_SHA512;
}

static void finish(Task *t, int r) {
        _cleanup_(freep) char *integrity = NULL;
        TarballResult result = { .weak = t->known && integrity_is_weak(&t->integrity),
                                 .cached = t->cached,
                                 .unpacked = t->unpacked };

        if (r >= 0) {
                Integrity found = { .algorithm = task_algorithm(t), .n_digests = 1 };

                found.digests[0] = t->digest;
                result.size = stream_size(t->stream);
                r = integrity_to_string(&found, &integrity);
                result.integrity = integrity;
        }
        if (r < 0)
                error_prefix(&t->error, r, "%s", t->label);
        t->task.registry->statistics.tarballs_done++;
        t->get.done(t->get.userdata, r, r < 0 ? NULL : &result, &t->error);
        task_free(&t->task);
}

/* -- in a thread
 * ------------------------------------------------------------------------------------- */

typedef struct Source {
        Stream *stream;
        Hasher *hasher;
} Source;

static ssize_t read_and_hash(void *userdata, void *buffer, size_t size) {
        Source *source = userdata;
        ssize_t n = stream_read(source->stream, buffer, size);
        int r;

        if (n <= 0)
                return n;
        r = hasher_update(source->hasher, buffer, (size_t) n);
        return r < 0 ? r : n;
}

/* After the archive turned out bad: a wrong hash says more about it than what is bad in it. */
static int read_rest(Source *source) {
        char block[16384];
        ssize_t n;

        while ((n = read_and_hash(source, block, sizeof(block))) > 0)
                ;
        return (int) n;
}

static int check(Task *t, Hasher *hasher) {
        int r;

        r = hasher_finish(hasher, &t->digest);
        if (r < 0)
                return r;
        if (!t->known || integrity_matches(&t->integrity, &t->digest))
                return 0;
        t->mismatch = true;
        error_clear(&t->error);
        return error_set(&t->error, -EKEYREJECTED,
                         "what came is not what the registry describes (its %s hash is another)",
                         hash_algorithm_to_string(t->integrity.algorithm));
}

static int run_unpack(void *userdata) {
        _cleanup_(hasher_freep) Hasher *hasher = NULL;
        _cleanup_(closep) int fd = -EBADF;
        Task *t = userdata;
        Source source = { .stream = t->stream };
        int r, checked;

        r = hasher_new(task_algorithm(t), &hasher);
        if (r < 0)
                return r;
        source.hasher = hasher;
        if (mkdirat(t->get.dir_fd, t->folder, 0755) < 0)
                return error_set(&t->error, -errno, "cannot make the folder %s: %s", t->folder,
                                 strerror(errno));
        fd = openat(t->get.dir_fd, t->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;

        r = unpack(read_and_hash, &source, fd, &t->error, &t->unpacked);
        checked = r < 0 ? read_rest(&source) : 0;
        if (checked >= 0)
                checked = check(t, hasher);
        if (checked < 0)
                r = checked;
        if (r < 0)
                (void) remove_tree_at(t->get.dir_fd, t->folder);
        return r;
}

/* -- on the loop
 * ------------------------------------------------------------------------------------- */

static int download(Task *t);

static void on_unpacked(void *userdata, int r) {
        Task *t = userdata;
        Cache *cache = t->task.registry->cache;

        /* The cache's copy went bad: as if there had been none. */
        if (t->mismatch && t->cached) {
                (void) cache_drop_tarball(cache, &t->integrity);
                t->mismatch = t->cached = false;
                t->stream = stream_free(t->stream);
                error_clear(&t->error);
                r = download(t);
                if (r >= 0)
                        return;
        }
        if (t->download_r < 0) {
                error_clear(&t->error);
                r = error_set(&t->error, t->download_r, "%s",
                              error_text(&t->download_error, t->download_r));
        }
        if (r >= 0 && t->file.name && t->known)
                (void) cache_add_tarball(cache, &t->file, t->integrity.algorithm, &t->digest);
        finish(t, r);
}

static int begin_unpacking(Task *t) {
        t->unpacking = true;
        return pool_submit(t->task.registry->pool, run_unpack, on_unpacked, t);
}

static int on_data(void *userdata, const void *data, size_t size) {
        Task *t = userdata;
        int r;

        r = stream_append(t->stream, data, size);
        if (r >= 0 && !t->unpacking && stream_size(t->stream) >= TARBALL_EARLY)
                r = begin_unpacking(t);
        return r;
}

static int on_rewind(void *userdata) {
        Task *t = userdata;

        return stream_rewind(t->stream);
}

static int judge(Task *t, const HttpResponse *response, Error *e) {
        if (response->status == 200)
                return 0;
        return registry_refused(response, "its tarball", response->url,
                                t->auth.authorization && !response->unauthenticated, e);
}

static void on_answer(void *userdata, int r, const HttpResponse *response, Error *e) {
        Task *t = userdata;

        if (r >= 0)
                r = judge(t, response, &t->download_error);
        else
                (void) error_set(&t->download_error, r, "%s", error_text(e, r));
        t->download_r = r;
        stream_end(t->stream, r);

        if (t->unpacking) /* its end is the task's end */
                return;
        if (r < 0)
                on_unpacked(t, r);
        else if ((r = begin_unpacking(t)) < 0)
                finish(t, r);
}

static int download(Task *t) {
        Registry *registry = t->task.registry;
        HttpGet get = {
                .url = t->url,
                .authorization = t->auth.authorization,
                .cert_file = t->auth.cert_file,
                .key_file = t->auth.key_file,
                .size_max = TARBALL_MAX,
                .size_name = "TARBALL_MAX",
                .data = on_data,
                .rewind = on_rewind,
                .done = on_answer,
                .userdata = t,
        };
        int r;

        if (registry->flags & REGISTRY_OFFLINE)
                return error_set(&t->error, -ENONET,
                                 "its tarball is not in the cache, and nothing is fetched with "
                                 "--offline");
        t->unpacking = false;
        r = cache_file_new(registry->cache, &t->file);
        if (r >= 0)
                r = stream_new(TAKE_FD(t->file.fd), /* complete= */ false, &t->stream);
        if (r < 0)
                return error_set(&t->error, r, "cannot write into the cache: %s", strerror(-r));
        return http_get(registry->http, &get, &t->error);
}

static int start(Task *t) {
        Registry *registry = t->task.registry;
        int fd, r;

        if (!t->url)
                fd = TAKE_FD(t->get.fd);
        else
                fd = t->known ? cache_open_tarball(registry->cache, &t->integrity) : -ENOENT;
        if (fd < 0)
                return download(t);

        t->cached = t->url;
        registry->statistics.tarballs_cached += t->cached;
        r = stream_new(fd, /* complete= */ true, &t->stream);
        return r < 0 ? r : begin_unpacking(t);
}

static int copy_strings(Task *t) {
        const struct {
                char **to;
                const char *from;
        } table[] = {
                { &t->label, t->get.label },
                { &t->name, t->get.name },
                { &t->url, t->get.url },
                { &t->folder, t->get.folder },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                int r = free_and_strdup(table[i].to, table[i].from);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int prepare(Task *t, Error *e) {
        _cleanup_(freep) char *registry_url = NULL;
        const Npmrc *npmrc = t->task.registry->npmrc;
        int r;

        r = copy_strings(t);
        if (r >= 0 && t->get.integrity)
                r = integrity_parse(t->get.integrity, e, &t->integrity);
        else if (r >= 0 && t->get.shasum)
                r = integrity_from_shasum(t->get.shasum, e, &t->integrity);
        t->known = t->integrity.n_digests > 0;

        if (r >= 0 && t->name)
                r = npmrc_registry(npmrc, t->name, e, &registry_url);
        if (r >= 0 && t->url)
                r = npmrc_auth(npmrc, t->url, registry_url, e, &t->auth);
        if (r >= 0) {
                r = start(t);
                if (r < 0)
                        (void) error_set(e, r, "%s", error_text(&t->error, r));
        }
        return r < 0 ? error_prefix(e, r, "%s", t->get.label) : 0;
}

int registry_get_tarball(Registry *registry, const TarballGet *get, Error *e) {
        Task *t;
        int r;

        assert(registry);
        assert(get && get->label && get->folder && get->done);
        assert(get->url ? get->fd < 0 : get->fd >= 0);

        t = calloc(1, sizeof(Task));
        if (!t)
                return -ENOMEM;
        *t = (Task){ .task = { .stop = task_stop, .free = task_free },
                     .get = *get,
                     .file = { NULL, -EBADF } };
        registry_task_link(registry, &t->task);

        registry->statistics.tarballs++;
        r = prepare(t, e);
        if (r < 0)
                task_free(&t->task);
        return r;
}
