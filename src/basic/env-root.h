/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "basic/macro.h"

/* False in every program that is installed. The tests, which run as root on programs that are not
 * installed, link pm2ctl with an object of their own that says true. */
extern const bool env_root_is_tester;
