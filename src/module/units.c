/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/units.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "model/package-units.h"
#include "store/package-file.h"
#include "unit/operation.h"

#define UNIT_PATTERN UNIT_PREFIX "*.service"

void loaded_units_done(LoadedUnits *loaded) {
        unit_states_free(loaded->states, loaded->n);
        *loaded = (LoadedUnits) {};
}

const UnitState *loaded_units_find(const LoadedUnits *loaded, const char *unit) {
        return unit_states_find(loaded->states, loaded->n, unit);
}

int modules_query(Modules *modules, UnitDepth depth, Error *e, LoadedUnits *ret) {
        return units_query(modules->bus, UNIT_PATTERN, depth, e, &ret->states, &ret->n);
}

int modules_ask(Modules *modules, UnitDepth depth, Error *e, UnitQuery **ret) {
        return unit_query_begin(modules->bus, UNIT_PATTERN, depth, e, ret);
}

int modules_answer(UnitQuery *q, Error *e, LoadedUnits *ret) {
        return unit_query_finish(q, e, &ret->states, &ret->n);
}

int module_add_patterns(const char *name, const char *prefix, char ***words) {
        _cleanup_(freep) char *id = NULL;
        int r;

        r = module_id_from_name(name, &id);
        if (r < 0)
                return r;
        r = strv_extendf(words, "%s" UNIT_PREFIX "%s.service", prefix, id);
        if (r < 0)
                return r;
        return strv_extendf(words, "%s" UNIT_PREFIX "%s@*.service", prefix, id);
}

static int add_missing(const char *unit, char ***units) {
        return strv_contains(*units, unit) ? 0 : strv_extend(units, unit);
}

/* Names of a module's further units follow each other, but its first may stand apart from them:
 * others' names can sort in between. */
int module_units_add_loaded(const char *name, const LoadedUnits *loaded, char ***units) {
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

        if (loaded_units_find(loaded, first)) {
                r = add_missing(first, units);
                if (r < 0)
                        return r;
        }
        state = unit_states_find_prefix(loaded->states, loaded->n, prefix, &n_more);
        for (size_t i = 0; i < n_more; i++) {
                r = add_missing(state[i].unit, units);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int declared_units(const char *name, const Package *p, char ***ret) {
        char *first;
        int r;

        if (p)
                return package_unit_names(p, name, APPS_ALL, ret);
        r = module_unit_name(name, /* app= */ NULL, 0, &first);
        return r < 0 ? r : strv_consume(ret, first);
}

int module_units(const char *name, const Package *p, const LoadedUnits *loaded, char ***ret) {
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        r = declared_units(name, p, &units);
        if (r < 0)
                return r;
        if (loaded) {
                r = module_units_add_loaded(name, loaded, &units);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(units);
        return 0;
}

int module_units_read(const Module *m, const LoadedUnits *loaded, char ***ret) {
        _cleanup_(package_done) Package p = {};

        (void) store_read_package(m, /* e= */ NULL, &p);
        return module_units(m->name, p.n_apps > 0 ? &p : NULL, loaded, ret);
}

int module_units_autostarted(const Module *m, char ***ret) {
        _cleanup_(strv_freep) char **units = NULL, **started = NULL;
        _cleanup_(package_done) Package p = {};
        int r;

        (void) store_read_package(m, /* e= */ NULL, &p);
        r = module_units(m->name, p.n_apps > 0 ? &p : NULL, /* loaded= */ NULL, &units);
        if (r < 0)
                return r;
        STRV_FOREACH(unit, units)
                if (package_autostarts(&p, *unit) && strv_extend(&started, *unit) < 0)
                        return -ENOMEM;
        *ret = TAKE_PTR(started);
        return 0;
}

int modules_stop_units(Modules *modules, char *const *units, Error *e) {
        UnitOutcome *outcomes;
        int r;

        if (!units)
                return 0;
        r = units_stop(modules->bus, units, e, &outcomes);
        if (r < 0)
                return r;
        unit_outcomes_free(outcomes, strv_length(units));
        return 0;
}
