/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/url.h"

#include <curl/curl.h>

#include "basic/string-util.h"

#define URL_FLAGS CURLU_NO_DEFAULT_PORT

static void curl_url_cleanupp(CURLU **u) {
        curl_url_cleanup(*u);
}

/* A part, or NULL where the address has none. */
static int get_part(CURLU *u, CURLUPart part, unsigned flags, char **ret) {
        _cleanup_(freep) char *copy = NULL;
        CURLUcode c;
        char *text;

        c = curl_url_get(u, part, &text, flags);
        if (c == CURLUE_OUT_OF_MEMORY)
                return -ENOMEM;
        if (c == CURLUE_NO_USER || c == CURLUE_NO_PASSWORD || c == CURLUE_NO_PORT)
                return 0;
        if (c != CURLUE_OK)
                return -EINVAL;

        copy = strdup(text);
        curl_free(text);
        if (!copy)
                return -ENOMEM;
        *ret = TAKE_PTR(copy);
        return 0;
}

static int get_host(CURLU *u, char **ret) {
        _cleanup_(freep) char *host = NULL, *port = NULL;
        int r;

        r = get_part(u, CURLUPART_HOST, 0, &host);
        if (r < 0)
                return r;
        r = get_part(u, CURLUPART_PORT, URL_FLAGS, &port);
        if (r < 0)
                return r;
        for (char *p = host; *p; p++)
                if (*p >= 'A' && *p <= 'Z')
                        *p |= 0x20;
        if (curl_url_set(u, CURLUPART_HOST, host, 0) != CURLUE_OK)
                return -EINVAL;

        if (!port) {
                *ret = TAKE_PTR(host);
                return 0;
        }
        return strdupf(ret, "%s:%s", host, port);
}

/* Credentials leave through the fields of their own, so that `text` can be shown. */
static int take_credentials(CURLU *u, Url *url) {
        static const struct {
                CURLUPart part;
                size_t offset;
        } table[] = {
                { CURLUPART_USER, offsetof(Url, user) },
                { CURLUPART_PASSWORD, offsetof(Url, password) },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char **field = (char **) ((char *) url + table[i].offset);
                int r;

                r = get_part(u, table[i].part, CURLU_URLDECODE, field);
                if (r < 0)
                        return r;
        }
        if (curl_url_set(u, CURLUPART_USER, NULL, 0) != CURLUE_OK ||
            curl_url_set(u, CURLUPART_PASSWORD, NULL, 0) != CURLUE_OK ||
            curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)
                return -ENOMEM;
        return 0;
}

static int parse_parts(CURLU *u, Error *e, Url *url) {
        _cleanup_(freep) char *scheme = NULL;
        int r;

        r = get_part(u, CURLUPART_SCHEME, 0, &scheme);
        if (r < 0)
                return r;
        url->https = streq(scheme, "https");
        if (!url->https && !streq(scheme, "http"))
                return error_set(e, -EPROTONOSUPPORT, "'%s:' URLs are not supported", scheme);

        r = get_host(u, &url->host);
        if (r < 0)
                return r;
        r = get_part(u, CURLUPART_PATH, 0, &url->path);
        if (r < 0)
                return r;
        r = take_credentials(u, url);
        if (r < 0)
                return r;
        return get_part(u, CURLUPART_URL, URL_FLAGS, &url->text);
}

int url_parse(const char *text, Error *e, Url *ret) {
        _cleanup_(curl_url_cleanupp) CURLU *u = NULL;
        _cleanup_(url_done) Url url = {};
        int r;

        assert(text);
        assert(ret);

        if (strlen(text) > URL_MAX)
                return error_set(e, -EINVAL, "the URL is longer than %d bytes", URL_MAX);
        if (has_control(text) || strpbrk(text, " \\"))
                return error_set(e, -EINVAL,
                                 "the URL contains a space, backslash or control character");

        u = curl_url();
        if (!u)
                return -ENOMEM;
        if (curl_url_set(u, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
                return error_set(e, -EINVAL, "it is not a valid URL");

        r = parse_parts(u, e, &url);
        if (r < 0)
                return error_set(e, r, "it is not a valid URL");

        *ret = url;
        url = (Url) {};
        return 0;
}

void url_done(Url *u) {
        free(u->text);
        free(u->host);
        free(u->path);
        free(u->user);
        if (u->password)
                explicit_bzero(u->password, strlen(u->password));
        free(u->password);
        *u = (Url) {};
}

bool url_same_origin(const Url *a, const Url *b) {
        return a->https == b->https && streq(a->host, b->host);
}

char *url_redact(const char *text) {
        _cleanup_(url_done) Url url = {};
        char *shown = NULL;

        if (url_parse(text, /* e= */ NULL, &url) < 0)
                return strdup("(invalid address)");
        if (strdupf(&shown, "%s://%s%s", url.https ? "https" : "http", url.host, url.path) < 0)
                return NULL;
        return shown;
}
