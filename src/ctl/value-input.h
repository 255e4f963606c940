/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A setting's value that does not stand on the command line. */

#include "basic/error.h"

/* Asks for it without an echo where standard input is a terminal; else all of standard input, less
 * one newline at its end. The terminal is as it was when this returns, or ends by a signal. -EINVAL
 * and a clause for a NUL, and for nothing at all unless `allow_empty`; -EFBIG. */
int value_input(const char *key, bool allow_empty, Error *e, char **ret);
