/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* By itself, so that a program that defines it otherwise does not get this one from the library. */

#include "basic/env.h"

const bool env_root_is_tester = false;
