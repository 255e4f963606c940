/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/operation.h"

#include "basic/error.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/unit-spec.h"
#include "unit/bus.h"
#include "unit/query.h"
#include "unit/state.h"
#include "unit/unit-batch.h"

static const BatchRequest restart = {
        .method = "RestartUnit",
        .mode = "replace",
        .starts = true,
};

/* fails where a stop is under way, which "replace" would cancel */
static const BatchRequest try_restart = {
        .method = "TryRestartUnit",
        .mode = "fail",
        .starts = true,
};

/* The last step of an operation that starts units. */
static int request_start(UnitBatch *b, const BatchRequest *q, Error *e, UnitOutcome **ret) {
        int r;

        r = unit_batch_request(b, q, e);
        if (r < 0)
                return r;
        r = unit_batch_explain(b, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(b->outcomes);
        return 0;
}

int units_start(sd_bus *bus, const UnitSpec *specs, size_t n, Error *e, UnitOutcome **ret) {
        _cleanup_(unit_batch_done) UnitBatch b = {};
        int r;

        assert(specs || n == 0);
        assert(ret);

        r = unit_batch_init(bus, n, &b);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                b.units[i] = specs[i].unit;
        r = unit_batch_stop(&b, e);
        if (r < 0)
                return r;
        return request_start(&b, &(BatchRequest) { .specs = specs, .starts = true }, e, ret);
}

static int init_named(sd_bus *bus, char *const *units, UnitBatch *ret) {
        size_t i = 0;
        int r;

        r = unit_batch_init(bus, strv_length(units), ret);
        if (r < 0)
                return r;
        STRV_FOREACH(s, units)
                ret->units[i++] = *s;
        return 0;
}

int units_stop(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret) {
        _cleanup_(unit_batch_done) UnitBatch b = {};
        int r;

        assert(ret);

        r = init_named(bus, units, &b);
        if (r < 0)
                return r;
        r = unit_batch_stop(&b, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(b.outcomes);
        return 0;
}

/* The start limit counts restarts by hand as well. Resetting a failed unit would unload it, so the
 * caller has to start it anew. */
static int reset_limit(sd_bus *bus, const char *unit, Error *e) {
        _cleanup_(unit_state_done) UnitState state = {};
        int r;

        r = unit_query(bus, unit, e, &state);
        if (r < 0)
                return r;
        if (r == 0 || streq(state.active, "failed") || streq(state.active, "inactive"))
                return error_set(e, -ENOENT, "it does not run");
        return manager_call(bus, "ResetFailedUnit", e, NULL, "s", unit);
}

static int restart_units(sd_bus *bus, char *const *units, const BatchRequest *q, Error *e,
                         UnitOutcome **ret) {
        _cleanup_(unit_batch_done) UnitBatch b = {};
        int r;

        assert(ret);

        r = init_named(bus, units, &b);
        if (r < 0)
                return r;
        for (size_t i = 0; i < b.n; i++)
                b.outcomes[i].r = reset_limit(bus, b.units[i], &b.outcomes[i].error);
        return request_start(&b, q, e, ret);
}

int units_restart(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret) {
        return restart_units(bus, units, &restart, e, ret);
}

int units_try_restart(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret) {
        return restart_units(bus, units, &try_restart, e, ret);
}

int unit_start(sd_bus *bus, const UnitSpec *spec, Error *e) {
        UnitOutcome *outcome;
        int r;

        r = units_start(bus, spec, 1, e, &outcome);
        return r < 0 ? r : unit_outcome_take_only(outcome, e);
}

int unit_stop(sd_bus *bus, const char *unit, Error *e) {
        char *const units[] = { (char *) unit, NULL };
        UnitOutcome *outcome;
        int r;

        assert(unit);

        r = units_stop(bus, units, e, &outcome);
        return r < 0 ? r : unit_outcome_take_only(outcome, e);
}
