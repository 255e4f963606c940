/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The part of a unit's state that is read here and not asked of systemd: from its control group and
 * its main process. */

#include <sys/types.h>

typedef struct UnitState UnitState;

/* Of the last process, since others often have its user. Begins as zeros; the name is to be
 * freed. */
typedef struct LastUser {
        uid_t uid;
        char *name;
} LastUser;

/* Memory and CPU time, where the unit is in the modules' slice below control group `root`. */
void unit_state_read_usage(UnitState *s, const char *root);

/* What is left once systemd's answers are there: makes a duration of `uptime_usec`, and finds out
 * the user, and the usage if that was not known by the unit's name. -ENOMEM. */
int unit_state_complete(UnitState *s, LastUser *last);
