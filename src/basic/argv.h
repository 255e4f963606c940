/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command line as other users see it: they can read it in /proc/PID/cmdline, so secrets in it
 * are overwritten at once. */

#include "basic/macro.h"

/* Copies the words and overwrites all but the program's name: until they are parsed, each may be
 * secret. 0 and the copy, a vector of the same words in the same order, or -ENOMEM. */
int argv_take(int argc, char **argv, char ***ret);

/* Writes those words back that are not secret; is_secret() gets the copy's words. */
void argv_show(int argc, char **argv, char *const *copy,
               bool (*is_secret)(const char *word, const void *userdata), const void *userdata);
