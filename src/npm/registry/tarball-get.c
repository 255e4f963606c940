/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/tarball-get.h"

#include <fcntl.h>

#include "basic/string-util.h"
#include "npm/registry/npmrc-auth.h"
#include "npm/registry/npmrc-registry.h"
#include "npm/registry/registry-internal.h"
#include "npm/registry/tarball-get-internal.h"
#include "npm/registry/tarball-unpack.h"

static void task_free(RegistryTask *task) {
        TarballTask *t = (TarballTask *) task;

        registry_task_unlink(task);
        cache_file_done(task->registry->cache, &t->file);
        t->unpack.stream = stream_free(t->unpack.stream);
        npmrc_auth_done(&t->auth);
        error_clear(&t->unpack.error);
        error_clear(&t->download_error);
        free(t->label);
        free(t->name);
        free(t->url);
        free(t->file_name);
        free(t->unpack.folder);
        free(t);
}

static void task_stop(RegistryTask *task) {
        TarballTask *t = (TarballTask *) task;

        if (t->unpack.stream)
                stream_end(t->unpack.stream, -ECANCELED);
}

static void start_waiting(Registry *registry);

/* The hash that was compared, or that of what came. */
static int format_integrity(const TarballTask *t, char **ret) {
        Integrity found = { .algorithm = tarball_algorithm(&t->unpack), .n_digests = 1 };

        found.digests[0] = t->unpack.digest;
        return integrity_to_string(&found, ret);
}

void tarball_finish(TarballTask *t, int r) {
        Registry *registry = t->task.registry;
        _cleanup_(freep) char *integrity = NULL;
        TarballResult result = {
                .weak = t->unpack.known && integrity_is_weak(&t->unpack.integrity) &&
                        (t->unpack.also.n_digests == 0 || integrity_is_weak(&t->unpack.also)),
                .cached = t->cached,
                .unpacked = t->unpack.unpacked,
        };

        r = r < 0 ? r : format_integrity(t, &integrity);
        if (r < 0)
                (void) error_prefix(&t->unpack.error, r, "%s", t->label);
        else {
                result.integrity = integrity;
                result.size = stream_size(t->unpack.stream);
        }
        registry->statistics.tarballs_done++;
        t->get.done(t->get.userdata, r, r < 0 ? NULL : &result, &t->unpack.error);
        task_free(&t->task);
        registry->tarballs_open--;
        start_waiting(registry);
}

/* -- on the loop ---------------------------------------------------------------------- */

void tarball_unpacked(TarballTask *t, int r) {
        Cache *cache = t->task.registry->cache;

        /* The cache's copy went bad: as if there had been none. */
        if (t->unpack.mismatch && t->cached) {
                (void) cache_drop_tarball(cache, &t->unpack.integrity);
                t->unpack.mismatch = t->cached = false;
                t->unpack.stream = stream_free(t->unpack.stream);
                error_clear(&t->unpack.error);
                r = tarball_download(t);
                if (r == 0)
                        return;
        }
        if (t->download_r < 0) {
                error_clear(&t->unpack.error);
                r = error_copy(&t->unpack.error, t->download_r, &t->download_error);
        }
        if (r == 0 && t->file.name)
                (void) cache_add_tarball(cache, &t->file, tarball_algorithm(&t->unpack),
                                         &t->unpack.digest);
        tarball_finish(t, r);
}

static int run_unpack(void *userdata) {
        TarballTask *t = userdata;

        return tarball_unpack(&t->unpack);
}

static void on_unpacked(void *userdata, int r) {
        tarball_unpacked(userdata, r);
}

int tarball_begin_unpacking(TarballTask *t) {
        t->unpacking = true;
        return pool_submit(t->task.registry->pool, /* urgent= */ false, run_unpack, on_unpacked, t);
}

static int task_start(TarballTask *t) {
        Registry *registry = t->task.registry;
        int fd, r;

        registry->tarballs_open++;
        if (!t->url) {
                fd = openat(t->get.dir_fd, t->file_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                if (fd < 0)
                        return error_set(&t->unpack.error, -errno, "cannot open the tarball: %s",
                                         strerror(errno));
        } else {
                fd = t->unpack.known ? cache_open_tarball(registry->cache, &t->unpack.integrity)
                                     : -ENOENT;
                if (fd < 0)
                        return tarball_download(t);
        }

        t->cached = t->url;
        registry->statistics.tarballs_cached += t->cached;
        r = stream_new(fd, /* complete= */ true, &t->unpack.stream);
        return r < 0 ? r : tarball_begin_unpacking(t);
}

/* Each is an open file, and there may be thousands: those that are too many wait. Failures are
 * reported from here and may be many, so that the one that follows is not begun from within. */
static void start_waiting(Registry *registry) {
        TarballTask *t;

        if (registry->starting)
                return;
        registry->starting = true;
        while (registry->tarballs_open < registry->tarballs_open_max && (t = registry->waiting)) {
                int r;

                registry->waiting = t->next_waiting;
                r = task_start(t);
                if (r < 0)
                        tarball_finish(t, r);
        }
        registry->starting = false;
}

static void task_wait(TarballTask *t) {
        Registry *registry = t->task.registry;

        if (registry->waiting)
                registry->waiting_last->next_waiting = t;
        else
                registry->waiting = t;
        registry->waiting_last = t;
}

static int copy_strings(TarballTask *t) {
        const struct {
                char **to;
                const char *from;
        } table[] = {
                { &t->label, t->get.label },
                { &t->name, t->get.name },
                { &t->url, t->get.url },
                { &t->file_name, t->get.file },
                { &t->unpack.folder, t->get.folder },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                int r = free_and_strdup(table[i].to, table[i].from);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int prepare_integrity(TarballTask *t, Error *e) {
        int r = 0;

        if (t->get.integrity)
                r = integrity_parse(t->get.integrity, e, &t->unpack.integrity);
        else if (t->get.shasum)
                r = integrity_from_shasum(t->get.shasum, e, &t->unpack.integrity);
        if (r < 0)
                return r;
        t->unpack.known = t->unpack.integrity.n_digests > 0;
        return t->get.also ? integrity_parse(t->get.also, e, &t->unpack.also) : 0;
}

static int prepare_auth(TarballTask *t, Error *e) {
        _cleanup_(freep) char *registry_url = NULL;
        const Npmrc *npmrc = t->task.registry->npmrc;
        int r;

        if (t->name) {
                r = npmrc_registry(npmrc, t->name, e, &registry_url);
                if (r < 0)
                        return r;
        }
        return t->url ? npmrc_auth(npmrc, t->url, registry_url, e, &t->auth) : 0;
}

static int task_start_now(TarballTask *t, Error *e) {
        int r;

        r = task_start(t);
        if (r < 0) {
                t->task.registry->tarballs_open--;
                return error_copy(e, r, &t->unpack.error);
        }
        return 0;
}

static int task_begin(TarballTask *t, Error *e) {
        int r;

        r = copy_strings(t);
        if (r < 0)
                return r;
        r = prepare_integrity(t, e);
        if (r < 0)
                return r;
        r = prepare_auth(t, e);
        if (r < 0)
                return r;
        if (t->task.registry->tarballs_open < t->task.registry->tarballs_open_max)
                return task_start_now(t, e);
        task_wait(t);
        return 0;
}

int registry_get_tarball(Registry *registry, const TarballGet *get, Error *e) {
        TarballTask *t;
        int r;

        assert(registry);
        assert(get && get->label && get->folder && get->done);
        assert(!get->url != !get->file);

        t = calloc(1, sizeof(TarballTask));
        if (!t)
                return -ENOMEM;
        *t = (TarballTask) { .task = { .stop = task_stop, .free = task_free },
                             .get = *get,
                             .unpack.dir_fd = get->dir_fd,
                             .file = { NULL, -EBADF } };
        registry_task_link(registry, &t->task);

        registry->statistics.tarballs++;
        r = task_begin(t, e);
        if (r < 0) {
                task_free(&t->task);
                return error_prefix(e, r, "%s", get->label);
        }
        return 0;
}
