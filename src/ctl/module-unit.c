/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/module-unit.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/companion.h"
#include "model/name.h"
#include "model/package-units.h"
#include "unit/query.h"

#define UNIT_PATTERN UNIT_PREFIX "*.service"

int modules_ask(Context *c, UnitDepth depth, Error *e, UnitQuery **ret) {
        return units_ask(c->modules.bus, UNIT_PATTERN, depth, e, ret);
}

int modules_query(Context *c, UnitDepth depth, Error *e, UnitState **ret, size_t *ret_n) {
        return units_query(c->modules.bus, UNIT_PATTERN, depth, e, ret, ret_n);
}

int module_add_patterns(const char *name, const char *prefix, char ***words) {
        _cleanup_(freep) char *id = NULL;
        int r;

        r = module_id_from_name(name, &id);
        if (r >= 0)
                r = strv_extendf(words, "%s" UNIT_PREFIX "%s.service", prefix, id);
        return r < 0 ? r : strv_extendf(words, "%s" UNIT_PREFIX "%s@*.service", prefix, id);
}

/* Names of a module's further units follow each other, but its first may stand apart from them:
 * others' names can sort in between. */
static int add_loaded(const char *name, const UnitState *states, size_t n, char ***units) {
        _cleanup_(freep) char *first = NULL, *prefix = NULL;
        const UnitState *state;
        size_t n_more;
        int r;

        r = module_unit_name(name, /* app= */ NULL, 0, &first);
        if (r < 0)
                return r;
        prefix = strndup(first, strlen(first) - strlen("service"));
        if (!prefix)
                return -ENOMEM;
        prefix[strlen(prefix) - 1] = '@';

        if (unit_states_find(states, n, first) && !strv_contains(*units, first))
                r = strv_extend(units, first);
        state = unit_states_find_prefix(states, n, prefix, &n_more);
        for (size_t i = 0; r >= 0 && i < n_more; i++)
                if (!strv_contains(*units, state[i].unit))
                        r = strv_extend(units, state[i].unit);
        return r;
}

int module_units(const char *name, const Package *p, const UnitState *states, size_t n_states,
                 char ***ret) {
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        if (p)
                r = package_unit_names(p, name, APPS_ALL, &units);
        else {
                char *first;

                r = module_unit_name(name, /* app= */ NULL, 0, &first);
                if (r >= 0)
                        r = strv_consume(&units, first);
        }
        if (r >= 0)
                r = add_loaded(name, states, n_states, &units);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(units);
        return 0;
}

int module_units_read(const Module *m, const UnitState *states, size_t n_states, char ***ret) {
        Package p = {};
        int r;

        (void) store_read_package(m, /* e= */ NULL, &p);
        r = module_units(m->name, p.n_apps > 0 ? &p : NULL, states, n_states, ret);
        package_done(&p);
        return r;
}

/* The first failure among a module's units is the module's outcome. */
static int stop_units(Context *c, char *const *units, const size_t *owner, Error *e,
                      UnitOutcome *outcomes) {
        UnitOutcome *stopped;
        int r;

        if (!units)
                return 0;
        r = units_stop(c->modules.bus, units, e, &stopped);
        if (r < 0)
                return r;
        for (size_t i = 0; units[i]; i++) {
                UnitOutcome *o = outcomes + owner[i];

                if (o->r < 0)
                        continue;
                *o = TAKE_STRUCT(stopped[i]);
                o->r = o->r < 0 ? o->r : 1;
        }
        unit_outcomes_free(stopped, strv_length(units));
        return 0;
}

static int stop_all(Context *c, char *const *names, Error *e, UnitOutcome *outcomes) {
        _cleanup_(strv_freep) char **units = NULL;
        _cleanup_(freep) size_t *owner = NULL;
        UnitState *states = NULL;
        size_t n_states = 0, n = 0;
        int r;

        r = modules_open_bus(&c->modules, e);
        /* first, lest they bring it back */
        if (r >= 0)
                r = companions_stop(c, names, e);
        if (r >= 0)
                r = modules_query(c, UNIT_NAMES, e, &states, &n_states);
        owner = calloc(n_states + 1, sizeof(size_t));
        for (size_t i = 0; r >= 0 && owner && names[i]; i++) {
                r = add_loaded(names[i], states, n_states, &units);
                for (; units && units[n]; n++)
                        owner[n] = i;
        }
        unit_states_free(states, n_states);
        if (r < 0 || !owner)
                return r < 0 ? r : -ENOMEM;
        return stop_units(c, units, owner, e, outcomes);
}

int modules_stop(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        size_t n = strv_length(names);
        UnitOutcome *outcomes = calloc(n + 1, sizeof(UnitOutcome));
        int r;

        if (!outcomes)
                return -ENOMEM;
        r = stop_all(c, names, e, outcomes);
        if (r < 0) {
                unit_outcomes_free(outcomes, n);
                return r;
        }
        *ret = outcomes;
        return 0;
}

/* Result and clause of the only module. */
static int only_outcome(int r, UnitOutcome *outcome, Error *e) {
        if (r < 0)
                return r;
        r = outcome->r;
        if (r < 0)
                (void) error_set(e, r, "%s", error_text(&outcome->error, r));
        unit_outcomes_free(outcome, 1);
        return r;
}

int module_start(Context *c, const char *name, StartMode mode, Error *e) {
        char *const names[] = { (char *) name, NULL };
        UnitOutcome *outcome = NULL;
        int r;

        r = modules_start(c, names, mode, e, &outcome);
        return only_outcome(r, outcome, e);
}

int module_stop(Context *c, const char *name, Error *e) {
        char *const names[] = { (char *) name, NULL };
        UnitOutcome *outcome = NULL;
        int r;

        r = modules_stop(c, names, e, &outcome);
        return only_outcome(r, outcome, e);
}

int module_lock(Context *c, const char *name, Error *e) {
        char *const names[] = { (char *) name, NULL };

        return store_lock_modules(c->modules.store, names, /* exclusive= */ true, e);
}

int modules_lock_shared(Context *c, char *const *names, Error *e, int *ret_fd) {
        int fd = store_lock_modules(c->modules.store, names, /* exclusive= */ false, e);

        if (fd == -EACCES || fd == -EROFS) {
                error_clear(e);
                fd = -EBADF;
        } else if (fd < 0)
                return fd;
        *ret_fd = fd;
        return 0;
}
