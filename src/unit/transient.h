/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The one call that makes a transient unit. */

#include <systemd/sd-bus.h>

typedef struct Error Error;
typedef struct UnitSpec UnitSpec;

/* Asks systemd to start a unit of this specification; the reply names the job. What an older
 * manager does not know, and the unit can do without, is left out with one notice. -EEXIST where
 * the name is taken, -ERFKILL where an administrator masked it. */
int transient_start(sd_bus *bus, const UnitSpec *spec, Error *e, sd_bus_message **ret_reply);
