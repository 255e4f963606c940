/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/user.h"

#include <grp.h>
#include <pwd.h>

#include "unit/bus.h"

/* Name services show dynamic users as well, while they are there; systemd knows which are. */
static bool is_account(sd_bus *bus, const char *name) {
        if (!getpwnam(name) && !getgrnam(name))
                return false;
        return manager_call(bus, "LookupDynamicUserByName", NULL, NULL, "s", name) < 0;
}

int unit_user_choose(sd_bus *bus, const UnitSpec *s, Error *e, char **ret) {
        char *const candidates[] = { s->user, s->user_fallback };

        if (!s->dynamic_user) {
                *ret = s->user;
                return 0;
        }
        for (size_t i = 0; i < ELEMENTSOF(candidates); i++)
                if (candidates[i] && !is_account(bus, candidates[i])) {
                        *ret = candidates[i];
                        return 0;
                }
        if (!s->user_fallback)
                return error_set(e, -ENOTUNIQ,
                                 "an account of this host has the name '%s', which its unit needs "
                                 "for a user of its own: rename the account",
                                 s->user);
        return error_set(e, -ENOTUNIQ,
                         "accounts of this host have the names that its user would get, '%s' and "
                         "'%s': rename one, or give the module a user with --uid",
                         s->user, s->user_fallback);
}
