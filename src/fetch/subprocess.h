/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Running another program to its end and keeping what it says. */

#include "basic/macro.h"

typedef struct Subprocess {
        char *const *argv; /* argv[0] is looked up in PATH */
        char *const *env;
        size_t output_max;
        uint64_t timeout_usec; /* in all */
        uint64_t silence_usec; /* without a byte of output; 0: no limit of its own */
} Subprocess;

/* Its exit status, 128 + n for signal n, or negative: -ENOENT if there is no such program,
 * -ETIMEDOUT (it and its children are killed), -EFBIG for too much output. `ret_output` is its
 * standard output, `ret_errors` the line of its standard error that says what is wrong; both are
 * set unless negative is returned, and either may be NULL. The caller frees. To be called in any
 * thread. */
int subprocess_run(const Subprocess *s, char **ret_output, char **ret_errors);
