/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/unit-batch.h"

#include "basic/clock.h"
#include "basic/error.h"
#include "model/unit-spec.h"
#include "unit/bus.h"
#include "unit/job.h"
#include "unit/overtime.h"
#include "unit/query.h"
#include "unit/state.h"
#include "unit/transient.h"
#include "unit/unit-outcome.h"

/* Another client may start a unit between our stopping it and starting it. */
#define START_TRIES 3

/* More than these at a time get into each other's way in the kernel: each unit's mount namespace
 * unmounts the credentials of all others, and a hundred at once took twice as long. But no unit
 * waits longer than this for one that is slow to be ready. */
#define STARTING_MAX  8
#define STARTING_USEC (5 * USEC_PER_SEC)

int unit_batch_init(sd_bus *bus, size_t n, UnitBatch *ret) {
        assert(ret);

        *ret = (UnitBatch) {
                .bus = bus,
                .units = calloc(n + 1, sizeof(char *)),
                .n = n,
                .outcomes = calloc(n + 1, sizeof(UnitOutcome)),
                .overtimes = calloc(n + 1, sizeof(Overtime)),
        };
        return ret->units && ret->outcomes && ret->overtimes ? 0 : -ENOMEM;
}

void unit_batch_done(UnitBatch *b) {
        free(b->units);
        for (size_t i = 0; b->overtimes && i < b->n; i++)
                overtime_done(b->overtimes + i);
        free(b->overtimes);
        unit_outcomes_free(b->outcomes, b->n);
        *b = (UnitBatch) {};
}

/* Whether to go on with the others after this. */
static bool is_fatal(int r) {
        return r == -ENOMEM || r == -ECONNRESET || r == -ENOTCONN || r == -EHOSTDOWN;
}

/* -- waiting ----------------------------------------------------------------------------------- */

static bool is_waited_for(const UnitBatch *b, const JobWaiter *w, size_t i) {
        return b->overtimes[i].due_usec > 0 && !job_waiter_result(w, i);
}

/* When the first of the units is to be looked at; 0: no job is waited for. */
static uint64_t first_due(const UnitBatch *b, const JobWaiter *w) {
        uint64_t due = USEC_INFINITY;

        for (size_t i = 0; i < b->n; i++)
                if (is_waited_for(b, w, i))
                        due = MIN2(due, b->overtimes[i].due_usec);
        return due == USEC_INFINITY ? 0 : due;
}

static void check_overtimes(UnitBatch *b, const JobWaiter *w) {
        for (size_t i = 0; i < b->n; i++)
                if (is_waited_for(b, w, i) && b->overtimes[i].due_usec <= now_usec())
                        b->outcomes[i].r = overtime_check(b->overtimes + i, b->bus, b->units[i],
                                                          &b->outcomes[i].error);
}

static int wait_for_jobs(UnitBatch *b, JobWaiter *w, Error *e) {
        uint64_t due;
        int r;

        while ((due = first_due(b, w)) > 0) {
                r = job_waiter_wait(w, due, e);
                if (r < 0)
                        return r;
                check_overtimes(b, w);
        }
        for (size_t i = 0; i < b->n; i++) {
                const char *result = job_waiter_result(w, i);
                UnitOutcome *o = b->outcomes + i;

                overtime_done(b->overtimes + i);
                if (result && o->r == 0)
                        o->r = job_result_to_error(result, &o->error);
        }
        return 0;
}

/* -- asking ------------------------------------------------------------------------------------ */

static int stop_other(sd_bus *bus, const char *unit, Error *e) {
        _cleanup_(unit_batch_done) UnitBatch b = {};
        int r;

        r = unit_batch_init(bus, 1, &b);
        if (r < 0)
                return r;
        b.units[0] = unit;
        r = unit_batch_stop(&b, e);
        return r < 0 ? r : unit_outcome_take_only(TAKE_PTR(b.outcomes), e);
}

static int start_one(sd_bus *bus, const UnitSpec *spec, Error *e, sd_bus_message **ret_reply) {
        int r;

        for (int i = 0; i < START_TRIES; i++) {
                if (i > 0) {
                        error_clear(e);
                        r = stop_other(bus, spec->unit, e);
                        if (r < 0)
                                return r;
                }
                r = transient_start(bus, spec, e, ret_reply);
                if (r != -EEXIST)
                        return r;
        }
        return error_prefix(e, -EEXIST,
                            "a unit of this name exists and cannot be replaced; if it has a unit "
                            "file, remove that (drop-ins are fine)");
}

static int send_request(UnitBatch *b, const BatchRequest *q, size_t i, sd_bus_message **ret_reply) {
        UnitOutcome *o = b->outcomes + i;

        if (!q->specs)
                return manager_call(b->bus, q->method, &o->error, ret_reply, "ss", b->units[i],
                                    q->mode);
        o->start_usec = now_usec();
        return start_one(b->bus, q->specs + i, &o->error, ret_reply);
}

/* Asks for one unit. What is wrong with it is in its outcome. */
static int request_unit(UnitBatch *b, const BatchRequest *q, size_t i, JobWaiter *w, Error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        UnitOutcome *o = b->outcomes + i;
        int r;

        r = q->starts ? job_waiter_throttle(w, STARTING_MAX, STARTING_USEC, e) : 0;
        if (r < 0)
                return r;
        o->r = send_request(b, q, i, &reply);
        if (is_fatal(o->r))
                return error_copy(e, o->r, &o->error);
        if (o->r < 0)
                return 0;
        o->r = job_waiter_add(w, reply, i);
        if (o->r == 0)
                b->overtimes[i] = overtime_begin();
        return 0;
}

int unit_batch_request(UnitBatch *b, const BatchRequest *q, Error *e) {
        _cleanup_(job_waiter_freep) JobWaiter *w = NULL;
        int r;

        assert(b);
        assert(q);
        assert(q->specs || (q->method && q->mode) || b->n == 0);

        r = job_waiter_new(b->bus, e, &w);
        if (r < 0)
                return r;
        for (size_t i = 0; i < b->n; i++) {
                if (b->outcomes[i].r < 0)
                        continue;
                r = request_unit(b, q, i, w, e);
                if (r < 0)
                        return r;
        }
        return wait_for_jobs(b, w, e);
}

/* A failed unit keeps its name until it is reset. */
int unit_batch_stop(UnitBatch *b, Error *e) {
        static const BatchRequest stop = { .method = "StopUnit", .mode = "replace" };
        int r;

        r = unit_batch_request(b, &stop, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < b->n; i++) {
                UnitOutcome *o = b->outcomes + i;

                if (o->r == 0)
                        /* gone unless it failed */
                        (void) manager_call(b->bus, "ResetFailedUnit", NULL, NULL, "s",
                                            b->units[i]);
                if (o->r == -ENOENT) {
                        error_clear(&o->error);
                        o->r = 0;
                }
        }
        return 0;
}

static int explain_unit(UnitBatch *b, size_t i, Error *e) {
        _cleanup_(unit_state_done) UnitState state = {};
        UnitOutcome *o = b->outcomes + i;
        Error reason = ERROR_NULL;
        int r;

        r = unit_query(b->bus, b->units[i], e, &state);
        if (r <= 0)
                return r;
        r = unit_state_to_error(&state, &reason);
        if (r < 0) {
                error_clear(&o->error);
                o->r = r;
                o->error = reason;
        }
        return 0;
}

int unit_batch_explain(UnitBatch *b, Error *e) {
        int r;

        assert(b);

        for (size_t i = 0; i < b->n; i++) {
                if (b->outcomes[i].r != -ECHILD && b->outcomes[i].r != -ETIMEDOUT)
                        continue;
                r = explain_unit(b, i, e);
                if (r < 0)
                        return r;
        }
        return 0;
}
