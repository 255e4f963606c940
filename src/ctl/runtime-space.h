/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The file system that modules have their runtime folders on, which one of them may have filled. */

#include "ctl/ctl.h"

/* Warns, once, if it is full: what does not work then, which module has most of it, and what to do.
 * Which one it is can only be told by root. */
void runtime_space_check(const Context *c);
