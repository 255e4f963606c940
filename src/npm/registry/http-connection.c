/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"
#include "npm/registry/http-internal.h"

static CURLcode set_blob(CURL *easy, CURLoption option, const char *text) {
        struct curl_blob blob = { (void *) text, strlen(text), CURL_BLOB_COPY };

        return curl_easy_setopt(easy, option, &blob);
}

/* Naming the system's own bundle is naming nothing. */
static bool is_default_ca(const HttpConfig *config) {
        const char *bundle = curl_version_info(CURLVERSION_NOW)->cainfo;

        return isempty(config->ca_file) ? isempty(config->ca) : streq_ptr(config->ca_file, bundle);
}

/* libcurl reads the whole bundle of the system's certificates before it speaks to anybody, which
 * takes longer than all else at the beginning. The folder beside it, which is looked into for the
 * one that is needed, does as well; where it does not, there is another attempt with the bundle. */
static CURLcode set_ca(HttpRequest *q) {
        const HttpConfig *config = &q->http->config;
        CURLcode c;

        q->bundle = true;
        if (is_default_ca(config)) {
                q->bundle = q->http->bundle || !curl_version_info(CURLVERSION_NOW)->capath;
                return q->bundle ? CURLE_OK : curl_easy_setopt(q->easy, CURLOPT_CAINFO, NULL);
        }
        if (!isempty(config->ca_file))
                c = curl_easy_setopt(q->easy, CURLOPT_CAINFO, config->ca_file);
        else
                c = set_blob(q->easy, CURLOPT_CAINFO_BLOB, config->ca);
        return c == CURLE_OK ? curl_easy_setopt(q->easy, CURLOPT_CAPATH, NULL) : c;
}

int http_tls_set(HttpRequest *q) {
        const HttpConfig *config = &q->http->config;
        CURLcode c;

        if (config->insecure) {
                (void) curl_easy_setopt(q->easy, CURLOPT_SSL_VERIFYPEER, 0L);
                (void) curl_easy_setopt(q->easy, CURLOPT_SSL_VERIFYHOST, 0L);
        }
        c = set_ca(q);

        /* No client certificate is sent to a server that was reached by a redirect. */
        if (c == CURLE_OK && q->same_origin && q->get.cert_file) {
                c = curl_easy_setopt(q->easy, CURLOPT_SSLCERT, q->get.cert_file);
                if (c == CURLE_OK)
                        c = curl_easy_setopt(q->easy, CURLOPT_SSLKEY, q->get.key_file);
        } else if (c == CURLE_OK && q->same_origin && !isempty(config->cert) &&
                   !isempty(config->key)) {
                c = set_blob(q->easy, CURLOPT_SSLCERT_BLOB, config->cert);
                if (c == CURLE_OK)
                        c = set_blob(q->easy, CURLOPT_SSLKEY_BLOB, config->key);
        }
        return c == CURLE_OK ? 0 : -ENOMEM;
}

int http_proxy_set(HttpRequest *q) {
        const HttpConfig *config = &q->http->config;
        const char *proxy = q->url.https ? config->https_proxy : config->http_proxy;
        CURLcode c;

        /* An empty string: no proxy, and the environment is not asked again. */
        c = curl_easy_setopt(q->easy, CURLOPT_PROXY, proxy ?: "");
        if (c == CURLE_OK)
                c = curl_easy_setopt(q->easy, CURLOPT_NOPROXY, config->no_proxy ?: "");
        (void) curl_easy_setopt(q->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        return c == CURLE_OK ? 0 : -ENOMEM;
}
