/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The message that asks systemd to start a unit of this specification. */

#include <stdbool.h>
#include <systemd/sd-bus.h>

typedef struct Error Error;
typedef struct UnitSpec UnitSpec;

/* Builds StartTransientUnit without sending it; `without` (may be NULL) names properties to leave
 * out. It holds duplicates of the specification's descriptors until it is freed. -EINVAL with a
 * clause that names the property at fault, or an errno of the bus. */
int start_message_new(sd_bus *bus, const UnitSpec *s, char *const *without, Error *e,
                      sd_bus_message **ret);

/* Whether a unit may be started without a property that the manager does not know. */
bool property_is_optional(const char *name);
