/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/env-root.h"

/* In a file of its own: a program that defines it otherwise must not get the library's. */
const bool env_root_is_tester = false;
