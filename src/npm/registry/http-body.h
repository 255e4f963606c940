/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The body of an answer, put together in memory as it comes. */

#include "basic/macro.h"

typedef struct HttpBody {
        char *text; /* NULL until something came; a NUL follows it */
        size_t size, room;
} HttpBody;

/* -ENOMEM. The caller bounds the size, by HttpGet.size_max. */
int http_body_append(HttpBody *b, const void *data, size_t size);

/* Also where an answer begins anew: then it is as if nothing had come. */
void http_body_done(HttpBody *b);
