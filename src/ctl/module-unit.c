/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/module-unit.h"

#include "basic/log.h"
#include "basic/process.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "model/unit-spec.h"
#include "store/modules.h"
#include "unit/query.h"
#include "unit/stable.h"

/* What is known of one module while its unit is made. */
typedef struct Making {
        Module module;
        Package package;
} Making;

static void making_done(Making *m) {
        package_done(&m->package);
        module_done(&m->module);
}

/* The specification of a module's unit, from what its package.json says now. */
static int make_spec(Context *c, const char *name, Error *e, UnitSpec *ret) {
        Making m = {};
        int r;

        r = store_load(c->store, name, e, &m.module);
        if (r == 0)
                r = error_set(e, -ENOENT, "it is not installed");
        if (r >= 0)
                r = store_read_package(&m.module, e, &m.package);
        if (r >= 0)
                r = unit_spec_module(
                        &(ModuleUnit){
                                .scope = c->scope.kind,
                                .name = m.module.name,
                                .folder = m.module.home,
                                .package = &m.package,
                                .config = c->scope.config,
                                .state = c->scope.state,
                                .user = m.module.user,
                                .group = m.module.group,
                                .link = m.module.link,
                        },
                        e, ret);
        making_done(&m);
        return r;
}

/* Specifications of those modules that have one; `index` maps them back to their names. */
typedef struct Batch {
        UnitSpec *specs;
        size_t *index;
        size_t n;
} Batch;

static void batch_done(Batch *b) {
        for (size_t i = 0; i < b->n; i++)
                unit_spec_done(b->specs + i);
        free(b->specs);
        free(b->index);
}

static int batch_make(Context *c, char *const *names, UnitOutcome *outcomes, Batch *b) {
        size_t n = strv_length(names);

        b->specs = calloc(n + 1, sizeof(UnitSpec));
        b->index = calloc(n + 1, sizeof(size_t));
        if (!b->specs || !b->index)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++) {
                outcomes[i].r = make_spec(c, names[i], &outcomes[i].error, b->specs + b->n);
                if (outcomes[i].r >= 0)
                        b->index[b->n++] = i;
        }
        return 0;
}

/* Starts the batch and waits for each to settle. All settle side by side: the first wait is one for
 * all. */
static int batch_run(Context *c, const Batch *b, Error *e, UnitOutcome *outcomes) {
        UnitOutcome *started = NULL;
        int r;

        r = units_start(c->bus, b->specs, b->n, e, &started);
        if (r < 0)
                return r;

        for (size_t i = 0; i < b->n; i++) {
                UnitOutcome *o = outcomes + b->index[i];

                o->r = started[i].r;
                if (o->r >= 0)
                        o->r = unit_wait_stable(c->bus, b->specs[i].unit, MODULE_SETTLE_USEC,
                                                &o->error);
                else
                        o->error = TAKE_GENERIC(started[i].error, Error, ERROR_NULL);
        }
        unit_outcomes_free(started, b->n);
        return 0;
}

int modules_start(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        size_t n = strv_length(names);
        UnitOutcome *outcomes = calloc(n + 1, sizeof(UnitOutcome));
        Batch b = {};
        int r;

        if (!outcomes)
                return -ENOMEM;
        r = context_bus(c, e);
        if (r >= 0)
                r = context_store(c, /* create= */ false, e);
        if (r >= 0)
                r = batch_make(c, names, outcomes, &b);
        if (r >= 0 && b.n > 0)
                r = batch_run(c, &b, e, outcomes);
        batch_done(&b);
        if (r < 0) {
                unit_outcomes_free(outcomes, n);
                return r;
        }
        *ret = outcomes;
        return 0;
}

/* Names of the loaded units that belong to a module. */
static int units_of(const UnitState *states, size_t n, const char *name, char ***ret) {
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        for (size_t i = 0; i < n; i++) {
                _cleanup_(freep) char *owner = NULL;

                if (module_from_unit_name(states[i].unit, &owner, NULL, NULL) < 0 ||
                    !streq(owner, name))
                        continue;
                r = strv_extend(&units, states[i].unit);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(units);
        return 0;
}

/* The first failure among a module's units is the module's outcome. */
static int stop_units(Context *c, char *const *units, Error *e, UnitOutcome *ret) {
        size_t n = strv_length(units);
        UnitOutcome *stopped;
        int r;

        if (n == 0)
                return 0;
        r = units_stop(c->bus, units, e, &stopped);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n && ret->r >= 0; i++) {
                ret->r = stopped[i].r;
                ret->error = TAKE_GENERIC(stopped[i].error, Error, ERROR_NULL);
        }
        unit_outcomes_free(stopped, n);
        return 0;
}

int modules_stop(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        size_t n = strv_length(names), n_states = 0;
        UnitOutcome *outcomes = calloc(n + 1, sizeof(UnitOutcome));
        UnitState *states = NULL;
        int r;

        if (!outcomes)
                return -ENOMEM;
        r = context_bus(c, e);
        if (r >= 0)
                r = units_query(c->bus, UNIT_PREFIX "*.service", /* details= */ false, e, &states,
                                &n_states);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                _cleanup_(strv_freep) char **units = NULL;

                r = units_of(states, n_states, names[i], &units);
                if (r >= 0)
                        r = stop_units(c, units, e, outcomes + i);
        }
        unit_states_free(states, n_states);
        if (r < 0) {
                unit_outcomes_free(outcomes, n);
                return r;
        }
        *ret = outcomes;
        return 0;
}

static int one(int (*many)(Context *, char *const *, Error *, UnitOutcome **), Context *c,
               const char *name, Error *e) {
        char *const names[] = { (char *) name, NULL };
        UnitOutcome *outcome;
        int r;

        r = many(c, names, e, &outcome);
        if (r < 0)
                return r;
        r = outcome->r;
        if (r < 0)
                (void) error_set(e, r, "%s", error_text(&outcome->error, r));
        unit_outcomes_free(outcome, 1);
        return r;
}

int module_start(Context *c, const char *name, Error *e) {
        return one(modules_start, c, name, e);
}

int module_stop(Context *c, const char *name, Error *e) {
        return one(modules_stop, c, name, e);
}

int module_lock(Context *c, const char *name, Error *e) {
        char *const names[] = { (char *) name, NULL };

        return store_lock_modules(c->store, names, /* exclusive= */ true, e);
}

int modules_lock_shared(Context *c, char *const *names, Error *e, int *ret_fd) {
        int fd = store_lock_modules(c->store, names, /* exclusive= */ false, e);

        if (fd == -EACCES || fd == -EROFS) {
                error_clear(e);
                fd = -EBADF;
        } else if (fd < 0)
                return fd;
        *ret_fd = fd;
        return 0;
}

void module_show_log(Context *c, const char *name) {
        _cleanup_(freep) char *unit = NULL;

        if (module_unit_name(name, /* app= */ NULL, 0, &unit) < 0)
                return;
        (void) process_run_to_stderr((char *const[]){
                (char *) "journalctl",
                (char *) (c->scope.kind == SCOPE_USER ? "--user-unit" : "--unit"),
                unit,
                (char *) "--lines=10",
                (char *) "--no-pager",
                (char *) "--quiet",
                NULL,
        });
}
