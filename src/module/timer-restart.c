/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/timer-restart.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "model/package-units.h"
#include "module/lock.h"
#include "store/installed.h"
#include "store/package-file.h"

/* The app's units, by their state. */
typedef struct AppUnits {
        char **active, **failed;
} AppUnits;

static void app_units_done(AppUnits *a) {
        strv_free(a->active);
        strv_free(a->failed);
}

/* The names of all units of the app that has this name in its units' names. */
static int find_units(Modules *modules, const char *name, const char *app, Error *e,
                      bool *ret_autostart, char ***ret) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(module_done) Module m = {};
        AppInstance which;
        int r;

        r = store_load_installed(modules->store, name, e, &m);
        if (r < 0)
                return r;
        r = store_read_package(&m, e, &p);
        if (r < 0)
                return r;
        r = package_find_unit(&p, app, 0, &which);
        if (r == 0)
                return error_set(e, -ENOENT, "its package.json declares no such app");
        if (r < 0)
                return r;
        *ret_autostart = p.apps[which.app].autostart;
        return package_unit_names(&p, name, which.app, ret);
}

static int sort_units(Modules *modules, char *const *units, bool autostart, Error *e,
                      AppUnits *ret) {
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        int r;

        r = modules_query(modules, UNIT_NAMES, e, &loaded);
        if (r < 0)
                return r;
        STRV_FOREACH(unit, units) {
                const UnitState *state = loaded_units_find(&loaded, *unit);
                char ***list = !state                           ? autostart ? NULL : &ret->failed
                               : streq(state->active, "active") ? &ret->active
                               : streq(state->active, "failed") ? &ret->failed
                                                                : NULL;

                if (list && strv_extend(list, *unit) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int module_timer_restart(Modules *modules, const char *unit, Error *e, Restarted *ret) {
        _cleanup_(freep) char *name = NULL, *app = NULL;
        _cleanup_(app_units_done) AppUnits sorted = {};
        _cleanup_(strv_freep) char **units = NULL;
        _cleanup_(closep) int lock_fd = -EBADF;
        bool autostart = true;
        int r;

        r = module_from_unit_name(unit, &name, &app, NULL);
        if (r < 0)
                return r;
        r = modules_open_store(modules, /* create= */ false, e);
        if (r < 0)
                return r;
        r = modules_lock_shared(modules, (char *const[]) { name, NULL }, e, &lock_fd);
        if (r < 0)
                return r;
        r = find_units(modules, name, app, e, &autostart, &units);
        if (r < 0)
                return r;
        r = modules_open_bus(modules, e);
        if (r < 0)
                return r;
        r = sort_units(modules, units, autostart, e, &sorted);
        if (r < 0)
                return r;
        r = units_restart_running(modules, sorted.active, /* only_running= */ true, e, ret);
        return r < 0 ? r
                     : units_restart_failed(modules, sorted.failed, /* settle_usec= */ 0, e, ret);
}
