/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/env-root.h"

/* In a file of its own: a program that defines it otherwise must not get this one from the library. */
const bool env_root_is_tester = false;
