/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Becoming a process that has nothing of the one it was forked from. */

/* Ignores the signals that stop a unit, which all its processes get: a detached process ends when
 * its work is done. SIGCONT, which needs no handler to have its effect, is blocked: it can be read.
 */
void detach_signals(void);

/* Keeps standard error, for the log, the channel as CHANNEL_FD, and the manager's socket under the
 * number behind it, which is returned (-EBADF if `notify_fd` is negative); everything else is
 * closed, and the working directory is "/". */
int detach_files(int channel_fd, int notify_fd, int *ret_notify_fd);

/* Wipes the environment: variables may hold secrets, and /proc shows them as long as the process
 * lives. */
void detach_environment(void);

/* Writes "NAME ARGUMENT" over the program's arguments, for `systemctl status`. */
void detach_name(char **argv, const char *name, const char *argument);
