/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/control.h"

#include "basic/clock.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "unit/bus.h"
#include "unit/job.h"
#include "unit/overtime.h"
#include "unit/query.h"
#include "unit/start.h"

/* Somebody else may start a unit between our stopping it and starting it. */
#define START_TRIES 3

/* More than these at a time get into each other's way in the kernel: each unit's mount namespace
 * unmounts the credentials of all others, and a hundred at once took twice as long. But nobody
 * waits longer than this for one that is slow to be ready. */
#define STARTING_MAX  8
#define STARTING_USEC (5 * USEC_PER_SEC)

/* Units on their way through one of the functions below. */
typedef struct Batch {
        sd_bus *bus;
        const char **units;
        size_t n;
        UnitOutcome *outcomes;
        Overtime *overtimes; /* of the jobs under way */
} Batch;

static void outcome_done(UnitOutcome *o) {
        error_clear(&o->error);
        free(o->unit);
}

void unit_outcomes_free(UnitOutcome *outcomes, size_t n) {
        for (size_t i = 0; outcomes && i < n; i++)
                outcome_done(outcomes + i);
        free(outcomes);
}

static void batch_done(Batch *b) {
        free(b->units);
        for (size_t i = 0; b->overtimes && i < b->n; i++)
                overtime_done(b->overtimes + i);
        free(b->overtimes);
        unit_outcomes_free(b->outcomes, b->n);
}

static int batch_init(sd_bus *bus, size_t n, Batch *ret) {
        *ret = (Batch){
                .bus = bus,
                .units = calloc(n + 1, sizeof(char *)),
                .n = n,
                .outcomes = calloc(n + 1, sizeof(UnitOutcome)),
                .overtimes = calloc(n + 1, sizeof(Overtime)),
        };
        return ret->units && ret->outcomes && ret->overtimes ? 0 : -ENOMEM;
}

/* Whether to go on with the others after this. */
static bool is_fatal(int r) {
        return r == -ENOMEM || r == -ECONNRESET || r == -ENOTCONN || r == -EHOSTDOWN;
}

static bool is_waited_for(const Batch *b, const JobWaiter *w, size_t i) {
        return b->overtimes[i].due_usec > 0 && !job_waiter_result(w, i);
}

/* When the first of the units is to be looked at; 0: no job is waited for. */
static uint64_t first_due(const Batch *b, const JobWaiter *w) {
        uint64_t due = USEC_INFINITY;

        for (size_t i = 0; i < b->n; i++)
                if (is_waited_for(b, w, i))
                        due = MIN2(due, b->overtimes[i].due_usec);
        return due == USEC_INFINITY ? 0 : due;
}

static void look_each(Batch *b, const JobWaiter *w) {
        for (size_t i = 0; i < b->n; i++)
                if (is_waited_for(b, w, i) && b->overtimes[i].due_usec <= now_usec())
                        b->outcomes[i].r = overtime_look(b->overtimes + i, b->bus, b->units[i],
                                                         &b->outcomes[i].error);
}

static int wait_each(Batch *b, JobWaiter *w, Error *e) {
        uint64_t due;
        int r;

        while ((due = first_due(b, w)) > 0) {
                r = job_waiter_wait(w, due, e);
                if (r < 0)
                        return r;
                look_each(b, w);
        }
        for (size_t i = 0; i < b->n; i++) {
                const char *result = job_waiter_result(w, i);

                overtime_done(b->overtimes + i);
                if (result && b->outcomes[i].r >= 0)
                        b->outcomes[i].r = job_result_to_error(result, &b->outcomes[i].error);
        }
        return 0;
}

static int start_one(sd_bus *bus, const UnitSpec *spec, Error *e, sd_bus_message **ret_reply) {
        int r = 0;

        for (int i = 0; i < START_TRIES; i++) {
                if (i > 0) {
                        error_clear(e);
                        r = unit_stop(bus, spec->unit, e);
                        if (r < 0)
                                return r;
                }
                r = unit_send_start(bus, spec, e, ret_reply);
                if (r != -EEXIST)
                        return r;
        }
        return error_prefix(e, r,
                            "a unit of this name is there and stays; if it has a file, that is in "
                            "the way (drop-ins are not)");
}

/* What the manager is asked for each unit: METHOD(unit, MODE), or to start it from its spec. */
typedef struct Request {
        const char *method, *mode;
        const UnitSpec *specs;
        bool starts;
} Request;

static const Request stop = { .method = "StopUnit", .mode = "replace" };
static const Request restart = { .method = "RestartUnit", .mode = "replace", .starts = true };
/* fails where a stop is under way, which "replace" would cancel */
static const Request try_restart = { .method = "TryRestartUnit", .mode = "fail", .starts = true };

static int send_request(sd_bus *bus, const Request *q, const char *unit, size_t i, UnitOutcome *o,
                        sd_bus_message **ret_reply) {
        if (!q->specs)
                return manager_call(bus, q->method, &o->error, ret_reply, "ss", unit, q->mode);
        o->start_usec = now_usec();
        return start_one(bus, q->specs + i, &o->error, ret_reply);
}

/* Asks for each that is all right so far, then waits for all jobs. A unit that is not there gets
 * -ENOENT. */
static int request_each(Batch *b, const Request *q, Error *e) {
        _cleanup_(job_waiter_freep) JobWaiter *w = NULL;
        int r;

        r = job_waiter_new(b->bus, e, &w);
        if (r < 0)
                return r;
        for (size_t i = 0; i < b->n; i++) {
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
                UnitOutcome *o = b->outcomes + i;

                if (o->r < 0)
                        continue;
                if (q->starts)
                        r = job_waiter_throttle(w, STARTING_MAX, STARTING_USEC, e);
                if (r < 0)
                        return r;
                o->r = send_request(b->bus, q, b->units[i], i, o, &reply);
                if (is_fatal(o->r))
                        return error_set(e, o->r, "%s", error_text(&o->error, o->r));
                if (o->r < 0)
                        continue;
                o->r = job_waiter_add(w, reply, i);
                if (o->r >= 0)
                        b->overtimes[i] = overtime_begin();
        }

        return wait_each(b, w, e);
}

/* A failed unit keeps its name until it is reset. */
static int stop_each(Batch *b, Error *e) {
        int r;

        r = request_each(b, &stop, e);
        for (size_t i = 0; r >= 0 && i < b->n; i++) {
                UnitOutcome *o = b->outcomes + i;

                if (o->r == -ENOENT) {
                        error_clear(&o->error);
                        o->r = 0;
                } else if (o->r >= 0)
                        (void) manager_call(b->bus, "ResetFailedUnit", NULL, NULL, "s",
                                            b->units[i]); /* gone unless it failed */
        }
        return r;
}

/* The unit knows better than its job why it failed. */
static int explain_failures(Batch *b, Error *e) {
        for (size_t i = 0; i < b->n; i++) {
                _cleanup_(unit_state_done) UnitState state = {};
                UnitOutcome *o = b->outcomes + i;
                Error reason = ERROR_NULL;
                int r;

                if (o->r != -ECHILD && o->r != -ETIMEDOUT)
                        continue;
                r = unit_query(b->bus, b->units[i], e, &state);
                if (r < 0)
                        return r;
                r = r > 0 ? unit_state_to_error(&state, &reason) : 0;
                if (r < 0) {
                        error_clear(&o->error);
                        o->r = r;
                        o->error = reason;
                }
        }
        return 0;
}

int units_start(sd_bus *bus, const UnitSpec *specs, size_t n, Error *e, UnitOutcome **ret) {
        _cleanup_(batch_done) Batch b = {};
        int r;

        r = batch_init(bus, n, &b);
        for (size_t i = 0; r >= 0 && i < n; i++)
                b.units[i] = specs[i].unit;
        if (r >= 0)
                r = stop_each(&b, e);
        if (r >= 0)
                r = request_each(&b, &(Request){ .specs = specs, .starts = true }, e);
        if (r >= 0)
                r = explain_failures(&b, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(b.outcomes);
        return 0;
}

static int init_named(sd_bus *bus, char *const *units, Batch *ret) {
        size_t i = 0;
        int r;

        r = batch_init(bus, strv_length(units), ret);
        if (r < 0)
                return r;
        STRV_FOREACH(s, units)
                ret->units[i++] = *s;
        return 0;
}

int units_stop(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret) {
        _cleanup_(batch_done) Batch b = {};
        int r;

        r = init_named(bus, units, &b);
        if (r >= 0)
                r = stop_each(&b, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(b.outcomes);
        return 0;
}

/* The start limit counts restarts by hand as well. Resetting a failed unit would unload it, so that
 * one is for the caller to start anew. */
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

static int restart_each(sd_bus *bus, char *const *units, const Request *q, Error *e,
                        UnitOutcome **ret) {
        _cleanup_(batch_done) Batch b = {};
        int r;

        r = init_named(bus, units, &b);
        for (size_t i = 0; r >= 0 && i < b.n; i++)
                b.outcomes[i].r = reset_limit(bus, b.units[i], &b.outcomes[i].error);
        if (r >= 0)
                r = request_each(&b, q, e);
        if (r >= 0)
                r = explain_failures(&b, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(b.outcomes);
        return 0;
}

int units_restart(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret) {
        return restart_each(bus, units, &restart, e, ret);
}

int units_try_restart(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret) {
        return restart_each(bus, units, &try_restart, e, ret);
}

/* Result and clause of the only unit of a batch. */
static int only_outcome(int r, UnitOutcome *outcomes, Error *e) {
        if (r < 0)
                return r;
        r = outcomes[0].r;
        if (r < 0)
                (void) error_set(e, r, "%s", error_text(&outcomes[0].error, r));
        unit_outcomes_free(outcomes, 1);
        return r;
}

int unit_start(sd_bus *bus, const UnitSpec *spec, Error *e) {
        UnitOutcome *outcomes = NULL;
        int r;

        r = units_start(bus, spec, 1, e, &outcomes);
        return only_outcome(r, outcomes, e);
}

int unit_stop(sd_bus *bus, const char *unit, Error *e) {
        char *const units[] = { (char *) unit, NULL };
        UnitOutcome *outcomes = NULL;
        int r;

        r = units_stop(bus, units, e, &outcomes);
        return only_outcome(r, outcomes, e);
}
