/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Other programs. */

#include "basic/macro.h"

/* Becomes the program (looked up in PATH); returns only on failure. */
int process_exec(char *const *argv);

/* Runs it, its standard output on a descriptor of ours, and waits: its exit status, or negative. */
int process_run(char *const *argv, int stdout_fd);

/* From here on what children of children leave behind is our child; and its end, by SIGKILL, with
 * all other children. */
void process_adopt_strays(void);
void process_end_strays(void);

/* The first folder of a PATH that holds an executable file of that name, as "FOLDER/NAME": 1, or 0
 * if none does. A NULL path holds none. */
int find_program(const char *path, const char *name, char **ret);
