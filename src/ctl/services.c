/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/services.h"

#include <sys/stat.h>
#include <unistd.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "unit/bus.h"
#include "unit/job.h"

#define RELAY   "pm2-axm-relay.service"
#define MODULES "pm2-modules.service"

static const char *const services[] = { RELAY, MODULES };

/* -- as it lies on disk --------------------------------------------------------------- */

/* Where what is enabled has a symlink: the targets are those of the units' [Install]. */
static int wants_folder(const Scope *s, char **ret) {
        int base = (int) (path_basename(s->config) - s->config);
        int n;

        n = asprintf(ret, "%.*ssystemd/%s.wants", base, s->config,
                     s->kind == SCOPE_SYSTEM ? "system/multi-user.target" : "user/default.target");
        return n < 0 ? -ENOMEM : 0;
}

static bool has_link(const Scope *s, const char *unit) {
        _cleanup_(freep) char *folder = NULL, *path = NULL;
        struct stat st;

        if (wants_folder(s, &folder) < 0)
                return false;
        path = path_join(folder, unit);
        return path && lstat(path, &st) >= 0;
}

/* Which leaves the symlink of what was enabled before. */
static bool is_masked(const Scope *s, const char *unit) {
        int base = (int) (path_basename(s->config) - s->config);
        _cleanup_(freep) char *path = NULL;
        char target[sizeof("/dev/null")] = "";

        if (asprintf(&path, "%.*ssystemd/%s/%s", base, s->config, scope_kind_to_string(s->kind),
                     unit) < 0) {
                path = NULL;
                return false;
        }
        return readlink(path, target, sizeof(target) - 1) >= 0 && streq(target, "/dev/null");
}

/* What `systemctl enable` does, for a user's manager that is not there yet: 1 if it was missing. */
static int make_link(const Scope *s, const char *unit, Error *e) {
        _cleanup_(freep) char *folder = NULL, *path = NULL, *target = NULL;
        int r;

        r = wants_folder(s, &folder);
        if (r < 0)
                return r;
        path = path_join(folder, unit);
        target = path_join(USER_UNIT_DIR, unit);
        if (!path || !target)
                return -ENOMEM;
        r = mkdir_parents(folder, 0755);
        if (r >= 0)
                r = symlink(target, path) < 0 ? -errno : 1;
        if (r == -EEXIST)
                return 0;
        return r < 0 ? error_set(e, r, "cannot make %s: %s", path, strerror(-r)) : r;
}

/* -- as the manager has it ------------------------------------------------------------ */

static int get_state(Context *c, const char *unit, Error *e, char **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *state;
        int r;

        r = manager_call(c->modules.bus, "GetUnitFileState", e, &reply, "s", unit);
        if (r >= 0)
                r = sd_bus_message_read(reply, "s", &state);
        return r < 0 ? r : free_and_strdup(ret, state);
}

static int enable(Context *c, const char *unit, Error *e) {
        int r;

        r = manager_call(c->modules.bus, "EnableUnitFiles", e, NULL, "asbb", 1, unit,
                         /* runtime= */ 0,
                         /* force= */ 0);
        if (r >= 0)
                r = manager_call(c->modules.bus, "Reload", e, NULL, "");
        return r;
}

/* Starts the relay and waits, so that nothing the first module says is missed. The service for boot
 * is not started: it would start the modules. */
static int start(Context *c, const char *unit, Error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(job_waiter_freep) JobWaiter *w = NULL;
        int r;

        r = job_waiter_new(c->modules.bus, e, &w);
        if (r >= 0)
                r = manager_call(c->modules.bus, "StartUnit", e, &reply, "ss", unit, "replace");
        if (r >= 0)
                r = job_waiter_add(w, reply, 0);
        if (r >= 0)
                r = job_waiter_wait(w, USEC_INFINITY, e);
        if (r >= 0)
                r = job_result_to_error(job_waiter_result(w, 0), e);
        return r;
}

/* 1: it was not enabled. One that is masked shall not be. */
static int enable_and_start(Context *c, const char *unit, Error *e) {
        _cleanup_(freep) char *state = NULL;
        int r, missing;

        if (!c->modules.bus)
                return make_link(&c->modules.scope, unit, e);
        r = get_state(c, unit, e, &state);
        if (r < 0 || startswith(state, "masked"))
                return r;
        missing = !startswith(state, "enabled");
        if (missing)
                r = enable(c, unit, e);
        if (r >= 0 && streq(unit, RELAY))
                r = start(c, unit, e);
        return r < 0 ? r : missing;
}

/* -- for the verbs -------------------------------------------------------------------- */

int services_enable(Context *c) {
        int result = 0;

        for (size_t i = 0; i < ELEMENTSOF(services); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                int r = enable_and_start(c, services[i], &e);

                if (r < 0)
                        result = log_warning_cause(
                                r, &e, "Cannot enable %s; modules run, but %s", services[i],
                                streq(services[i], RELAY) ? "what they report is not recorded"
                                                          : "will not be started at boot");
                if (r > 0)
                        log_notice("Enabled %s.", services[i]);
        }
        c->modules.at_boot = 0;
        return result;
}

int services_ensure(Context *c) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        if (has_link(&c->modules.scope, RELAY) && has_link(&c->modules.scope, MODULES))
                return 0;
        r = modules_open_bus_or_none(&c->modules, &e);
        return r < 0 ? log_warning_cause(r, &e, "Cannot enable %s", MODULES) : services_enable(c);
}

bool services_at_boot(Context *c) {
        _cleanup_(freep) char *state = NULL;

        if (c->modules.at_boot == 0)
                c->modules.at_boot = (has_link(&c->modules.scope, MODULES) &&
                                      !is_masked(&c->modules.scope, MODULES)) ||
                                                     (c->modules.bus &&
                                                      get_state(c, MODULES, NULL, &state) >= 0 &&
                                                      streq(state, "enabled"))
                                             ? 1
                                             : -1;
        return c->modules.at_boot > 0;
}
