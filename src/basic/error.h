/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a library function knows about its failure beyond an errno: one clause without a full stop
 * that names the file, field or unit, and the remedy. Libraries set it and return the errno; the
 * program that called them prints it, once. */

#include "basic/macro.h"

typedef struct Error {
        char *message;
} Error;

#define ERROR_NULL ((Error) { NULL })

/* Stores the clause (the first one wins) and returns r. `e` may be NULL. */
int error_set(Error *e, int r, const char *format, ...) _printf_(3, 4);

/* The same with the clause of another error, or the errno's own text. */
int error_copy(Error *e, int r, const Error *from);

/* Puts "WHERE: " before a clause that is set; returns r. */
int error_prefix(Error *e, int r, const char *format, ...) _printf_(3, 4);

/* The clause, or the errno's own text. */
const char *error_text(const Error *e, int r);

/* Frees the clause; another may be set then. */
void error_clear(Error *e);
