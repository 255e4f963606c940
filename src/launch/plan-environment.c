/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/plan-environment.h"

#include <sys/stat.h>

#include "basic/error.h"
#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "launch/plan.h"
#include "model/environment.h"
#include "model/name.h"
#include "store/settings.h"

extern char **environ;

/* The folder for the module's own data: the first of StateDirectory=, or in user scope one that is
 * made here, since where the manager would make it depends on its version. */
static int find_data(const Plan *p, char **ret) {
        const char *given = getenv("STATE_DIRECTORY"), *state = getenv(VARIABLE_STATE);
        _cleanup_(freep) char *folder = NULL, *data = NULL;
        int r;

        if (given && given[0] == '/') {
                *ret = strndup(given, strcspn(given, ":"));
                return *ret ? 0 : -ENOMEM;
        }
        if (!state) {
                *ret = NULL;
                return 0;
        }
        r = module_folder_from_name(p->module.name, &folder);
        if (r < 0)
                return r;
        r = strdupf(&data, "%s/data/%s", state, folder);
        if (r < 0)
                return r;
        r = mkdir_parents(data, 0700);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(data);
        return 0;
}

static int base_environment(const char *data, char ***ret) {
        /* it is the bridge that beats, and speaks to the manager */
        static const char *const ours[] = { VARIABLE_STATE,   "NOTIFY_SOCKET", "WATCHDOG_USEC",
                                            "WATCHDOG_PID",   "LISTEN_FDS",    "LISTEN_PID",
                                            "LISTEN_FDNAMES", "LISTEN_PIDFDID" };
        _cleanup_(strv_freep) char **base = NULL;
        int r;

        r = strv_copy(environ, &base);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(ours); i++) {
                r = strv_env_set(&base, ours[i], NULL);
                if (r < 0)
                        return r;
        }
        if (data && !strv_env_get(base, "STATE_DIRECTORY")) {
                r = strv_env_set(&base, "STATE_DIRECTORY", data);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(base);
        return 0;
}

int plan_environment(Plan *p, Error *e) {
        _cleanup_(freep) char *pm2_home = NULL;
        _cleanup_(strv_freep) char **base = NULL;
        EnvironmentSource source = {
                .package = &p->package,
                .app = p->app,
                .global = settings_tree(p->global),
                .module = settings_tree(p->settings),
        };
        EnvironmentFacts facts = {
                .pm_id = p->module.pm_id,
                .instance = p->instance.number,
                .script = p->script,
                .cwd = p->cwd,
                .interpreter = p->interpreter,
                .channel_fd = CHANNEL_FD,
        };
        int r;

        assert(p);
        assert(p->app);
        assert(p->script);

        r = find_data(p, &p->data);
        if (r < 0)
                return error_set(e, r, "cannot create its data directory: %s", strerror(-r));
        pm2_home = path_join(p->data ? p->data : p->cwd, ".pm2");
        if (!pm2_home)
                return -ENOMEM;

        r = base_environment(p->data, &base);
        if (r < 0)
                return r;
        source.base = base;
        facts.pm2_home = pm2_home;
        facts.home = p->scope.kind == SCOPE_USER ? NULL : p->data;
        return environment_build(&source, &facts, e, &p->env, &p->document);
}
