/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/stable.h"

#include "basic/clock.h"
#include "basic/error.h"
#include "basic/interrupt.h"
#include "basic/string-util.h"
#include "unit/bus.h"
#include "unit/overtime.h"
#include "unit/query.h"
#include "unit/state.h"

/* A module may fail once or twice, say until the port of its predecessor is free; one that goes on
 * is given the time in which sixteen quick failures end it. */
#define RESTARTS_MAX  2
#define PATIENCE_USEC (5 * USEC_PER_SEC)
#define SLICE_USEC    (200 * USEC_PER_MSEC) /* a signal just before a wait is seen after it */

static int on_changed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        *(bool *) userdata = true;
        return 0;
}

static int subscribe_changes(sd_bus *bus, const char *unit, sd_bus_slot **ret, bool *changed) {
        _cleanup_(freep) char *path = NULL;
        int r;

        r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path);
        if (r < 0)
                return r;
        return sd_bus_match_signal(bus, ret, SYSTEMD_NAME, path, PROPERTIES, "PropertiesChanged",
                                   on_changed, changed);
}

/* Until the unit's properties change, or this long. */
static int wait_changed(sd_bus *bus, bool *changed, uint64_t usec) {
        uint64_t end = now_usec() + usec;
        int r;

        while (!*changed) {
                uint64_t now = now_usec();

                if (now >= end)
                        return 0;
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, MIN2(end - now, SLICE_USEC));
                if (interrupted())
                        return -EINTR;
                if (r < 0 && r != -EINTR)
                        return r;
        }
        return 0;
}

/* 0: up long enough; 1: ended in order; -EINPROGRESS: not yet; else what is wrong. */
static int judge_state(const UnitState *s, uint64_t usec, uint64_t waited, Error *e) {
        int r;

        if (unit_state_runs(s))
                return s->uptime_usec >= usec ? 0 : -EINPROGRESS;
        if (streq(s->active, "inactive") || streq(s->sub, "exited"))
                return 1;

        r = unit_state_to_error(s, e);
        if (r == -EAGAIN && (s->n_restarts <= RESTARTS_MAX || waited < PATIENCE_USEC ||
                             s->exit_code == 0)) { /* it is just being started: no reason to give */
                error_clear(e);
                return -EINPROGRESS;
        }
        return r < 0 ? r : -EINPROGRESS;
}

/* Whether it is over its time on its way up. */
static int check_time(Overtime *o, sd_bus *bus, const char *unit, Error *e) {
        int r;

        if (now_usec() < o->due_usec)
                return 0;
        r = overtime_check(o, bus, unit, e);
        if (r < 0)
                return r;
        return o->n_kills > 0 ? error_set(e, -ETIMEDOUT, "it did not start in time") : 0;
}

int unit_wait_stable(sd_bus *bus, const char *unit, uint64_t usec, Error *e) {
        _cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
        _cleanup_(overtime_done) Overtime overtime = overtime_begin();
        uint64_t begin = now_usec();
        bool changed;
        int r;

        assert(bus);
        assert(unit);

        r = subscribe_changes(bus, unit, &slot, &changed);
        if (r < 0)
                return error_set(e, r, "cannot watch unit %s: %s", unit, strerror(-r));
        r = manager_subscribe(bus, e);
        if (r < 0)
                return r;

        for (;;) {
                _cleanup_(unit_state_done) UnitState state = {};
                uint64_t left = usec;

                changed = false;
                r = unit_query(bus, unit, e, &state);
                if (r <= 0)
                        return r < 0 ? r : 1; /* only in order does a unit go away */
                r = judge_state(&state, usec, now_usec() - begin, e);
                if (r != -EINPROGRESS)
                        return r;
                r = check_time(&overtime, bus, unit, e);
                if (r < 0)
                        return r;
                if (state.uptime_usec < usec)
                        left = usec - state.uptime_usec;
                r = wait_changed(bus, &changed, left);
                if (r == -EINTR)
                        return error_set(e, r, "it was interrupted");
                if (r < 0)
                        return error_set(e, r, "lost the connection to systemd: %s", strerror(-r));
        }
}
