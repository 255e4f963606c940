/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/tarball-get-internal.h"

static int open_cache_file(TarballTask *t) {
        int r;

        r = cache_file_new(t->task.registry->cache, &t->file);
        if (r < 0)
                return r;
        return stream_new(TAKE_FD(t->file.fd), /* complete= */ false, &t->unpack.stream);
}

static int on_data(void *userdata, const void *data, size_t size) {
        TarballTask *t = userdata;
        int r;

        r = stream_append(t->unpack.stream, data, size);
        if (r < 0)
                return r;
        return !t->unpacking && stream_size(t->unpack.stream) >= TARBALL_EARLY
                       ? tarball_begin_unpacking(t)
                       : 0;
}

static int on_rewind(void *userdata) {
        TarballTask *t = userdata;

        return stream_rewind(t->unpack.stream);
}

static int check_response(TarballTask *t, const HttpResponse *response, Error *e) {
        if (response->status == 200)
                return 0;
        return registry_explain_refusal(response, "its tarball", response->url,
                                        t->auth.authorization && !response->unauthenticated,
                                        &t->auth, e);
}

static void on_answer(void *userdata, int r, const HttpResponse *response, Error *e) {
        TarballTask *t = userdata;

        if (r < 0)
                (void) error_copy(&t->download_error, r, e);
        else
                r = check_response(t, response, &t->download_error);
        t->download_r = r;
        stream_end(t->unpack.stream, r);

        if (t->unpacking) /* its end is the task's end */
                return;
        if (r < 0)
                tarball_unpacked(t, r);
        else if ((r = tarball_begin_unpacking(t)) < 0)
                tarball_finish(t, r);
}

int tarball_download(TarballTask *t) {
        Registry *registry = t->task.registry;
        HttpGet get = {
                .url = t->url,
                .authorization = t->auth.authorization,
                .cert_file = t->auth.cert_file,
                .key_file = t->auth.key_file,
                .size_max = TARBALL_MAX,
                .data = on_data,
                .rewind = on_rewind,
                .done = on_answer,
                .userdata = t,
        };
        int r;

        if (registry->flags & REGISTRY_OFFLINE)
                return error_set(&t->unpack.error, -ENONET,
                                 "its tarball is not in the cache; drop --offline, or npm's "
                                 "setting 'offline', to download it");
        t->unpacking = false;
        r = open_cache_file(t);
        if (r < 0)
                return error_set(&t->unpack.error, r, "cannot write to the cache: %s",
                                 strerror(-r));
        return http_get(registry->http, &get, &t->unpack.error);
}
