/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Running other programs, and finding them. */

#include "basic/macro.h"

/* Becomes the program (looked up in PATH); returns only on failure, a negative errno. */
int process_exec(char *const *argv);

/* Runs a program (looked up in PATH), its standard output on a descriptor of ours, and waits: its
 * exit status, 127 if it could not be executed, or a negative errno; -EIO if a signal ended it. */
int process_run(char *const *argv, int stdout_fd);

/* From here on what children of children leave behind is our child. */
void process_adopt_strays(void);

/* Ends all children, those among them, by SIGKILL, and waits for them. */
void process_end_strays(void);

/* The first folder of a PATH that holds an executable file of that name, as "FOLDER/NAME": 1, or 0
 * if none does. A NULL path holds none. */
int find_program(const char *path, const char *name, char **ret);
