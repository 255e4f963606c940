/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/http-internal.h"

#include "basic/clock.h"
#include "basic/string-util.h"

/* What libcurl's failures come to. Those worth another attempt are the passing ones. */
static const struct {
        CURLcode code;
        int r;
        bool passing;
        const char *text;
        bool detail; /* what libcurl says adds to it */
} failures[] = {
        { CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH, false, "cannot resolve the host name", false },
        { CURLE_COULDNT_RESOLVE_PROXY, -EHOSTUNREACH, false, "cannot resolve the proxy's host name",
          true },
        { CURLE_COULDNT_CONNECT, -ECONNREFUSED, true, "cannot connect to the server", false },
        { CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, true, "timed out waiting for the server", false },
        { CURLE_RECV_ERROR, -ECONNRESET, true, "the connection was interrupted", true },
        { CURLE_SEND_ERROR, -ECONNRESET, true, "the connection was interrupted", true },
        { CURLE_GOT_NOTHING, -ECONNRESET, true,
          "the server closed the connection without a response", false },
        { CURLE_PARTIAL_FILE, -ECONNRESET, true, "the response ended early", false },
        { CURLE_HTTP2, -ECONNRESET, true, "the connection was interrupted", true },
        { CURLE_HTTP2_STREAM, -ECONNRESET, true, "the connection was interrupted", true },
        { CURLE_SSL_CONNECT_ERROR, -EPROTO, true, "the TLS handshake failed", true },
        { CURLE_PEER_FAILED_VERIFICATION, -EKEYREJECTED, false,
          "the server's certificate is not trusted (npm's setting 'cafile' can name its authority)",
          true },
        { CURLE_SSL_CACERT_BADFILE, -EINVAL, false,
          "the certificates of npm's setting 'cafile' or 'ca' cannot be used", true },
        { CURLE_SSL_CERTPROBLEM, -EINVAL, false,
          "the certificate or key in npm's settings is invalid", true },
        { CURLE_PROXY, -ECONNREFUSED, false, "the proxy refused the connection", true },
        { CURLE_BAD_CONTENT_ENCODING, -EBADMSG, false, "the response cannot be decompressed",
          false },
        { CURLE_WEIRD_SERVER_REPLY, -EPROTO, false, "the server does not speak HTTP", false },
        { CURLE_UNSUPPORTED_PROTOCOL, -EPROTO, false, "the server does not speak HTTP", false },
        { CURLE_OUT_OF_MEMORY, -ENOMEM, false, "out of memory", false },
};

/* An answer that says: later. */
static bool is_passing_status(long status) {
        return status == 408 || status == 420 || status == 429 || status >= 500;
}

/* Whether another attempt is allowed, and after how long. A server may ask for more time. */
static bool may_retry(HttpRequest *q, uint64_t *ret_delay) {
        const HttpConfig *config = &q->http->config;
        uint64_t delay = config->retry_min_usec, now = 0;
        curl_off_t asked = 0;

        if (q->retries >= config->retries || now_usec() >= q->until)
                return false;
        (void) curl_easy_getinfo(q->easy, CURLINFO_RETRY_AFTER, &asked);
        if ((uint64_t) asked > config->retry_max_usec / USEC_PER_SEC)
                return false;

        for (unsigned i = 0; i < q->retries && delay < config->retry_max_usec; i++)
                delay *= config->retry_factor;
        delay = MIN2(delay, config->retry_max_usec);

        /* Up to a quarter more, so that requests refused together do not come back together. */
        (void) sd_event_now(q->http->event, CLOCK_MONOTONIC, &now);
        delay += delay >= 4 ? (now ^ (uintptr_t) q >> 4) % (delay / 4) : 0;

        q->retries++;
        *ret_delay = MAX2(delay, (uint64_t) asked * USEC_PER_SEC);
        return true;
}

static HttpNext outcome_of_failure(HttpRequest *q, CURLcode code, uint64_t *ret_delay) {
        const char *text = curl_easy_strerror(code);
        bool passing = false, detail = false;
        int r = -EIO;

        for (size_t i = 0; i < ELEMENTSOF(failures); i++)
                if (failures[i].code == code) {
                        r = failures[i].r;
                        text = failures[i].text;
                        passing = failures[i].passing;
                        detail = failures[i].detail && q->text[0];
                }
        if (passing && may_retry(q, ret_delay))
                return HTTP_NEXT_RETRY;

        q->r = r;
        if (q->retries > 0)
                (void) error_set(&q->error, r, "%s (%u attempts)%s%s", text, q->retries + 1,
                                 detail ? ": " : "", detail ? q->text : "");
        else
                (void) error_set(&q->error, r, "%s%s%s", text, detail ? ": " : "",
                                 detail ? q->text : "");
        return HTTP_NEXT_DONE;
}

static HttpNext refuse_redirect(HttpRequest *q, int r, const char *why) {
        q->r = error_set(&q->error, r, "%s", why);
        return HTTP_NEXT_DONE;
}

static HttpNext outcome_of_redirect(HttpRequest *q) {
        _cleanup_(url_done) Url next = {};
        char *location = NULL;
        int r;

        (void) curl_easy_getinfo(q->easy, CURLINFO_REDIRECT_URL, &location);
        if (!location)
                return refuse_redirect(q, -EPROTO, "the server sent a redirect without a URL");
        if (++q->redirects > HTTP_REDIRECTS_MAX)
                return refuse_redirect(q, -ELOOP, "too many redirects");

        r = url_parse(location, &q->error, &next);
        if (r < 0) {
                q->r = error_prefix(&q->error, r, "cannot follow the redirect");
                return HTTP_NEXT_DONE;
        }
        if (q->url.https && !next.https)
                return refuse_redirect(q, -EPROTONOSUPPORT,
                                       "refusing the redirect from https to http");

        q->same_origin = q->same_origin && url_same_origin(&q->origin, &next);
        if (q->get.body && !q->same_origin)
                return refuse_redirect(q, -EPROTO,
                                       "refusing to upload to another host after a redirect");
        url_done(&q->url);
        q->url = next;
        next = (Url) {};
        return HTTP_NEXT_AGAIN;
}

HttpNext http_transfer_outcome(HttpRequest *q, CURLcode code, uint64_t *ret_delay) {
        long status = 0;

        if (q->r < 0)
                return HTTP_NEXT_DONE;
        if (code == CURLE_PEER_FAILED_VERIFICATION && !q->bundle) {
                q->http->bundle = true;
                return HTTP_NEXT_AGAIN;
        }
        if (code != CURLE_OK)
                return outcome_of_failure(q, code, ret_delay);

        (void) curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &status);
        if (is_passing_status(status) && may_retry(q, ret_delay))
                return HTTP_NEXT_RETRY;
        if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308)
                return outcome_of_redirect(q);

        /* An empty body never reached on_data(). */
        if (status == 200 && q->get.data && !q->body_begun && q->received > 0) {
                q->received = 0;
                q->r = q->get.rewind(q->get.userdata);
        }
        return HTTP_NEXT_DONE;
}
