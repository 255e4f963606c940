/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the kernel says about one process (proc_pid_stat(5)). */

#include "basic/macro.h"

typedef struct ProcessState {
        char name[64]; /* what it calls itself: any bytes */
        uid_t uid;     /* effective */
        uint64_t age_usec;
        uint64_t memory;   /* bytes, resident */
        uint64_t cpu_nsec; /* with what its waited-for children took */
} ProcessState;

/* -ESRCH if it is gone, or hidden from the caller. */
int process_state(pid_t pid, ProcessState *ret);

/* The name of a process's user, to be freed. The users that systemd makes up for units while they
 * run are not looked up in name services, which would ask systemd: slow for many. -ENOMEM. */
int process_user_name(uid_t uid, char **ret);
