/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/services.h"

#include <sys/stat.h>
#include <unistd.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "unit/bus.h"
#include "unit/job.h"

static const char *const services[] = { SERVICE_RELAY, SERVICE_MODULES };

/* -- as it lies on disk --------------------------------------------------------------- */

/* Where what is enabled has a symlink: the targets are those of the units' [Install]. */
static int service_folder(const Scope *s, char **ret) {
        int base = (int) (path_basename(s->config) - s->config);

        return strdupf(ret, "%.*ssystemd/%s.wants", base, s->config,
                       s->kind == SCOPE_SYSTEM ? "system/multi-user.target"
                                               : "user/default.target");
}

static bool service_has_link(const Scope *s, const char *unit) {
        _cleanup_(freep) char *folder = NULL, *path = NULL;
        struct stat st;

        if (service_folder(s, &folder) < 0)
                return false;
        path = path_join(folder, unit);
        return path && lstat(path, &st) >= 0;
}

/* Which leaves the symlink of what was enabled before. */
static bool service_is_masked(const Scope *s, const char *unit) {
        int base = (int) (path_basename(s->config) - s->config);
        _cleanup_(freep) char *path = NULL;
        char target[sizeof("/dev/null")] = "";

        if (strdupf(&path, "%.*ssystemd/%s/%s", base, s->config, scope_kind_to_string(s->kind),
                    unit) < 0)
                return false;
        return readlink(path, target, sizeof(target) - 1) >= 0 && streq(target, "/dev/null");
}

/* What `systemctl enable` does, for a user's manager that is not there yet: 1 if it was missing. */
static int service_make_link(const Scope *s, const char *unit, Error *e) {
        _cleanup_(freep) char *folder = NULL, *path = NULL, *target = NULL;
        int r;

        r = service_folder(s, &folder);
        if (r < 0)
                return r;
        path = path_join(folder, unit);
        target = path_join(USER_UNIT_DIR, unit);
        if (!path || !target)
                return -ENOMEM;
        r = mkdir_parents(folder, 0755);
        if (r < 0)
                return error_set(e, r, "cannot make %s: %s", folder, strerror(-r));
        if (symlink(target, path) >= 0)
                return 1;
        return errno == EEXIST ? 0
                               : error_set(e, -errno, "cannot make %s: %s", path, strerror(errno));
}

/* -- as the manager has it ------------------------------------------------------------ */

static int service_get_state(sd_bus *bus, const char *unit, Error *e, char **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *state;
        int r;

        r = manager_call(bus, "GetUnitFileState", e, &reply, "s", unit);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "s", &state);
        return r < 0 ? r : free_and_strdup(ret, state);
}

static int service_enable_file(sd_bus *bus, const char *unit, Error *e) {
        int r;

        r = manager_call(bus, "EnableUnitFiles", e, NULL, "asbb", 1, unit, /* runtime= */ 0,
                         /* force= */ 0);
        return r < 0 ? r : manager_call(bus, "Reload", e, NULL, "");
}

/* Waits, so that nothing the first module says is missed. */
static int service_start(sd_bus *bus, const char *unit, Error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(job_waiter_freep) JobWaiter *w = NULL;
        int r;

        r = job_waiter_new(bus, e, &w);
        if (r < 0)
                return r;
        r = manager_call(bus, "StartUnit", e, &reply, "ss", unit, "replace");
        if (r < 0)
                return r;
        r = job_waiter_add(w, reply, 0);
        if (r < 0)
                return r;
        r = job_waiter_wait(w, USEC_INFINITY, e);
        return r < 0 ? r : job_result_to_error(job_waiter_result(w, 0), e);
}

/* 1: it was not enabled. The service for boot is not started: it would start the modules. */
static int service_enable(Modules *modules, const char *unit, Error *e) {
        _cleanup_(freep) char *state = NULL;
        bool missing;
        int r;

        if (!modules->bus)
                return service_make_link(&modules->scope, unit, e);
        r = service_get_state(modules->bus, unit, e, &state);
        if (r < 0 || startswith(state, "masked"))
                return r;
        missing = !startswith(state, "enabled");
        if (missing) {
                r = service_enable_file(modules->bus, unit, e);
                if (r < 0)
                        return r;
        }
        if (streq(unit, SERVICE_RELAY)) {
                r = service_start(modules->bus, unit, e);
                if (r < 0)
                        return r;
        }
        return missing;
}

/* -- both ----------------------------------------------------------------------------- */

static int service_note_failure(const Modules *modules, const char *unit, int r, const Error *why,
                                Error *e) {
        (void) module_note_failure(
                modules, (ModuleNote) { .kind = MODULE_NOTE_SERVICE_FAILED, .unit = unit }, r, why);
        return error_copy(e, r, why);
}

int services_enable(Modules *modules, Error *e) {
        int result = 0;

        for (size_t i = 0; i < ELEMENTSOF(services); i++) {
                _cleanup_(error_clear) Error why = ERROR_NULL;
                int r = service_enable(modules, services[i], &why);

                if (r < 0)
                        result = service_note_failure(modules, services[i], r, &why, e);
                if (r <= 0)
                        continue;
                module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_SERVICE_ENABLED,
                                                     .unit = services[i] });
                result = result < 0 ? result : 1;
        }
        modules->at_boot = 0;
        return result;
}

int services_ensure(Modules *modules, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        if (service_has_link(&modules->scope, SERVICE_RELAY) &&
            service_has_link(&modules->scope, SERVICE_MODULES))
                return 0;
        r = modules_open_bus_or_none(modules, &why);
        if (r < 0)
                return service_note_failure(modules, SERVICE_MODULES, r, &why, e);
        return services_enable(modules, e);
}

bool services_relay_runs(const Modules *modules) {
        _cleanup_(freep) char *path = NULL, *active = NULL;

        if (!modules->bus ||
            sd_bus_path_encode("/org/freedesktop/systemd1/unit", SERVICE_RELAY, &path) < 0 ||
            sd_bus_get_property_string(modules->bus, SYSTEMD_NAME, path, UNIT, "ActiveState", NULL,
                                       &active) < 0)
                return true;
        return !streq(active, "inactive") && !streq(active, "failed");
}

static bool find_at_boot(Modules *modules) {
        _cleanup_(freep) char *state = NULL;
        const Scope *s = &modules->scope;

        if (service_has_link(s, SERVICE_MODULES) && !service_is_masked(s, SERVICE_MODULES))
                return true;
        return modules->bus &&
               service_get_state(modules->bus, SERVICE_MODULES, /* e= */ NULL, &state) >= 0 &&
               streq(state, "enabled");
}

bool services_at_boot(Modules *modules) {
        if (modules->at_boot == 0)
                modules->at_boot = find_at_boot(modules) ? 1 : -1;
        return modules->at_boot > 0;
}
