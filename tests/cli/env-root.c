/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/env-root.h"

const bool env_root_is_tester = true;
