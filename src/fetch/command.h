/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Running another program to its end and keeping what it says. */

#include "basic/macro.h"

typedef struct Command {
        char *const *argv; /* argv[0] is looked up in PATH */
        char *const *env;
        size_t output_max;
        uint64_t timeout_usec; /* in all */
        uint64_t silence_usec; /* without a byte of output; 0: as long as that */
} Command;

/* Its exit status, 128 + n for signal n, or negative: -ENOENT if there is no such program,
 * -ETIMEDOUT (it and its children are killed), -EFBIG. `ret_output` is its standard output,
 * `ret_errors` the end of what it said on standard error, a line at most; either may be NULL. To be
 * called in any thread. */
int command_run(const Command *c, char **ret_output, char **ret_errors);
