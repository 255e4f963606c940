/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* http and https addresses, taken apart by the same parser that fetches them, so that what is
 * decided about a host is about the host that is asked. */

#include "basic/error.h"

#define URL_MAX 8192 /* bytes; servers commonly refuse longer ones */

typedef struct Url {
        char *text; /* normal form, without credentials and fragment */
        bool https;
        char *host; /* lower case; "host:port" where the port is not the scheme's own */
        char *path; /* starts with a slash; no query */
        char *user; /* NULL if there is none; percent-decoded */
        char *password;
} Url;

/* -EPROTONOSUPPORT for another scheme, -EINVAL for what is no address, with a clause that never
 * quotes credentials. */
int url_parse(const char *text, Error *e, Url *ret);
void url_done(Url *u);

/* Same scheme, host and port. */
bool url_same_origin(const Url *a, const Url *b);

/* A copy of the text that may be shown: without credentials, query and fragment. NULL if out of
 * memory. */
char *url_redact(const char *text);
