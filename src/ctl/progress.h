/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How far src/module has come, on standard error: on a terminal as one line that changes, elsewhere
 * as a plain line now and then. */

#include "module/progress.h"

/* A ModuleProgressHandler. Nothing is shown where messages are not (-q). */
void progress_show(void *userdata, const ModuleProgress *progress);
