/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/http-internal.h"

#include "basic/clock.h"
#include "basic/encoding.h"
#include "basic/string-util.h"

#define USER_AGENT "pm2ctl/" VERSION

const char *http_transfer_header(HttpRequest *q, const char *name) {
        struct curl_header *header;

        if (curl_easy_header(q->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
                return NULL;
        return strlen(header->value) <= HTTP_HEADER_MAX ? header->value : NULL;
}

/* -- the body ------------------------------------------------------------------------- */

/* Whether a 206 goes on exactly where we are. */
static bool range_fits(HttpRequest *q) {
        const char *range = http_transfer_header(q, "Content-Range"), *start;
        char *end;

        start = range ? startswith(range, "bytes ") : NULL;
        return start && strtoull(start, &end, 10) == q->received && *end == '-';
}

static int refuse_size(HttpRequest *q) {
        const uint64_t kib = q->get.size_max / 1024;

        return kib < 1024 ? error_set(&q->error, -EFBIG, "the response is larger than %llu KiB",
                                      (unsigned long long) kib)
                          : error_set(&q->error, -EFBIG, "the response is larger than %llu MiB",
                                      (unsigned long long) kib / 1024);
}

static int begin_body(HttpRequest *q, long status) {
        curl_off_t length = -1;

        q->body_begun = true;
        if (status == 206 && !range_fits(q))
                return error_set(&q->error, -EPROTO,
                                 "the server sent a different range than requested");
        if (status == 200 && q->received > 0) {
                q->received = 0;
                return q->get.rewind(q->get.userdata);
        }

        (void) curl_easy_getinfo(q->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        if (length > 0 && (uint64_t) length + q->received > q->get.size_max)
                return refuse_size(q);
        return free_and_strdup(&q->etag, http_transfer_header(q, "ETag"));
}

static int take_data(HttpRequest *q, long status, const char *data, size_t size) {
        int r;

        if (!q->body_begun) {
                r = begin_body(q, status);
                if (r < 0)
                        return r;
        }
        if (size > q->get.size_max - q->received)
                return refuse_size(q);
        r = q->get.data(q->get.userdata, data, size);
        if (r < 0)
                return r;
        q->received += size;
        return 0;
}

/* A refusal's text: its beginning is kept for the message, the rest passed over. */
static int take_refusal(HttpRequest *q, const char *data, size_t size) {
        size_t n = MIN2(size, HTTP_ERROR_BODY_MAX - q->error_size);

        if (!q->error_body) {
                q->error_body = malloc(HTTP_ERROR_BODY_MAX + 1);
                if (!q->error_body)
                        return -ENOMEM;
        }
        memcpy(q->error_body + q->error_size, data, n);
        q->error_size += n;
        q->error_body[q->error_size] = 0;
        return 0;
}

static size_t on_data(char *data, size_t one, size_t size, void *userdata) {
        HttpRequest *q = userdata;
        long status = 0;
        int r = 0;

        (void) curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &status);
        if ((status == 200 || status == 206) && q->get.data)
                r = take_data(q, status, data, size);
        else if (status >= 400)
                r = take_refusal(q, data, size);
        if (r < 0) {
                q->r = r;
                return CURL_WRITEFUNC_ERROR;
        }
        return size;
}

/* -- options -------------------------------------------------------------------------- */

static int add_header(HttpRequest *q, const char *name, const char *value) {
        _cleanup_(freep) char *line = NULL;
        struct curl_slist *grown;

        if (!value)
                return 0;
        if (has_control(value))
                return -EINVAL;
        if (strdupf(&line, "%s: %s", name, value) < 0)
                return -ENOMEM;
        grown = curl_slist_append(q->headers, line);
        explicit_bzero(line, strlen(line));
        if (!grown)
                return -ENOMEM;
        q->headers = grown;
        return 0;
}

/* Credentials written into the address itself, for a request that brought none. */
static int url_authorization(const Url *url, char **ret) {
        _cleanup_(freep) char *joined = NULL, *encoded = NULL;
        int r;

        if (!url->user)
                return 0;
        if (strdupf(&joined, "%s:%s", url->user, url->password ?: "") < 0)
                return -ENOMEM;
        r = base64_encode(joined, strlen(joined), &encoded);
        if (r < 0)
                return r;
        return strdupf(ret, "Basic %s", encoded);
}

static int set_headers(HttpRequest *q) {
        _cleanup_(freep) char *own = NULL;
        int r;

        curl_slist_free_all(q->headers);
        q->headers = NULL;
        if (q->same_origin && !q->get.authorization) {
                r = url_authorization(&q->origin, &own);
                if (r < 0)
                        return r;
        }
        const struct {
                const char *name, *value;
        } table[] = {
                { "Accept", q->get.accept ?: "*/*" },
                { "If-None-Match", q->get.if_none_match },
                { "If-Range", q->resuming ? q->etag : NULL },
                { "Authorization", q->same_origin ? q->get.authorization ?: own : NULL },
                { "npm-otp", q->same_origin ? q->get.otp : NULL },
                { "Content-Type", q->get.body ? "application/json" : NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                r = add_header(q, table[i].name, table[i].value);
                if (r < 0)
                        return r;
        }
        (void) curl_easy_setopt(q->easy, CURLOPT_HTTPHEADER, q->headers);
        (void) curl_easy_setopt(q->easy, CURLOPT_HEADEROPT, (long) CURLHEADER_SEPARATE);
        return 0;
}

static void set_limits(HttpRequest *q) {
        uint64_t stall = q->http->config.stall_usec / USEC_PER_SEC, now = now_usec();
        uint64_t left = q->until > now ? (q->until - now) / USEC_PER_MSEC : 0;

        (void) curl_easy_setopt(q->easy, CURLOPT_CONNECTTIMEOUT_MS,
                                (long) (HTTP_CONNECT_USEC / USEC_PER_MSEC));
        (void) curl_easy_setopt(q->easy, CURLOPT_LOW_SPEED_LIMIT, (long) HTTP_SPEED_MIN);
        (void) curl_easy_setopt(q->easy, CURLOPT_LOW_SPEED_TIME, (long) MAX2(stall, UINT64_C(1)));
        (void) curl_easy_setopt(q->easy, CURLOPT_TIMEOUT_MS, (long) MAX2(left, UINT64_C(1)));
}

/* With enough received from a server that names what it sent, only the rest is asked for. */
static int set_range(HttpRequest *q) {
        char range[32];

        q->body_begun = false;
        q->resuming = q->received >= HTTP_RESUME_MIN && q->etag && !startswith(q->etag, "W/") &&
                      !q->get.compressed;
        if (q->resuming) {
                (void) snprintf(range, sizeof(range), "%llu-", (unsigned long long) q->received);
                return curl_easy_setopt(q->easy, CURLOPT_RANGE, range) == CURLE_OK ? 0 : -ENOMEM;
        }
        if (q->received > 0) {
                q->received = 0;
                return q->get.rewind(q->get.userdata);
        }
        return 0;
}

/* libcurl would send a text by POST. */
static int set_body(HttpRequest *q) {
        if (!q->get.body)
                return 0;
        (void) curl_easy_setopt(q->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                (curl_off_t) q->get.body_size);
        (void) curl_easy_setopt(q->easy, CURLOPT_POSTFIELDS, q->get.body);
        return curl_easy_setopt(q->easy, CURLOPT_CUSTOMREQUEST, "PUT") == CURLE_OK ? 0 : -ENOMEM;
}

int http_transfer_prepare(HttpRequest *q) {
        CURL *easy = q->easy;
        int r;

        q->error_size = 0;
        q->text[0] = 0;
        (void) curl_easy_setopt(easy, CURLOPT_PRIVATE, q);
        (void) curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, q->text);
        (void) curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        (void) curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
        (void) curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
        (void) curl_easy_setopt(easy, CURLOPT_PIPEWAIT, q->url.https ? 1L : 0L);
        (void) curl_easy_setopt(easy, CURLOPT_STREAM_WEIGHT, q->get.urgent ? 256L : 16L);
        (void) curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
        (void) curl_easy_setopt(easy, CURLOPT_WRITEDATA, q);
        if (curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_URL, q->url.text) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_USERAGENT,
                             isempty(q->http->config.user_agent)
                                     ? USER_AGENT
                                     : q->http->config.user_agent) != CURLE_OK ||
            (q->get.compressed && curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") != CURLE_OK))
                return -ENOMEM;

        set_limits(q);
        r = set_range(q);
        if (r < 0)
                return r;
        r = set_headers(q);
        if (r < 0)
                return r;
        r = set_body(q);
        if (r < 0)
                return r;
        r = http_tls_set(q);
        if (r < 0)
                return r;
        return http_proxy_set(q);
}
