/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/http.h"

#include "basic/clock.h"
#include "basic/string-util.h"
#include "npm/registry/certificate-file.h"
#include "npm/registry/http-internal.h"
#include "npm/registry/own-strings.h"

static const size_t config_strings[] = {
        offsetof(HttpConfig, ca_file),    offsetof(HttpConfig, ca),
        offsetof(HttpConfig, cert),       offsetof(HttpConfig, key),
        offsetof(HttpConfig, http_proxy), offsetof(HttpConfig, https_proxy),
        offsetof(HttpConfig, no_proxy),   offsetof(HttpConfig, user_agent),
};

static const size_t get_strings[] = {
        offsetof(HttpGet, url),           offsetof(HttpGet, accept),
        offsetof(HttpGet, authorization), offsetof(HttpGet, if_none_match),
        offsetof(HttpGet, cert_file),     offsetof(HttpGet, key_file),
        offsetof(HttpGet, otp),
};

/* -- requests ------------------------------------------------------------------------- */

static void drop_handle(HttpRequest *q) {
        if (!q->easy)
                return;
        (void) curl_multi_remove_handle(q->http->multi, q->easy);
        curl_easy_cleanup(q->easy);
        q->easy = NULL;
        q->http->n_running--;
}

static HttpRequest *request_free(HttpRequest *q) {
        if (!q)
                return NULL;

        drop_handle(q);
        curl_slist_free_all(q->headers);
        q->delay = sd_event_source_disable_unref(q->delay);
        url_done(&q->origin);
        url_done(&q->url);
        error_clear(&q->error);
        free_strings(&q->get, get_strings, ELEMENTSOF(get_strings));
        free(q->etag);
        free(q->error_body);

        if (q->previous)
                q->previous->next = q->next;
        else if (q->http->requests == q)
                q->http->requests = q->next;
        if (q->next)
                q->next->previous = q->previous;
        free(q);
        return NULL;
}
DEFINE_CLEANUP(HttpRequest *, request_free);

static void request_finish(HttpRequest *q) {
        _cleanup_(freep) char *shown = NULL;
        HttpResponse response = { .url = q->url.text, .unauthenticated = !q->same_origin };
        long status = 0;

        if (q->r < 0) {
                shown = url_redact(q->url.text);
                error_prefix(&q->error, q->r, "%s", shown ?: "");
                q->get.done(q->get.userdata, q->r, NULL, &q->error);
                (void) request_free(q);
                return;
        }

        (void) curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &status);
        response.status = status == 206 ? 200 : (unsigned) status;
        response.etag = http_transfer_header(q, "ETag");
        response.cache_control = http_transfer_header(q, "Cache-Control");
        response.authenticate = http_transfer_header(q, "WWW-Authenticate");
        response.error_body = q->error_body;
        q->get.done(q->get.userdata, 0, &response, &q->error);
        (void) request_free(q);
}

static int on_failed(sd_event_source *s, uint64_t usec, void *userdata) {
        request_finish(userdata);
        return 0;
}

/* The caller of http_get() may be on the stack: done() waits for the loop. */
static void request_fail(HttpRequest *q, int r) {
        q->r = r;
        q->delay = sd_event_source_disable_unref(q->delay);
        if (sd_event_add_time_relative(q->http->event, &q->delay, CLOCK_MONOTONIC, 0, 1, on_failed,
                                       q) < 0)
                request_finish(q);
}

/* -- the queue ------------------------------------------------------------------------ */

static int request_start(HttpRequest *q) {
        int r;

        q->easy = curl_easy_init();
        if (!q->easy)
                return -ENOMEM;
        q->http->n_running++;
        q->http->statistics.requests++;

        if (q->until == 0)
                q->until = now_usec() + (q->get.urgent ? HTTP_URGENT_USEC : HTTP_TRANSFER_USEC);
        r = http_transfer_prepare(q);
        if (r < 0)
                return r;
        return curl_multi_add_handle(q->http->multi, q->easy) == CURLM_OK ? 0 : -ENOMEM;
}

static HttpRequest *queue_pop(HttpQueue *queue) {
        HttpRequest *q = queue->first;

        if (!q)
                return NULL;
        queue->first = TAKE_PTR(q->next_waiting);
        if (!queue->first)
                queue->last = NULL;
        return q;
}

/* A quarter of the places is kept for urgent requests. */
static HttpRequest *next_request(Http *h) {
        unsigned places = h->config.parallel;
        HttpRequest *q = NULL;

        if (h->n_running < places)
                q = queue_pop(&h->urgent);
        if (!q && h->n_running < places - places / 4)
                q = queue_pop(&h->waiting);
        return q;
}

static void dispatch_requests(Http *h) {
        HttpRequest *q;

        while ((q = next_request(h))) {
                int r = request_start(q);

                if (r < 0)
                        request_fail(q, r);
        }
}

static void request_enqueue(HttpRequest *q) {
        HttpQueue *queue = q->get.urgent ? &q->http->urgent : &q->http->waiting;

        if (queue->last)
                queue->last->next_waiting = q;
        else
                queue->first = q;
        queue->last = q;
        dispatch_requests(q->http);
}

static int on_delay_over(sd_event_source *s, uint64_t usec, void *userdata) {
        HttpRequest *q = userdata;

        q->delay = sd_event_source_disable_unref(q->delay);
        request_enqueue(q);
        return 0;
}

static void wait_and_retry(HttpRequest *q, uint64_t usec) {
        int r;

        drop_handle(q);
        r = sd_event_add_time_relative(q->http->event, &q->delay, CLOCK_MONOTONIC, usec, 0,
                                       on_delay_over, q);
        if (r < 0)
                request_fail(q, r);
}

void http_collect(Http *h) {
        CURLMsg *message;
        int left;

        while ((message = curl_multi_info_read(h->multi, &left))) {
                curl_off_t wire = 0;
                HttpRequest *q = NULL;
                uint64_t delay = 0;

                if (message->msg != CURLMSG_DONE)
                        continue;
                (void) curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &q);
                (void) curl_easy_getinfo(message->easy_handle, CURLINFO_SIZE_DOWNLOAD_T, &wire);
                h->statistics.bytes += (uint64_t) wire;

                switch (http_transfer_outcome(q, message->data.result, &delay)) {
                case HTTP_NEXT_AGAIN:
                        drop_handle(q);
                        request_enqueue(q);
                        break;
                case HTTP_NEXT_RETRY:
                        wait_and_retry(q, delay);
                        break;
                case HTTP_NEXT_DONE:
                        request_finish(q);
                        break;
                }
        }
        dispatch_requests(h);
}

/* -- the object ----------------------------------------------------------------------- */

Http *http_free(Http *h) {
        if (!h)
                return NULL;

        while (h->requests)
                (void) request_free(h->requests);
        if (h->multi)
                (void) curl_multi_cleanup(h->multi);
        h->timer = sd_event_source_disable_unref(h->timer);
        h->event = sd_event_unref(h->event);
        free_strings(&h->config, config_strings, ELEMENTSOF(config_strings));
        free(h);
        return NULL;
}

int http_new(sd_event *event, const HttpConfig *config, Error *e, Http **ret) {
        _cleanup_(http_freep) Http *h = NULL;
        int r;

        assert(event);
        assert(config);
        assert(ret);

        if (!isempty(config->ca_file)) {
                r = certificate_file_check("cafile", config->ca_file, e);
                if (r < 0)
                        return r;
        }

        h = calloc(1, sizeof(Http));
        if (!h)
                return -ENOMEM;
        h->event = sd_event_ref(event);
        h->config = *config;
        r = own_strings(&h->config, config_strings, ELEMENTSOF(config_strings));
        if (r < 0)
                return r;
        if (h->config.parallel == 0)
                h->config.parallel = HTTP_PARALLEL;

        r = http_loop_setup(h);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(h);
        return 0;
}

int http_get(Http *h, const HttpGet *get, Error *e) {
        _cleanup_(request_freep) HttpRequest *q = NULL;
        int r;

        assert(h);
        assert(get);
        assert(get->url && get->done && !get->data == !get->rewind);

        q = calloc(1, sizeof(HttpRequest));
        if (!q)
                return -ENOMEM;
        *q = (HttpRequest) { .http = h, .next = h->requests, .get = *get, .same_origin = true };
        if (h->requests)
                h->requests->previous = q;
        h->requests = q;

        r = own_strings(&q->get, get_strings, ELEMENTSOF(get_strings));
        if (r < 0)
                return r;
        r = url_parse(q->get.url, e, &q->origin);
        if (r < 0)
                return r;
        r = url_parse(q->get.url, e, &q->url);
        if (r < 0)
                return r;

        request_enqueue(TAKE_PTR(q));
        return 0;
}

/* The list begins with the newest. */
const char *http_waiting_for(const Http *h) {
        const char *host = NULL;

        for (const HttpRequest *q = h->requests; q; q = q->next)
                if (q->easy || q->delay)
                        host = q->url.host;
        return host;
}

void http_statistics(const Http *h, HttpStatistics *ret) {
        *ret = h->statistics;
}
