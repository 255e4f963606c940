/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/query.h"

#include "basic/error.h"
#include "basic/string-util.h"
#include "unit/bus.h"
#include "unit/state-calls.h"
#include "unit/state-local.h"
#include "unit/state.h"

/* Units as they are being found out about. */
struct UnitQuery {
        sd_bus *bus;
        UnitDepth depth;
        sd_bus_slot *root_slot, *list_slot;
        char *root; /* the control group that all units are below */
        UnitState *states;
        size_t n;
        StateCalls *calls; /* NULL: no more is wanted, or not yet */
        LastUser last;

        bool listed;
        int result; /* of what was answered so far, with its clause */
        Error error;
};

UnitQuery *unit_query_free(UnitQuery *q) {
        if (!q)
                return NULL;
        (void) sd_bus_slot_unref(q->root_slot);
        (void) sd_bus_slot_unref(q->list_slot);
        (void) state_calls_free(q->calls);
        unit_states_free(q->states, q->n);
        error_clear(&q->error);
        free(q->last.name);
        free(q->root);
        free(q);
        return NULL;
}

/* No unit of ours reloads; where a module says so (sd_notify(3)), it runs all the same. */
static bool is_reloading(const char *active) {
        return streq(active, "reloading") || streq(active, "refreshing");
}

static int add_state(UnitQuery *q, const char *unit, const char *path, const char *active,
                     const char *sub) {
        UnitState *grown, *s;

        grown = realloc(q->states, (q->n + 1) * sizeof(UnitState));
        if (!grown)
                return -ENOMEM;
        q->states = grown;
        s = grown + q->n++;
        *s = (UnitState) {
                .unit = strdup(unit),
                .path = strdup(path),
                .active = strdup(is_reloading(active) ? "active" : active),
                .sub = strdup(sub),
                .memory = UINT64_MAX,
                .cpu_nsec = UINT64_MAX,
                .uptime_usec = UINT64_MAX,
        };
        return s->unit && s->path && s->active && s->sub ? 0 : -ENOMEM;
}

static int read_list(UnitQuery *q, sd_bus_message *reply) {
        const char *unit, *load, *active, *sub, *path;
        int r;

        r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(reply, "(ssssssouso)", &unit, NULL, &load, &active, &sub,
                                        NULL, &path, NULL, NULL, NULL)) > 0) {
                /* a name that others depend on is loaded without being there */
                if (streq(load, "not-found") && streq(active, "inactive"))
                        continue;
                r = add_state(q, unit, path, active, sub);
                if (r < 0)
                        return r;
        }
        unit_states_sort(q->states, q->n);
        return r;
}

static int note_error(UnitQuery *q, sd_bus_message *m) {
        return manager_error(sd_bus_message_get_error(m), -sd_bus_message_get_errno(m), &q->error);
}

static int on_root(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        UnitQuery *q = userdata;

        q->result = sd_bus_message_is_method_error(m, NULL)
                            ? note_error(q, m)
                            : manager_read_control_group(m, &q->root);
        return 0;
}

static int on_state(UnitState *s, void *userdata) {
        UnitQuery *q = userdata;

        return unit_state_complete(s, &q->last);
}

static int take_list(UnitQuery *q, sd_bus_message *m) {
        int r;

        r = sd_bus_message_is_method_error(m, NULL) ? note_error(q, m) : read_list(q, m);
        if (r < 0 || q->n == 0 || q->depth == UNIT_NAMES)
                return r;
        return state_calls_send(q->bus, q->states, q->n, q->depth == UNIT_DETAILS, on_state, q,
                                &q->calls);
}

static int on_list(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        UnitQuery *q = userdata;

        q->listed = true;
        if (q->result == 0)
                q->result = take_list(q, m);
        return 0;
}

static int explain_query(int r, Error *e) {
        return error_set(e, r, "cannot ask systemd about its units: %s", strerror(-r));
}

int unit_query_begin(sd_bus *bus, const char *pattern, UnitDepth depth, Error *e, UnitQuery **ret) {
        _cleanup_(unit_query_freep) UnitQuery *q = calloc(1, sizeof(UnitQuery));
        int r;

        assert(pattern);
        assert(ret);

        if (!q)
                return -ENOMEM;
        q->bus = bus;
        q->depth = depth;
        if (depth > UNIT_NAMES) {
                r = sd_bus_call_method_async(bus, &q->root_slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                             PROPERTIES, "Get", on_root, q, "ss", MANAGER,
                                             "ControlGroup");
                if (r < 0)
                        return explain_query(r, e);
        }
        r = sd_bus_call_method_async(bus, &q->list_slot, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER,
                                     "ListUnitsByPatterns", on_list, q, "asas", 0, 1, pattern);
        if (r < 0)
                return explain_query(r, e);
        *ret = TAKE_PTR(q);
        return 0;
}

void unit_query_proceed(UnitQuery *q) {
        assert(q);

        while (!q->listed && q->result == 0) {
                int r = sd_bus_process(q->bus, NULL);

                if (r == 0)
                        return;
                if (r < 0)
                        q->result = r;
        }
}

static int wait_listed(UnitQuery *q) {
        int r;

        for (unit_query_proceed(q); !q->listed && q->result == 0; unit_query_proceed(q)) {
                r = sd_bus_wait(q->bus, UINT64_MAX);
                if (r < 0 && r != -EINTR)
                        return r;
        }
        return q->result;
}

static int wait_answers(UnitQuery *q) {
        int r;

        r = wait_listed(q);
        if (r < 0 || !q->calls)
                return r;
        /* while the manager is at it */
        for (size_t i = 0; i < q->n; i++)
                unit_state_read_usage(q->states + i, q->root);
        return state_calls_receive(q->calls);
}

int unit_query_finish(UnitQuery *q, Error *e, UnitState **ret, size_t *ret_n) {
        int r;

        assert(ret);
        assert(ret_n);

        r = wait_answers(q);
        if (r < 0)
                return q->error.message ? error_set(e, r, "%s", q->error.message)
                                        : explain_query(r, e);
        *ret = TAKE_PTR(q->states);
        *ret_n = q->n;
        q->n = 0;
        return 0;
}

int units_query(sd_bus *bus, const char *pattern, UnitDepth depth, Error *e, UnitState **ret,
                size_t *ret_n) {
        _cleanup_(unit_query_freep) UnitQuery *q = NULL;
        int r;

        r = unit_query_begin(bus, pattern, depth, e, &q);
        return r < 0 ? r : unit_query_finish(q, e, ret, ret_n);
}

int unit_query(sd_bus *bus, const char *unit, Error *e, UnitState *ret) {
        UnitState *states;
        size_t n;
        int r;

        r = units_query(bus, unit, UNIT_DETAILS, e, &states, &n);
        if (r < 0)
                return r;
        if (n > 0)
                *ret = states[0];
        free(states);
        return n > 0;
}

static int read_environment(sd_bus *bus, const char *unit, char ***ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *path;
        int r;

        r = manager_call(bus, "GetUnit", /* e= */ NULL, &reply, "s", unit);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;
        return sd_bus_get_property_strv(bus, SYSTEMD_NAME, path, SERVICE, "Environment",
                                        /* ret_error= */ NULL, ret);
}

int unit_environment(sd_bus *bus, const char *unit, Error *e, char ***ret) {
        int r;

        assert(unit);
        assert(ret);

        r = read_environment(bus, unit, ret);
        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return error_set(e, r, "cannot ask systemd about %s: %s", unit, strerror(-r));
        return 1;
}
