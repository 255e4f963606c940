/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where an account of the host has the name that a unit's dynamic user would get, systemd would
 * silently run the unit as that account. */

#include <systemd/sd-bus.h>

typedef struct Error Error;
typedef struct UnitSpec UnitSpec;

/* Chooses the name for the unit's user: `user` of the specification, or `user_fallback` where an
 * account has that name; borrowed from it. -ENOTUNIQ where accounts have both. Without DynamicUser=
 * it is `user` in any case, and so it is where that has to be an account: -ESRCH without one. */
int unit_user_choose(sd_bus *bus, const UnitSpec *s, Error *e, char **ret);
