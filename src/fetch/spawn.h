/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Starting a child whose standard input is empty. */

#include <spawn.h>

#include "basic/macro.h"

typedef struct Spawn {
        const char *program; /* looked up in PATH unless it has a slash */
        char *const *argv;
        char *const *env;
        const char *folder;                  /* to run it in; NULL: ours */
        const posix_spawnattr_t *attributes; /* may be NULL */
        int out_fd, err_fd;
} Spawn;

/* Starts it. -ENOENT if there is no such program. */
int spawn_child(const Spawn *s, pid_t *ret);

/* Waits for its end; `ret_status` is waitpid()'s. */
int spawn_wait(pid_t pid, int *ret_status);
