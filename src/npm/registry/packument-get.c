/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/packument-get.h"

#include "basic/string-util.h"
#include "npm/registry/cache-control.h"
#include "npm/registry/download-cache-document.h"
#include "npm/registry/http-body.h"
#include "npm/registry/npmrc-auth.h"
#include "npm/registry/npmrc-registry.h"
#include "npm/registry/packument-url.h"
#include "npm/registry/registry-internal.h"
#include "npm/registry/registry-key.h"

#define ACCEPT_ABBREVIATED \
        "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"
#define ACCEPT_FULL "application/json"
#define BODIES_MAX  (REGISTRY_BODIES_MIB * UINT64_C(1048576))
#define KEYS_PATH   "-/npm/v1/keys" /* below a registry's address */

/* A packument on its way: looked up in the cache and parsed by a thread, fetched by the loop. */
typedef struct PackumentTask {
        RegistryTask task;
        PackumentGet get;
        char *what; /* for messages */
        char *registry_url;
        char *url;
        char *key; /* in the cache: with the credentials, since they decide what may be seen */
        NpmrcAuth auth;
        bool full;

        CacheDocument cached; /* body NULL: none */
        bool cached_counted;
        HttpBody body;
        CacheDocument answer; /* what becomes of the cache's copy; its body is borrowed */
        bool store;
        bool from_cache; /* the cache's copy did */

        void *parsed;
        Error error;
} PackumentTask;

static void task_free(RegistryTask *task) {
        PackumentTask *t = (PackumentTask *) task;

        registry_task_unlink(task);
        task->registry->bodies -= t->body.size + (t->cached_counted ? t->cached.size : 0);
        if (t->parsed && t->get.discard)
                t->get.discard(t->parsed);
        free(t->what);
        free(t->registry_url);
        free(t->url);
        if (t->key)
                explicit_bzero(t->key, strlen(t->key));
        free(t->key);
        npmrc_auth_done(&t->auth);
        cache_document_done(&t->cached);
        http_body_done(&t->body);
        free(t->answer.etag);
        error_clear(&t->error);
        free(t);
}

static void task_stop(RegistryTask *task) {}

static void task_finish(PackumentTask *t, int r) {
        t->task.registry->statistics.packuments_done++;
        t->get.done(t->get.userdata, r, r < 0 ? NULL : TAKE_PTR(t->parsed), t->from_cache,
                    &t->error);
        task_free(&t->task);
}

/* -- in a thread ---------------------------------------------------------------------- */

static int parse_packument(PackumentTask *t, const char *text, size_t size) {
        int r = t->get.parse(text, size, &t->error, &t->parsed);

        return r < 0 ? error_prefix(&t->error, r, "%s at %s", t->what, t->registry_url) : 0;
}

/* 1 if the cache's copy did, 0 if the registry has to be asked. */
static int run_lookup(void *userdata) {
        PackumentTask *t = userdata;
        RegistryFlags flags = t->task.registry->flags | t->get.flags;
        uint64_t age, fresh;
        int r;

        r = cache_load(t->task.registry->cache, t->key, &t->cached);
        if (r < 0)
                return r == -ENOMEM ? r : 0;

        age = t->cached.age_usec;
        fresh = flags & (REGISTRY_OFFLINE | REGISTRY_PREFER_OFFLINE) ? USEC_INFINITY
                : flags & REGISTRY_REVALIDATE                        ? 0
                                                                     : t->cached.fresh_usec;
        if (age > fresh || (age == fresh && fresh == 0))
                return 0;
        r = parse_packument(t, t->cached.body, t->cached.size);
        return r < 0 ? r : 1;
}

/* Parses what came, and only what could be parsed goes into the cache. */
static int run_parse(void *userdata) {
        PackumentTask *t = userdata;
        Cache *cache = t->task.registry->cache;
        int r;

        r = parse_packument(t, t->body.text ?: t->cached.body,
                            t->body.text ? t->body.size : t->cached.size);
        if (r < 0)
                return r;
        if (!t->body.text)
                (void) cache_mark_fresh(cache, t->key);
        else if (t->store) {
                t->answer.body = t->body.text;
                t->answer.size = t->body.size;
                (void) cache_store(cache, t->key, &t->answer);
        }
        return 0;
}

/* -- on the loop ---------------------------------------------------------------------- */

static void on_parsed(void *userdata, int r) {
        task_finish(userdata, r);
}

static int on_data(void *userdata, const void *data, size_t size) {
        PackumentTask *t = userdata;
        int r;

        if (t->task.registry->bodies + size > BODIES_MAX)
                return error_set(
                        &t->error, -E2BIG,
                        "%s at %s: the packuments being read are larger than %d MiB together",
                        t->what, t->registry_url, REGISTRY_BODIES_MIB);

        r = http_body_append(&t->body, data, size);
        if (r < 0)
                return r;
        t->task.registry->bodies += size;
        return 0;
}

static int on_rewind(void *userdata) {
        PackumentTask *t = userdata;

        t->task.registry->bodies -= t->body.size;
        http_body_done(&t->body);
        return 0;
}

static int task_fetch(PackumentTask *t);

/* Registries that sign nothing have different ways to say so. */
static bool has_no_keys(const PackumentTask *t, unsigned status) {
        return t->get.flags & REGISTRY_KEYS &&
               (status == 400 || status == 404 || status == 405 || status == 501);
}

static int take_answer(PackumentTask *t, const HttpResponse *response) {
        int r;

        /* Old registries do not know the abbreviated form. */
        if ((response->status == 404 || response->status == 406) && !t->full) {
                t->full = true;
                return task_fetch(t);
        }
        if (response->status == 304 && t->cached.body)
                return pool_submit(t->task.registry->pool, /* urgent= */ true, run_parse, on_parsed,
                                   t);
        if (has_no_keys(t, response->status))
                return error_set(&t->error, -ENOENT, "%s at %s: not found (status %u)", t->what,
                                 t->registry_url, response->status);
        if (response->status != 200)
                return registry_explain_refusal(response, t->what, t->registry_url,
                                                t->auth.authorization, &t->auth, &t->error);
        if (!t->body.text)
                return error_set(&t->error, -EPROTO, "%s at %s: the response is empty", t->what,
                                 t->registry_url);

        t->answer.fresh_usec = cache_control_fresh_usec(response->cache_control, &t->store);
        r = free_and_strdup(&t->answer.etag, response->etag);
        if (r < 0)
                return r;
        return pool_submit(t->task.registry->pool, /* urgent= */ true, run_parse, on_parsed, t);
}

static void on_answer(void *userdata, int r, const HttpResponse *response, Error *e) {
        PackumentTask *t = userdata;

        if (r == -ECONNREFUSED || r == -EHOSTUNREACH || r == -ETIMEDOUT || r == -ECONNRESET)
                (void) error_set(&t->error, r, "the registry cannot be reached for %s: %s", t->what,
                                 error_text(e, r));
        else if (r < 0)
                (void) error_set(&t->error, r, "%s: %s", t->what, error_text(e, r));
        else
                r = take_answer(t, response);
        if (r < 0)
                task_finish(t, r);
}

static int task_fetch(PackumentTask *t) {
        const bool keys = t->get.flags & REGISTRY_KEYS;
        HttpGet get = {
                .url = t->url,
                .accept = t->full ? ACCEPT_FULL : ACCEPT_ABBREVIATED,
                .authorization = t->auth.authorization,
                .cert_file = t->auth.cert_file,
                .key_file = t->auth.key_file,
                .if_none_match = t->cached.body ? t->cached.etag : NULL,
                .urgent = true,
                .compressed = true,
                .size_max = keys ? REGISTRY_KEYS_SIZE_MAX : PACKUMENT_MAX,
                .data = on_data,
                .rewind = on_rewind,
                .done = on_answer,
                .userdata = t,
        };

        return http_get(t->task.registry->http, &get, &t->error);
}

/* A copy that the registry has to be asked about: where there are too many it is asked anew. */
static void keep_cached(PackumentTask *t) {
        Registry *registry = t->task.registry;

        if (registry->bodies + t->cached.size > BODIES_MAX / 2) {
                cache_document_done(&t->cached);
                return;
        }
        registry->bodies += t->cached.size;
        t->cached_counted = true;
}

static int task_fetch_uncached(PackumentTask *t) {
        keep_cached(t);
        if (t->task.registry->flags & REGISTRY_OFFLINE)
                return error_set(&t->error, -ENONET,
                                 t->get.flags & REGISTRY_KEYS
                                         ? "%s are not in the cache; drop --offline, or npm's "
                                           "setting 'offline', to download them"
                                         : "%s is not in the cache; drop --offline, or npm's "
                                           "setting 'offline', to download it",
                                 t->what);
        return task_fetch(t);
}

static void on_looked_up(void *userdata, int r) {
        PackumentTask *t = userdata;

        if (r == 0) {
                r = task_fetch_uncached(t);
                if (r == 0)
                        return; /* on_answer() goes on */
        }
        t->from_cache = r > 0;
        task_finish(t, r);
}

/* What is asked for: its address, and its name in messages. */
static int choose_document(PackumentTask *t, const char *name) {
        int r;

        if (t->get.flags & REGISTRY_KEYS) {
                r = free_and_strdup(&t->what, "the signing keys");
                if (r < 0)
                        return r;
                return strdupf(&t->url, "%s" KEYS_PATH, t->registry_url);
        }
        r = strdupf(&t->what, "package '%s'", name);
        if (r < 0)
                return r;
        return packument_url(t->registry_url, name, &t->url);
}

static int task_begin(Registry *registry, PackumentTask *t, const char *name, Error *e) {
        int r;

        r = npmrc_registry(registry->npmrc, name, e, &t->registry_url);
        if (r < 0)
                return r;
        r = choose_document(t, name);
        if (r < 0)
                return r;
        r = npmrc_auth(registry->npmrc, t->url, t->registry_url, e, &t->auth);
        if (r < 0)
                return r;
        r = strdupf(&t->key, "%s\n%s\n%s", t->full ? "full" : "abbreviated", t->url,
                    t->auth.authorization ?: "");
        if (r < 0)
                return r;
        return pool_submit(registry->pool, /* urgent= */ true, run_lookup, on_looked_up, t);
}

int registry_get_packument(Registry *registry, const PackumentGet *get, Error *e) {
        PackumentTask *t;
        int r;

        assert(registry);
        assert(get && get->name && get->parse && get->done);

        t = calloc(1, sizeof(PackumentTask));
        if (!t)
                return -ENOMEM;
        *t = (PackumentTask) { .task = { .stop = task_stop, .free = task_free },
                               .get = *get,
                               .full = get->flags & (REGISTRY_FULL | REGISTRY_KEYS) };
        registry_task_link(registry, &t->task);

        registry->statistics.packuments++;
        r = task_begin(registry, t, get->name, e);
        if (r < 0)
                task_free(&t->task);
        return r;
}
