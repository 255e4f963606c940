/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/start.h"

#include "basic/strv.h"
#include "model/name.h"
#include "model/package-units.h"
#include "module/cleanup.h"
#include "module/lock.h"
#include "module/start-batch.h"
#include "module/watch-timer-units.h"

static int open_bus_and_store(Modules *modules, Error *e) {
        int r;

        r = modules_open_bus(modules, e);
        return r < 0 ? r : modules_open_store(modules, /* create= */ false, e);
}

/* -- whole modules ----------------------------------------------------------------------------- */

/* Modules that are started together. */
typedef struct Start {
        StartMode mode;
        bool every;                      /* those that are not to start by themselves too */
        LoadedUnits units, watch_timers; /* before anything is started */
        StartBatch batch;
        char **gone; /* units to be stopped, since no package declares them any more */
} Start;

static void start_done(Start *s) {
        loaded_units_done(&s->units);
        loaded_units_done(&s->watch_timers);
        start_batch_done(&s->batch);
        strv_free(s->gone);
}

static int start_open(Modules *modules, Error *e, Start *s) {
        int r;

        r = open_bus_and_store(modules, e);
        if (r < 0)
                return r;
        r = modules_query(modules, s->mode == START_STOPPED ? UNIT_USUAL : UNIT_NAMES, e,
                          &s->units);
        if (r < 0)
                return r;
        r = watch_timer_query(modules, e, &s->watch_timers);
        if (r < 0)
                return r;
        return start_batch_open(modules, &s->batch);
}

/* Whether a unit runs, and not only between two crashes. */
static bool is_up(const UnitState *s, uint64_t settle_usec) {
        return unit_state_runs(s) && (s->n_restarts == 0 || s->uptime_usec >= settle_usec);
}

/* Adds those of a module's units that are to be started, and those that are to go. */
static int start_add_units(const Modules *modules, const StartSource *source, size_t owner,
                           Error *e, Start *s) {
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        r = module_units(source->module.name, &source->package, &s->units, &units);
        if (r < 0)
                return r;
        STRV_FOREACH(unit, units) {
                const UnitState *state = loaded_units_find(&s->units, *unit);

                if (!s->every && !unit_state_stays(state) &&
                    !package_autostarts(&source->package, *unit)) {
                        module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_NOT_AUTOSTARTED,
                                                             .module = source->module.name,
                                                             .unit = *unit });
                        continue;
                }
                if (s->mode == START_STOPPED && is_up(state, modules->settle_usec))
                        continue;
                r = start_batch_add(modules, source, *unit, owner, e, &s->batch);
                if (r < 0)
                        return r;
                if (r == 0 && strv_extend(&s->gone, *unit) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* Adds a module, and starts what restarts it: 1, or 0 if there is nothing to start. */
static int start_add_module(Modules *modules, const char *name, size_t owner, Error *e, Start *s) {
        _cleanup_(start_source_done) StartSource source = {};
        size_t begin = s->batch.n;
        int r;

        r = start_source_load(modules, name, e, &source);
        if (r < 0)
                return r;
        r = start_add_units(modules, &source, owner, e, s);
        if (r < 0)
                return r;
        watch_timer_start(modules, &(WatchTimerStart) {
                                           .module = &source.module,
                                           .package = &source.package,
                                           .loaded = &s->watch_timers,
                                           .from_watch = s->mode == START_CHANGED,
                                           .keep_timers = s->mode == START_STOPPED,
                                   });
        return s->batch.n > begin;
}

static int start_all(Modules *modules, char *const *names, StartMode mode, Error *e,
                     UnitOutcome *outcomes) {
        _cleanup_(start_done) Start s = { .mode = mode };
        int r;

        s.every = mode & START_EVERY;
        s.mode = mode = mode & ~START_EVERY;
        r = start_open(modules, e, &s);
        if (r < 0)
                return r;
        for (size_t i = 0; names[i]; i++)
                outcomes[i].r = start_add_module(modules, names[i], i, &outcomes[i].error, &s);
        r = modules_stop_units(modules, s.gone, e);
        if (r < 0)
                return r;
        return start_batch_run(modules, &s.batch, mode == START_CHANGED ? 0 : modules->settle_usec,
                               e, outcomes);
}

int modules_start(Modules *modules, char *const *names, StartMode mode, Error *e,
                  UnitOutcome **ret) {
        size_t n = strv_length(names);
        UnitOutcome *outcomes = calloc(n + 1, sizeof(UnitOutcome));
        int r;

        if (!outcomes)
                return -ENOMEM;
        r = start_all(modules, names, mode, e, outcomes);
        if (r < 0) {
                unit_outcomes_free(outcomes, n);
                return r;
        }
        *ret = outcomes;
        return 0;
}

int modules_lock_and_start(Modules *modules, char *const *names, StartMode mode, Error *e,
                           UnitOutcome **ret) {
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        r = modules_open_store(modules, /* create= */ false, e);
        if (r < 0)
                return r;
        modules_try_clean_up(modules);
        r = modules_lock_shared(modules, names, e, &lock_fd);
        return r < 0 ? r : modules_start(modules, names, mode, e, ret);
}

int module_start(Modules *modules, const char *name, StartMode mode, Error *e) {
        UnitOutcome *outcome;
        int r;

        r = modules_start(modules, (char *[]) { (char *) name, NULL }, mode, e, &outcome);
        return r < 0 ? r : unit_outcome_take_only(outcome, e);
}

/* -- single units ------------------------------------------------------------------------------ */

/* Adds a unit of whichever module: 1. */
static int renew_add(Modules *modules, const char *unit, size_t owner, Error *e, StartBatch *b) {
        _cleanup_(start_source_done) StartSource source = {};
        _cleanup_(freep) char *name = NULL;
        int r;

        r = module_from_unit_name(unit, &name, NULL, NULL);
        if (r < 0)
                return r;
        r = start_source_load(modules, name, e, &source);
        if (r < 0)
                return r;
        r = start_batch_add(modules, &source, unit, owner, e, b);
        return r == 0 ? error_set(e, -ENOENT, "its package.json does not ask for it") : r;
}

static int renew_all(Modules *modules, char *const *units, uint64_t settle_usec, Error *e,
                     UnitOutcome *outcomes) {
        _cleanup_(start_batch_done) StartBatch b = {};
        int r;

        r = open_bus_and_store(modules, e);
        if (r < 0)
                return r;
        r = start_batch_open(modules, &b);
        if (r < 0)
                return r;
        for (size_t i = 0; units[i]; i++)
                outcomes[i].r = renew_add(modules, units[i], i, &outcomes[i].error, &b);
        return start_batch_run(modules, &b, settle_usec, e, outcomes);
}

int module_units_renew(Modules *modules, char *const *units, uint64_t settle_usec, Error *e,
                       UnitOutcome **ret) {
        size_t n = strv_length(units);
        UnitOutcome *outcomes = calloc(n + 1, sizeof(UnitOutcome));
        int r;

        if (!outcomes)
                return -ENOMEM;
        r = renew_all(modules, units, settle_usec, e, outcomes);
        if (r < 0) {
                unit_outcomes_free(outcomes, n);
                return r;
        }
        *ret = outcomes;
        return 0;
}
