/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/overtime.h"

#include <signal.h>

#include "basic/clock.h"
#include "basic/error.h"
#include "basic/string-util.h"
#include "model/unit-spec.h"
#include "unit/bus.h"
#include "unit/notice.h"

/* What the manager itself may take beyond a limit to act, on a machine that is busy. The first look
 * comes after it too: most jobs have ended by then, and cost no question. */
#define MARGIN_USEC (5 * USEC_PER_SEC)

/* A process that is killed may have forked another meanwhile, or hang in the kernel. */
#define KILL_AGAIN_USEC (1 * USEC_PER_SEC)
#define KILLS_MAX       10

/* States in which a module can extend the time. In all others the job waits for its turn. */
static const struct {
        const char *active, *limit, *text;
} phases[] = {
        { "activating", "TimeoutStartUSec", "start" },
        { "deactivating", "TimeoutStopUSec", "stop" },
};

/* Where a unit is on its way. */
typedef struct Phase {
        const char *text; /* NULL: it waits */
        char *state;
        uint64_t limit_usec;
} Phase;

Overtime overtime_begin(void) {
        uint64_t now = now_usec();

        return (Overtime) { .due_usec = now + MARGIN_USEC, .since_usec = now };
}

void overtime_done(Overtime *o) {
        free(o->state);
        *o = (Overtime) {};
}

/* Where it is on its way, and what limits that. */
static int read_phase(sd_bus *bus, const char *unit, Phase *ret) {
        _cleanup_(freep) char *path = NULL, *active = NULL, *state = NULL;
        uint64_t limit;
        size_t i;
        int r;

        *ret = (Phase) {};
        r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path);
        if (r < 0)
                return r;
        r = sd_bus_get_property_string(bus, SYSTEMD_NAME, path, UNIT, "ActiveState", NULL, &active);
        if (r < 0)
                return r;
        for (i = 0; i < ELEMENTSOF(phases); i++)
                if (streq(phases[i].active, active))
                        break;
        if (i == ELEMENTSOF(phases))
                return 0;
        r = sd_bus_get_property_string(bus, SYSTEMD_NAME, path, UNIT, "SubState", NULL, &state);
        if (r < 0)
                return r;
        if (startswith(state, "auto-restart"))
                return 0; /* for as long as RestartSec= says */
        r = sd_bus_get_property_trivial(bus, SYSTEMD_NAME, path, SERVICE, phases[i].limit, NULL,
                                        't', &limit);
        if (r < 0)
                return r;
        *ret = (Phase) { phases[i].text, TAKE_PTR(state), MIN2(limit, UNIT_STOP_MAX) };
        return 0;
}

static int kill_unit(Overtime *o, sd_bus *bus, const char *unit, const Phase *phase, Error *e) {
        if (o->n_kills >= KILLS_MAX) {
                o->due_usec = 0;
                return error_set(e, -ETIMEDOUT,
                                 "it did not %s: processes of it remain after SIGKILL",
                                 phase->text);
        }
        if (o->n_kills++ == 0)
                unit_notice(&(UnitNotice) { .kind = UNIT_NOTICE_KILLED,
                                            .unit = unit,
                                            .phase = phase->text,
                                            .limit_usec = phase->limit_usec });
        o->due_usec = now_usec() + KILL_AGAIN_USEC;
        (void) manager_call(bus, "KillUnit", NULL, NULL, "ssi", unit, "all", SIGKILL);
        return 0;
}

int overtime_check(Overtime *o, sd_bus *bus, const char *unit, Error *e) {
        uint64_t now = now_usec(), end;
        Phase phase;
        int r;

        assert(o);
        assert(unit);

        o->due_usec = now + MARGIN_USEC;
        r = read_phase(bus, unit, &phase);
        /* it may just have gone; a connection that is lost is seen by waiting */
        if (r < 0 || !phase.text)
                return 0;
        if (o->state && !streq(o->state, phase.state))
                o->since_usec = now;
        free(o->state);
        o->state = phase.state;
        end = o->since_usec + phase.limit_usec + MARGIN_USEC;
        if (now >= end)
                return kill_unit(o, bus, unit, &phase, e);
        o->due_usec = end;
        return 0;
}
