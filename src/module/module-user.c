/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/module-user.h"

#include "basic/string-util.h"
#include "basic/user.h"

int module_user_check(const Modules *modules, const InstallOptions *options, Error *e) {
        uid_t uid;
        gid_t gid;
        int r;

        if (!options->user && !options->group)
                return 0;
        if (modules->scope.kind == SCOPE_USER)
                return error_set(e, -EINVAL,
                                 "a user's own manager runs modules as that user alone: drop --uid "
                                 "and --gid, or use --system");
        if (!options->user)
                return error_set(e, -EINVAL, "--gid goes with --uid");
        r = user_lookup(options->user, &uid, &gid);
        if (r < 0)
                return error_set(e, r, "--uid: there is no user '%s'", options->user);
        if (!options->group)
                return 0;
        r = group_lookup(options->group, &gid);
        return r < 0 ? error_set(e, r, "--gid: there is no group '%s'", options->group) : 0;
}

int module_user_record(const Modules *modules, const InstallOptions *options, Module *m, Error *e) {
        int r;

        r = module_user_check(modules, options, e);
        if (r < 0)
                return r;
        r = free_and_strdup(&m->user, options->user);
        return r < 0 ? r : free_and_strdup(&m->group, options->group);
}
