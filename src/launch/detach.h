/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Becoming a process that has nothing of the one it was forked from. */

/* Whatever signal stops a unit reaches all its processes; who detaches ends when its work has.
 * SIGCONT, which needs no handler to have its effect, is blocked: it can be read. */
void detach_signals(void);

/* Keeps standard error, to complain, the channel as CHANNEL_FD, and the manager's socket under the
 * number behind it, which is returned (-EBADF if `notify_fd` is negative); everything else goes. */
int detach_files(int channel_fd, int notify_fd, int *ret_notify_fd);

/* Others' variables may hold secrets, and /proc shows them as long as the process lives. */
void detach_environment(void);

/* What `systemctl status` shows of it: "NAME ARGUMENT", written over the program's arguments. */
void detach_name(char **argv, const char *name, const char *argument);
