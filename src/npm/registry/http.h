/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Fetching by GET (and sending by PUT), many at once, on an sd-event loop; the only user of
 * libcurl's transfers. Redirects are followed here and not by libcurl: never from https to http,
 * never to another scheme, a bounded number of times, and credentials stay with the host they were
 * given for. */

#include <systemd/sd-event.h>

#include "basic/error.h"

#define HTTP_REDIRECTS_MAX  10
#define HTTP_ERROR_BODY_MAX 4096                  /* bytes kept of what a refusal says */
#define HTTP_HEADER_MAX     1024                  /* bytes of a header we keep, as ETag */
#define HTTP_CONNECT_USEC   (20 * USEC_PER_SEC)   /* name lookup, connection and TLS */
#define HTTP_STALL_USEC     (30 * USEC_PER_SEC)   /* slower than HTTP_SPEED_MIN so long: ended */
#define HTTP_SPEED_MIN      128                   /* bytes per second */
#define HTTP_TRANSFER_USEC  (1500 * USEC_PER_SEC) /* of a request with all its attempts */
#define HTTP_URGENT_USEC    (300 * USEC_PER_SEC)  /* of an urgent one, for which all others wait */
#define HTTP_RETRIES        2
#define HTTP_RETRIES_MAX    10
#define HTTP_RETRY_MIN_USEC (USEC_PER_SEC / 2)
#define HTTP_RETRY_FACTOR   4
#define HTTP_RETRY_MAX_USEC (60 * USEC_PER_SEC) /* a server that asks for more is given up */
#define HTTP_PARALLEL       32                  /* requests under way at once */
#define HTTP_PARALLEL_MAX   256
#define HTTP_RESUME_MIN     (256U * 1024U) /* with less than this arrived, begin anew */

/* What npm's configuration says about connections. Strings are borrowed until http_new() returns;
 * zero and NULL mean the default. */
typedef struct HttpConfig {
        unsigned parallel;
        unsigned retries; /* after the first attempt */
        unsigned retry_factor;
        uint64_t retry_min_usec, retry_max_usec;
        uint64_t stall_usec;
        bool insecure;          /* certificates are not checked */
        const char *ca_file;    /* replaces the system's certificates, as `ca` does */
        const char *ca;         /* PEM text */
        const char *cert, *key; /* PEM texts: who we are */
        const char *http_proxy, *https_proxy, *no_proxy;
        const char *user_agent;
} HttpConfig;

#define HTTP_CONFIG_DEFAULT \
        ((HttpConfig) { .parallel = HTTP_PARALLEL, \
                        .retries = HTTP_RETRIES, \
                        .retry_factor = HTTP_RETRY_FACTOR, \
                        .retry_min_usec = HTTP_RETRY_MIN_USEC, \
                        .retry_max_usec = HTTP_RETRY_MAX_USEC, \
                        .stall_usec = HTTP_STALL_USEC })

typedef struct Http Http;
typedef struct HttpRequest HttpRequest;

/* An answer below 500 (or the last one of 500 and above). Borrowed during done(). */
typedef struct HttpResponse {
        unsigned status;
        const char *url;  /* where it came from in the end; may be shown */
        const char *etag; /* NULL if there is none; so the others */
        const char *cache_control;
        const char *authenticate; /* WWW-Authenticate: what would be let in */
        const char *error_body;   /* the beginning of what a refusal says */
        bool unauthenticated;     /* credentials were left behind at a redirect */
} HttpResponse;

typedef struct HttpGet {
        const char *url;
        const char *accept;        /* NULL: anything */
        const char *authorization; /* the header's value; only the origin of `url` sees it */
        const char *if_none_match;
        const char *cert_file, *key_file;
        const char *otp;  /* a one-time password; where the authorization goes */
        const char *body; /* a JSON text: it is sent, by PUT; borrowed until done(), and it never
                             follows a redirect to another host */
        size_t body_size;
        bool urgent;     /* before all that is not: others wait for it */
        bool compressed; /* let the server compress; `size_max` counts unpacked bytes */
        uint64_t size_max;

        /* Bytes of a 200's body, in order. A negative result ends the request with it. */
        int (*data)(void *userdata, const void *data, size_t size);
        /* The body begins anew: what data() got so far is void. May be NULL without data(). */
        int (*rewind)(void *userdata);
        /* Called once, from the event loop: 0 and an answer, or what went wrong. */
        void (*done)(void *userdata, int r, const HttpResponse *response, Error *e);
        void *userdata;
} HttpGet;

/* -EINVAL with a clause where certificates or the proxy cannot be used. */
int http_new(sd_event *event, const HttpConfig *config, Error *e, Http **ret);

/* Ends every request without calling done(). */
Http *http_free(Http *h);
DEFINE_CLEANUP(Http *, http_free);

/* Starts a request (at once or when its turn comes). Copies what `get` points to. An address that
 * cannot be used is -EINVAL or -EPROTONOSUPPORT with a clause, and done() is not called. */
int http_get(Http *h, const HttpGet *get, Error *e);

/* The host that has been waited for longest, NULL if none is. Borrowed until the next event. */
const char *http_waiting_for(const Http *h);

typedef struct HttpStatistics {
        uint64_t bytes;    /* of bodies, as they came over the wire */
        unsigned requests; /* retries and redirects counted */
} HttpStatistics;

void http_statistics(const Http *h, HttpStatistics *ret);
