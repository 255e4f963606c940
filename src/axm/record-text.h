/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Records as JSON text. */

#include <stddef.h>

typedef struct Error Error;
typedef struct Record Record;

/* -EBADMSG with the reason for what is not a record, -EPROTONOSUPPORT for a newer version's. The
 * text is terminated. */
int record_parse(const char *text, size_t size, Error *e, Record *ret);

/* Compact JSON text and a final newline, to be freed. -ENOMEM. */
int record_format(const Record *record, char **ret, size_t *ret_size);
