/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What http.c (requests and their queue), http-loop.c, http-transfer.c (one attempt: options and
 * body), http-connection.c (certificates and proxy) and http-outcome.c (what became of it) share.
 * No other file includes it. */

#include <curl/curl.h>

#include "npm/registry/http.h"
#include "npm/registry/url.h"

typedef struct HttpQueue {
        HttpRequest *first, *last;
} HttpQueue;

struct Http {
        sd_event *event;
        CURLM *multi;
        sd_event_source *timer;

        HttpConfig config;     /* strings are owned */
        bool bundle;           /* the system's certificates are read as one file; see set_ca() */
        HttpRequest *requests; /* all of them */
        HttpQueue urgent, waiting;
        unsigned n_running;
        HttpStatistics statistics;
};

struct HttpRequest {
        Http *http;
        HttpRequest *previous, *next; /* of all */
        HttpRequest *next_waiting;

        HttpGet get;      /* strings are owned */
        Url origin;       /* where the request started, whose credentials it carries */
        Url url;          /* where it has come to */
        bool same_origin; /* still at the origin: once it has left, nothing secret goes along */

        CURL *easy;
        struct curl_slist *headers;
        sd_event_source *delay;
        char text[CURL_ERROR_SIZE];

        uint64_t until; /* it has ended, monotonic; 0 before its first attempt */
        unsigned redirects, retries;
        bool bundle;       /* of this attempt */
        bool body_begun;   /* of this attempt */
        bool resuming;     /* this attempt asks for the rest only */
        uint64_t received; /* bytes given to data() so far */
        int r;             /* why data was refused */
        Error error;
        char *etag; /* of what `received` counts */
        char *error_body;
        size_t error_size;
};

/* Takes finished transfers out of libcurl. Never called from within one of its callbacks. */
void http_collect(Http *h);

/* http-loop.c */
/* Makes h->multi and its sources. */
int http_loop_setup(Http *h);

/* http-transfer.c */
/* Fills in an easy handle for the next attempt. */
int http_transfer_prepare(HttpRequest *q);

/* The header's value while the handle lives, or NULL. */
const char *http_transfer_header(HttpRequest *q, const char *name);

/* http-outcome.c */
/* What comes after an attempt. */
typedef enum HttpNext {
        HTTP_NEXT_DONE,  /* done(): `r` and `error` of the request, or the answer */
        HTTP_NEXT_AGAIN, /* at once: at another `url`, or otherwise */
        HTTP_NEXT_RETRY, /* again after the delay */
} HttpNext;

/* Judges a finished attempt. */
HttpNext http_transfer_outcome(HttpRequest *q, CURLcode code, uint64_t *ret_delay_usec);

/* http-connection.c */

/* Certificates to trust, those that prove who we are, and the proxy, for the next attempt. */
int http_tls_set(HttpRequest *q);
int http_proxy_set(HttpRequest *q);
