/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/registry.h"

#include <sys/resource.h>

#include "basic/json.h"
#include "basic/string-util.h"
#include "npm/registry/npmrc-http.h"
#include "npm/registry/registry-internal.h"
#include "npm/registry/url.h"

#define REASON_MAX         200 /* bytes of a registry's own words in a message */
#define REGISTRY_FILES_MIN 4   /* fewer are not enough to proceed */

void registry_task_link(Registry *r, RegistryTask *task) {
        task->registry = r;
        task->next = r->tasks;
        if (r->tasks)
                r->tasks->previous = task;
        r->tasks = task;
}

void registry_task_unlink(RegistryTask *task) {
        if (task->previous)
                task->previous->next = task->next;
        else
                task->registry->tasks = task->next;
        if (task->next)
                task->next->previous = task->previous;
}

/* How many connections, and how many tarballs, may be open at once. */
static unsigned descriptors_part(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return REGISTRY_FILES_MIN;
        return (unsigned) MIN2(
                MAX2(limit.rlim_cur / REGISTRY_FILES_PART, (rlim_t) REGISTRY_FILES_MIN),
                (rlim_t) HTTP_PARALLEL_MAX);
}

int registry_new(sd_event *event, const Npmrc *npmrc, const char *cache_path, RegistryFlags flags,
                 Error *e, Registry **ret) {
        _cleanup_(registry_freep) Registry *registry = NULL;
        const unsigned part = descriptors_part();
        HttpConfig config;
        int r;

        assert(event);
        assert(npmrc);
        assert(cache_path);
        assert(ret);

        registry = calloc(1, sizeof(Registry));
        if (!registry)
                return -ENOMEM;
        *registry = (Registry) { .event = sd_event_ref(event),
                                 .npmrc = npmrc,
                                 .flags = flags,
                                 .tarballs_open_max = MIN2(part, (unsigned) REGISTRY_OPEN_MAX) };

        r = npmrc_http_config(npmrc, e, &config);
        if (r < 0)
                return r;
        config.parallel = MIN2(config.parallel, part);
        r = http_new(event, &config, e, &registry->http);
        if (r < 0)
                return r;
        r = cache_open(cache_path, e, &registry->cache);
        if (r < 0)
                return r;
        r = pool_new(event, REGISTRY_THREADS, &registry->pool);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(registry);
        return 0;
}

Registry *registry_free(Registry *r) {
        if (!r)
                return NULL;

        /* Requests first: they write into what threads read. Then the threads, which own parts of
         * the tasks; then the tasks. */
        r->http = http_free(r->http);
        for (RegistryTask *task = r->tasks; task; task = task->next)
                task->stop(task);
        r->pool = pool_free(r->pool);
        while (r->tasks)
                r->tasks->free(r->tasks);
        r->cache = cache_free(r->cache);
        r->event = sd_event_unref(r->event);
        free(r);
        return NULL;
}

/* What the registry itself says: {"error": …} or {"message": …}, cut to a line. NULL if nothing. */
static char *reason_given(const char *body) {
        static const char *const keys[] = { "error", "message", "reason" };
        _cleanup_(json_object_putp) json_object *o = NULL;

        if (!body || json_parse(body, strlen(body), /* e= */ NULL, &o) < 0)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                const char *text = json_get_string(o, keys[i]);

                if (!isempty(text))
                        return strndup(text, MIN2(strcspn(text, "\r\n"), (size_t) REASON_MAX));
        }
        return NULL;
}

static const struct {
        unsigned from, to;
        bool authenticated;
        int r;
        const char *text;
        bool hint; /* a token would help */
} refusals[] = {
        { 401, 401, false, -EACCES, "the registry requires a login", true },
        { 401, 401, true, -EACCES, "the registry rejected the credentials in .npmrc", false },
        { 403, 403, false, -EACCES, "the registry denied access without credentials", true },
        { 403, 403, true, -EACCES, "the registry denied access with the credentials in .npmrc",
          false },
        { 404, 404, false, -ENOENT, "no such package, or it is not public", false },
        { 404, 404, true, -ENOENT,
          "no such package, or no access to it with the credentials in .npmrc", false },
        { 429, 429, false, -EBUSY, "too many requests; try again later", false },
        { 429, 429, true, -EBUSY, "too many requests; try again later", false },
        { 500, 999, false, -EREMOTEIO, "the registry failed; try again later", false },
        { 500, 999, true, -EREMOTEIO, "the registry failed; try again later", false },
        { 0, 999, false, -EPROTO, "unexpected response", false },
        { 0, 999, true, -EPROTO, "unexpected response", false },
};

/* What would help; NULL if nothing is known to. */
static char *credentials_hint(const char *url_text, const NpmrcAuth *auth, bool wanted) {
        _cleanup_(url_done) Url url = {};
        char *hint = NULL;

        if (auth->unset)
                (void) strdupf(&hint, "; %s", auth->unset);
        else if (wanted && url_parse(url_text, /* e= */ NULL, &url) >= 0)
                (void) strdupf(&hint, "; add '//%s/:_authToken=…' to a .npmrc file", url.host);
        return hint;
}

int registry_explain_refusal(const HttpResponse *response, const char *what, const char *url_text,
                             bool authenticated, const NpmrcAuth *auth, Error *e) {
        _cleanup_(freep) char *shown = url_redact(url_text), *reason = NULL, *hint = NULL;
        size_t i = 0;

        while (response->status < refusals[i].from || response->status > refusals[i].to ||
               authenticated != refusals[i].authenticated)
                i++;
        if (!authenticated && response->status < 429)
                hint = credentials_hint(url_text, auth, refusals[i].hint);
        reason = reason_given(response->error_body);
        return error_set(e, refusals[i].r, "%s at %s: %s%s (status %u%s%s)", what, shown ?: "",
                         refusals[i].text, hint ?: "", response->status, reason ? ", " : "",
                         reason ?: "");
}

const char *registry_waiting_for(const Registry *r) {
        return http_waiting_for(r->http);
}

void registry_statistics(const Registry *r, RegistryStatistics *ret) {
        HttpStatistics http;

        http_statistics(r->http, &http);
        *ret = r->statistics;
        ret->bytes = http.bytes;
        ret->requests = http.requests;
}
