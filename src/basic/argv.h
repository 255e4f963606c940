/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command line as others see it: every user of the machine reads it in /proc/PID/cmdline, so
 * secrets must not stand in it for longer than the kernel has them put there. */

#include "basic/macro.h"

/* Copies the words and overwrites all but the program's name: until it is known what they mean,
 * each may be secret. 0 and the copy, a vector that keeps their number and order, or -ENOMEM. */
int argv_take(int argc, char **argv, char ***ret);

/* Writes those words back that are not secret; called with the copy's words. */
void argv_show(int argc, char **argv, char *const *copy,
               bool (*is_secret)(const char *word, const void *userdata), const void *userdata);
