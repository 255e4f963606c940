/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The file system that modules have their runtime folders on, which one of them may have filled. */

#include "module/modules.h"

/* Notes it if that is full, and which module has most of it, which only root can tell: once, until
 * it is not full any more. Blocks for a walk over the runtime folders where it is full, and for one
 * system call else. */
void runtime_space_check(Modules *modules);

/* Bytes of that file system; UINT64_MAX: it is the system's own, /run. */
uint64_t runtime_space_size(const Scope *scope);
