/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/watch-timer-units.h"

#include "basic/clock.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/exit-status.h"
#include "model/name.h"
#include "model/package-units.h"
#include "model/unit-spec-module.h"
#include "model/unit-spec.h"
#include "unit/operation.h"

#define WATCH_PREFIX "pm2-watch@"
#define CRON_PREFIX  "pm2-cron@"
#define PATTERN      "pm2-[wc]*@*"

int watch_timer_query(Modules *modules, Error *e, LoadedUnits *ret) {
        return units_query(modules->bus, PATTERN, UNIT_NAMES, e, &ret->states, &ret->n);
}

/* -- their units ------------------------------------------------------------------------------- */

/* Root's are closed but for what pm2ctl does: it locks modules, and reads linked folders. */
static int spec_confine(const Scope *scope, UnitSpec *s) {
        if (scope->kind == SCOPE_USER) {
                s->sandbox = SANDBOX_PM2CTL_USER;
                return 0;
        }
        s->sandbox = SANDBOX_PM2CTL_SYSTEM;
        s->protect_home = "read-only";
        s->private_network = true;
        /* a name that is too long for a private /tmp has one that is read-only, as all else */
        s->private_tmp = strlen(s->unit) <= unit_name_max(SCOPE_SYSTEM);
        return strv_extend(&s->read_write_paths, scope->state);
}

/* A program of ours that does `verb` to a module or unit. */
static int spec_fill(const Scope *scope, const char *name, const char *what, const char *verb,
                     const char *word, UnitSpec *s) {
        int r;

        if (strdupf(&s->description, "PM2 module %s, %s", name, what) < 0)
                return -ENOMEM;
        r = spec_confine(scope, s);
        if (r < 0)
                return r;
        if (strv_extend(&s->argv, BINDIR "/pm2ctl") < 0 ||
            strv_extendf(&s->argv, "--%s", scope_kind_to_string(scope->kind)) < 0 ||
            strv_extend(&s->argv, verb) < 0 || strv_extend(&s->argv, word) < 0)
                return -ENOMEM;
        return 0;
}

static int watch_unit_name(const char *module, char **ret) {
        _cleanup_(freep) char *id = NULL;
        int r;

        r = module_id_from_name(module, &id);
        if (r < 0)
                return r;
        return strdupf(ret, WATCH_PREFIX "%s.service", id);
}

static int watch_unit_start(Modules *modules, const char *name, const char *unit, Error *e) {
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        int r;

        s.type = "notify";
        s.restart = "on-failure";
        s.restart_usec = USEC_PER_SEC;
        r = unit_spec_prevent_restart(&s, EXIT_STATUS_FOLDER);
        if (r < 0)
                return r;
        if (free_and_strdup(&s.unit, unit) < 0)
                return -ENOMEM;
        r = spec_fill(&modules->scope, name, "directory watch", "watch", name, &s);
        return r < 0 ? r : unit_start(modules->bus, &s, e);
}

/* Named as the app's first unit is. */
static int cron_unit_name(const char *first, const char *suffix, char **ret) {
        const char *stem = startswith(first, UNIT_PREFIX);
        int length = (int) (strlen(stem) - strlen(".service"));

        return strdupf(ret, CRON_PREFIX "%.*s%s", length, stem, suffix);
}

static int cron_unit_start(Modules *modules, const char *name, const App *app, const char *first,
                           const char *timer, const char *service, Error *e) {
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        int r;

        s.type = "oneshot";
        s.start_limit_interval_usec = 0; /* none: it may be every second */
        if (free_and_strdup(&s.unit, service) < 0 || free_and_strdup(&s.timer, timer) < 0 ||
            strv_copy(app->cron, &s.calendar) < 0)
                return -ENOMEM;
        r = spec_fill(&modules->scope, name, "scheduled restart", "cron", first, &s);
        if (r < 0)
                return r;
        r = unit_stop(modules->bus, timer, e);
        return r < 0 ? r : unit_start(modules->bus, &s, e);
}

/* -- starting ---------------------------------------------------------------------------------- */

static bool unit_is_active(const WatchTimerStart *start, const char *unit) {
        const UnitState *state = loaded_units_find(start->loaded, unit);

        return state && streq(state->active, "active");
}

static bool watch_is_declared(const WatchTimerStart *start) {
        for (size_t i = 0; i < start->package->n_apps; i++)
                if (app_is_watched(start->package->apps + i, start->module->link))
                        return true;
        return false;
}

static int watch_note_failure(Modules *modules, const WatchTimerStart *start, const char *unit,
                              uint64_t since_usec, int r, const Error *e) {
        return module_note_failure(modules,
                                   (ModuleNote) { .kind = MODULE_NOTE_WATCH_FAILED,
                                                  .module = start->module->name,
                                                  .unit = unit,
                                                  .since_usec = since_usec },
                                   r, e);
}

/* Adds the watch to those that are declared, and starts it. A watch does not start itself, nor end
 * itself while it restarts the module. */
static int watch_start(Modules *modules, const WatchTimerStart *start, char ***declared) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        const char *name = start->module->name;
        _cleanup_(freep) char *unit = NULL;
        uint64_t begin = now_usec();
        int r;

        if (!start->from_watch && !watch_is_declared(start))
                return 0;
        if (watch_unit_name(name, &unit) < 0 || strv_extend(declared, unit) < 0)
                return watch_note_failure(modules, start, NULL, 0, -ENOMEM, /* e= */ NULL);
        if (start->from_watch || unit_is_active(start, unit))
                return 0;
        r = watch_unit_start(modules, name, unit, &e);
        if (r < 0)
                return watch_note_failure(modules, start, unit, begin, r, &e);
        if (loaded_units_find(start->loaded, unit))
                module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_WATCH_RESTARTED,
                                                     .module = name,
                                                     .unit = unit });
        return 0;
}

/* Adds an app's timer to those that are declared, and starts it. */
static int cron_start(Modules *modules, const WatchTimerStart *start, size_t app, Error *e,
                      char ***declared) {
        _cleanup_(freep) char *first = NULL, *timer = NULL, *service = NULL;
        const char *name = start->module->name;
        int r;

        r = package_unit_name(start->package, name, (AppInstance) { app, 0 }, &first);
        if (r < 0)
                return r;
        if (cron_unit_name(first, ".timer", &timer) < 0 ||
            cron_unit_name(first, ".service", &service) < 0 || strv_extend(declared, timer) < 0 ||
            strv_extend(declared, service) < 0)
                return -ENOMEM;
        if (start->keep_timers && unit_is_active(start, timer))
                return 0;
        return cron_unit_start(modules, name, start->package->apps + app, first, timer, service, e);
}

static void cron_start_all(Modules *modules, const WatchTimerStart *start, char ***declared) {
        for (size_t i = 0; i < start->package->n_apps; i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                int r;

                if (!start->package->apps[i].cron)
                        continue;
                r = cron_start(modules, start, i, &e, declared);
                if (r < 0)
                        (void) module_note_failure(modules,
                                                   (ModuleNote) { .kind = MODULE_NOTE_TIMER_FAILED,
                                                                  .module = start->module->name },
                                                   r, &e);
        }
}

/* -- stopping ---------------------------------------------------------------------------------- */

/* Whether the unit, a watch or timer of some module, is one of the module with this id. */
static bool unit_is_of(const char *unit, const char *id) {
        static const char *const prefixes[] = { WATCH_PREFIX, CRON_PREFIX };

        for (size_t i = 0; i < ELEMENTSOF(prefixes); i++) {
                const char *rest = startswith(unit, prefixes[i]);

                rest = rest ? startswith(rest, id) : NULL;
                if (rest && (rest[0] == '@' || streq(rest, ".service") || streq(rest, ".timer")))
                        return true;
        }
        return false;
}

/* Adds the module's among the loaded ones, without those of a second list. */
static int add_loaded(const char *name, const LoadedUnits *loaded, char *const *without,
                      char ***units) {
        _cleanup_(freep) char *id = NULL;
        int r;

        r = module_id_from_name(name, &id);
        if (r < 0)
                return r;
        for (size_t i = 0; i < loaded->n; i++) {
                const char *unit = loaded->states[i].unit;

                if (!unit_is_of(unit, id) || strv_contains(without, unit))
                        continue;
                r = strv_extend(units, unit);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int stop_undeclared(Modules *modules, const WatchTimerStart *start, char *const *declared,
                           Error *e) {
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        r = add_loaded(start->module->name, start->loaded, declared, &units);
        return r < 0 ? r : modules_stop_units(modules, units, e);
}

void watch_timer_start(Modules *modules, const WatchTimerStart *start) {
        _cleanup_(strv_freep) char **declared = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        (void) watch_start(modules, start, &declared);
        cron_start_all(modules, start, &declared);
        r = stop_undeclared(modules, start, declared, &e);
        if (r < 0)
                (void) module_note_failure(modules,
                                           (ModuleNote) { .kind = MODULE_NOTE_STOP_FAILED,
                                                          .module = start->module->name },
                                           r, &e);
}

int watch_timer_stop(Modules *modules, char *const *names, Error *e) {
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        r = watch_timer_query(modules, e, &loaded);
        if (r < 0)
                return r;
        STRV_FOREACH(name, names) {
                r = add_loaded(*name, &loaded, /* without= */ NULL, &units);
                if (r < 0)
                        return r;
        }
        return modules_stop_units(modules, units, e);
}
