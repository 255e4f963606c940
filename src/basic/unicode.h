/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which names a file system that ignores case, or writes names in a normal form of its own, takes
 * for one and the same. */

#include "basic/macro.h"

/* The form that such names have in common: lower case, composed characters taken apart, their marks
 * in one order. Rather takes two names for one than one for two. -EINVAL if the text is not UTF-8;
 * the caller frees. */
int unicode_fold(const char *text, char **ret);
