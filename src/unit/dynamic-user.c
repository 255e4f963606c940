/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/dynamic-user.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "basic/error.h"
#include "model/unit-spec.h"
#include "unit/bus.h"

/* A dynamic user that several units share may go and come between the two questions. */
#define LOOK_TRIES 5

/* Name services show dynamic users as well, while they are there; systemd knows which are. */
static bool is_account(sd_bus *bus, const char *name) {
        for (int i = 0; i < LOOK_TRIES; i++) {
                if (i > 0)
                        (void) usleep(10 * USEC_PER_MSEC);
                if (!getpwnam(name) && !getgrnam(name))
                        return false;
                if (manager_call(bus, "LookupDynamicUserByName", NULL, NULL, "s", name) >= 0)
                        return false;
        }
        return true;
}

/* systemd's own range, which no account is in. */
static bool is_dynamic(uid_t uid) {
        return uid >= 61184 && uid <= 65519;
}

/* By its number: while a unit runs as that account, systemd lists it with its dynamic users. */
static int check_account(const char *name, Error *e) {
        const struct passwd *account = getpwnam(name);

        if (account && !is_dynamic(account->pw_uid))
                return 0;
        return error_set(e, -ESRCH,
                         "there is no account '%s', which its unit runs as: run "
                         "'systemd-sysusers' to create it",
                         name);
}

int unit_user_choose(sd_bus *bus, const UnitSpec *s, Error *e, char **ret) {
        char *const candidates[] = { s->user, s->user_fallback };
        int r;

        assert(ret);

        r = s->account ? check_account(s->user, e) : 0;
        if (r < 0)
                return r;
        if (!s->dynamic_user || s->account) {
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
                                 "the name of its dynamic user, '%s', is taken by an account: "
                                 "rename the account",
                                 s->user);
        return error_set(e, -ENOTUNIQ,
                         "the names of its dynamic user, '%s' and '%s', are taken by accounts: "
                         "rename one of them, or give the module a user with --uid",
                         s->user, s->user_fallback);
}
