/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/user.h"
#include "ctl/companion.h"
#include "ctl/name-servers.h"
#include "ctl/runtime-space.h"
#include "model/name.h"
#include "model/unit-spec.h"
#include "store/linked.h"
#include "store/settings.h"
#include "unit/query.h"
#include "unit/stable.h"

/* What is known of one module while its units are made. */
typedef struct Making {
        Module module;
        Package package;
        char *user; /* as which its units run, or NULL */
} Making;

static void making_done(Making *m) {
        free(m->user);
        package_done(&m->package);
        module_done(&m->module);
}

int module_check_settings(const Context *c, const char *name, Error *e) {
        const char *const files[] = { NULL, name };

        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_(settings_freep) Settings *s = NULL;
                int r;

                r = settings_load(&c->modules.scope, files[i], e, &s);
                /* one that just the caller may not read is none of ours */
                if (r == -EACCES || r == -EPERM)
                        error_clear(e);
                else if (r < 0)
                        return r;
        }
        return 0;
}

/* A linked folder's user by number: another account that got the name since is not meant. */
static int find_user(const Module *m, char **ret) {
        if (!m->link || !m->linked.recorded || m->linked.user == UID_NONE)
                return free_and_strdup(ret, m->user) < 0 ? -ENOMEM : 0;
        if (asprintf(ret, "%u", (unsigned) m->linked.user) < 0) {
                *ret = NULL;
                return -ENOMEM;
        }
        return 0;
}

/* What pm2ctl 0.1 linked is recorded at its first start. */
static int record_linked(Context *c, Module *m, Error *e) {
        int r;

        r = linked_record(c->modules.store, m, e);
        if (r > 0)
                log_info("%s: recorded %s as the folder that is linked.", m->name, m->link);
        return MIN2(r, 0);
}

static int making_fill(Context *c, const char *name, Error *e, Making *m) {
        int r;

        r = store_load(c->modules.store, name, e, &m->module);
        if (r == 0)
                r = error_set(e, -ENOENT, "it is not installed");
        if (r < 0)
                return r;
        r = record_linked(c, &m->module, e);
        if (r < 0)
                return r;
        r = store_read_package(&m->module, e, &m->package);
        if (r < 0)
                return r;
        r = find_user(&m->module, &m->user);
        return r < 0 ? r : module_check_settings(c, name, e);
}

static int making_load(Context *c, const char *name, Error *e, Making *ret) {
        Making m = {};
        int r;

        r = making_fill(c, name, e, &m);
        if (r < 0) {
                making_done(&m);
                return r;
        }
        *ret = m;
        return 0;
}

/* Units to start. Each has an owner, whose outcome its own is part of. */
typedef struct Batch {
        UnitSpec *specs;
        size_t *owner;
        size_t n;
        char **gone; /* units to be stopped, since nobody asks for them any more */
        NameServers servers;
} Batch;

static void batch_done(Batch *b) {
        for (size_t i = 0; i < b->n; i++)
                unit_spec_done(b->specs + i);
        free(b->specs);
        free(b->owner);
        strv_free(b->gone);
        name_servers_done(&b->servers);
}

static int batch_add(Context *c, const Making *m, UnitPlace place, size_t owner, Error *e,
                     Batch *b) {
        UnitSpec *specs = realloc(b->specs, (b->n + 1) * sizeof(UnitSpec));
        size_t *owners = specs ? realloc(b->owner, (b->n + 1) * sizeof(size_t)) : NULL;
        int r;

        b->specs = specs ? specs : b->specs;
        b->owner = owners ? owners : b->owner;
        if (!owners)
                return -ENOMEM;

        r = unit_spec_module(
                &(ModuleUnit){
                        .scope = c->modules.scope.kind,
                        .name = m->module.name,
                        .folder = m->module.home,
                        .package = &m->package,
                        .place = place,
                        .config = c->modules.scope.config,
                        .state = c->modules.scope.state,
                        .user = m->user,
                        .group = m->module.group,
                        .link = m->module.link,
                        .name_servers = b->servers.allowed,
                },
                e, b->specs + b->n);
        if (r >= 0)
                b->owner[b->n++] = owner;
        return r;
}

/* Adds a unit by its name: 1, or 0 if the package does not ask for it. */
static int batch_add_unit(Context *c, const Making *m, const char *unit, size_t owner, Error *e,
                          Batch *b) {
        _cleanup_(freep) char *name = NULL, *app = NULL;
        unsigned instance;
        UnitPlace place;
        int r;

        r = module_from_unit_name(unit, &name, &app, &instance);
        if (r >= 0)
                r = package_find_unit(&m->package, app, instance, &place);
        if (r <= 0)
                return r;
        if (place.instance >= app_count_instances(m->package.apps + place.app))
                return 0;
        r = batch_add(c, m, place, owner, e, b);
        return r < 0 ? r : 1;
}

/* The first failure among a module's units is the module's outcome. */
static void take_outcome(const Batch *b, size_t i, UnitOutcome *started, UnitOutcome *outcome) {
        size_t n = 0;

        if (started->r >= 0 || outcome->r < 0)
                return;
        for (size_t k = 0; k < b->n; k++)
                n += b->owner[k] == b->owner[i];
        *outcome = *started;
        started->error = ERROR_NULL;
        outcome->unit = strdup(b->specs[i].unit); /* without it there is just less to show */
        if (n > 1)
                (void) error_prefix(&outcome->error, outcome->r, "%s", b->specs[i].unit);
}

static int check_names(Context *c, const Batch *b, const UnitOutcome *started) {
        _cleanup_(freep) const char **units = calloc(b->n + 1, sizeof(char *));
        size_t n = 0;

        if (!units)
                return -ENOMEM;
        for (size_t i = 0; i < b->n; i++)
                if (started[i].r >= 0)
                        units[n++] = b->specs[i].unit;
        name_servers_check(c, &b->servers, units, n);
        return 0;
}

/* Starts the batch and waits for each to settle. All settle side by side: the first wait is one for
 * all. */
static int batch_run(Context *c, const Batch *b, uint64_t settle_usec, Error *e,
                     UnitOutcome *outcomes) {
        UnitOutcome *started = NULL;
        int r;

        r = units_start(c->modules.bus, b->specs, b->n, e, &started);
        for (size_t i = 0; r >= 0 && i < b->n; i++) {
                UnitOutcome *s = started + i;

                /* somebody else, say the clock, may have started it meanwhile */
                if (s->r == -ECANCELED) {
                        error_clear(&s->error);
                        s->r = 0;
                }
                if (s->r >= 0 && settle_usec > 0)
                        s->r = unit_wait_stable(c->modules.bus, b->specs[i].unit, settle_usec,
                                                &s->error);
                take_outcome(b, i, s, outcomes + b->owner[i]);
        }
        if (r < 0)
                return r;
        runtime_space_check(c);
        r = check_names(c, b, started);
        unit_outcomes_free(started, b->n);
        return r;
}

/* -- whole modules ----------------------------------------------------------------------------- */

/* What is there before modules are started. */
typedef struct Loaded {
        UnitState *units, *companions;
        size_t n_units, n_companions;
} Loaded;

static void loaded_done(Loaded *l) {
        unit_states_free(l->units, l->n_units);
        unit_states_free(l->companions, l->n_companions);
}

/* Adds a module's units, and those that are to go, and has what it asks for stand by it;
 * MODULE_RUNS_ALREADY if there is nothing to start. */
static int add_module(Context *c, const char *name, StartMode mode, const Loaded *l, size_t owner,
                      Error *e, Batch *b) {
        _cleanup_(strv_freep) char **units = NULL;
        size_t begin = b->n;
        Making m;
        int r;

        r = making_load(c, name, e, &m);
        if (r < 0)
                return r;
        r = module_units(name, &m.package, l->units, l->n_units, &units);
        STRV_FOREACH(unit, units) {
                if (r < 0)
                        break;
                if (mode == START_STOPPED &&
                    unit_state_runs(unit_states_find(l->units, l->n_units, *unit)))
                        continue;
                r = batch_add_unit(c, &m, *unit, owner, e, b);
                if (r == 0)
                        r = strv_extend(&b->gone, *unit);
        }
        if (r >= 0)
                companions_start(c, &m.module, &m.package, mode, l->companions, l->n_companions);
        making_done(&m);
        return r < 0 ? r : b->n == begin ? MODULE_RUNS_ALREADY : 0;
}

static int stop_gone(Context *c, const Batch *b, Error *e) {
        UnitOutcome *outcomes;
        int r;

        if (!b->gone)
                return 0;
        r = units_stop(c->modules.bus, b->gone, e, &outcomes);
        if (r >= 0)
                unit_outcomes_free(outcomes, strv_length(b->gone));
        return r;
}

static int start_all(Context *c, char *const *names, StartMode mode, Error *e,
                     UnitOutcome *outcomes) {
        _cleanup_(loaded_done) Loaded l = {};
        _cleanup_(batch_done) Batch b = {};
        int r;

        r = modules_open_bus(&c->modules, e);
        if (r >= 0)
                r = modules_open_store(&c->modules, /* create= */ false, e);
        if (r >= 0)
                r = modules_query(c, UNIT_NAMES, e, &l.units, &l.n_units);
        if (r >= 0)
                r = companions_query(c, e, &l.companions, &l.n_companions);
        if (r >= 0)
                r = name_servers_load(c, &b.servers);
        for (size_t i = 0; r >= 0 && names[i]; i++)
                outcomes[i].r = add_module(c, names[i], mode, &l, i, &outcomes[i].error, &b);
        if (r >= 0)
                r = stop_gone(c, &b, e);
        if (r >= 0)
                r = batch_run(c, &b, mode == START_CHANGED ? 0 : c->modules.settle_usec, e,
                              outcomes);
        return r;
}

int modules_start(Context *c, char *const *names, StartMode mode, Error *e, UnitOutcome **ret) {
        size_t n = strv_length(names);
        UnitOutcome *outcomes = calloc(n + 1, sizeof(UnitOutcome));
        int r;

        if (!outcomes)
                return -ENOMEM;
        r = start_all(c, names, mode, e, outcomes);
        if (r < 0) {
                unit_outcomes_free(outcomes, n);
                return r;
        }
        *ret = outcomes;
        return 0;
}

/* -- single units ------------------------------------------------------------------------------ */

static int renew_one(Context *c, const char *unit, size_t owner, Error *e, Batch *b) {
        _cleanup_(freep) char *name = NULL;
        Making m;
        int r;

        r = module_from_unit_name(unit, &name, NULL, NULL);
        if (r >= 0)
                r = making_load(c, name, e, &m);
        if (r < 0)
                return r;
        r = batch_add_unit(c, &m, unit, owner, e, b);
        making_done(&m);
        return r == 0 ? error_set(e, -ENOENT, "its package.json does not ask for it") : r;
}

int units_renew(Context *c, char *const *units, uint64_t settle_usec, Error *e, UnitOutcome **ret) {
        size_t n = strv_length(units);
        UnitOutcome *outcomes = calloc(n + 1, sizeof(UnitOutcome));
        Batch b = {};
        int r;

        if (!outcomes)
                return -ENOMEM;
        r = modules_open_bus(&c->modules, e);
        if (r >= 0)
                r = modules_open_store(&c->modules, /* create= */ false, e);
        if (r >= 0)
                r = name_servers_load(c, &b.servers);
        for (size_t i = 0; r >= 0 && i < n; i++)
                outcomes[i].r = renew_one(c, units[i], i, &outcomes[i].error, &b);
        if (r >= 0)
                r = batch_run(c, &b, settle_usec, e, outcomes);
        batch_done(&b);
        if (r < 0) {
                unit_outcomes_free(outcomes, n);
                return r;
        }
        *ret = outcomes;
        return 0;
}
