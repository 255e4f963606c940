/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The verbs that systemd's own programs do the work of, status and logs. Those programs know
 * nothing of modules: what they would say of a module that is stopped, or to a user without a
 * manager or a journal, is said before they are run. */

#include "ctl/ctl.h"

typedef struct SystemdProgram {
        /* The command line for these modules; none: there is nothing to run. 0, an exit status that
         * stands whatever the program says, or negative after printing why. */
        int (*make)(Context *c, char *const *names, char ***ret_argv);
        /* Runs it. `result` is the exit status so far. */
        int (*run)(Context *c, char **argv, int result);
} SystemdProgram;

/* Runs it for the modules that the words mean, all if there are none. Returns the exit status. */
int systemd_program_run(const void *args, char **words, const SystemdProgram *program);
