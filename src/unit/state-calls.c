/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/state-calls.h"

#include "basic/string-util.h"
#include "unit/bus.h"
#include "unit/state.h"

/* Single properties, many at once on their way: GetAll of a service costs what fifty of these do,
 * memory and CPU time of the manager more than all others together. What other sources tell is not
 * asked for. A bus closes a connection with more than 128 calls unanswered; the manager itself
 * takes as many as there are. */
#define BUS_PENDING_MAX 100

enum {
        ASK_ALWAYS = 1U << 0,
        ASK_INACTIVE = 1U << 1,
        ASK_DETAILS = 1U << 2,
};

typedef struct Field {
        const char *interface, *name;
        const char *type;
        size_t offset;
        unsigned when;
} Field;

static const Field fields[] = {
        { SERVICE, "MainPID", "u", offsetof(UnitState, main_pid), ASK_ALWAYS },
        { SERVICE, "NRestarts", "u", offsetof(UnitState, n_restarts), ASK_ALWAYS },
        { SERVICE, "User", "s", offsetof(UnitState, user), ASK_INACTIVE | ASK_DETAILS },
        /* a time of day on the monotonic clock until the caller has made a duration of it */
        { UNIT, "ActiveEnterTimestampMonotonic", "t", offsetof(UnitState, uptime_usec),
          ASK_DETAILS },
        { SERVICE, "Result", "s", offsetof(UnitState, result), ASK_INACTIVE | ASK_DETAILS },
        { SERVICE, "ExecMainCode", "i", offsetof(UnitState, exit_code),
          ASK_INACTIVE | ASK_DETAILS },
        { SERVICE, "ExecMainStatus", "i", offsetof(UnitState, exit_status),
          ASK_INACTIVE | ASK_DETAILS },
        { SERVICE, "StatusText", "s", offsetof(UnitState, status_text), ASK_DETAILS },
        { UNIT, "InvocationID", "ay", offsetof(UnitState, invocation_id), ASK_DETAILS },
        { UNIT, "NeedDaemonReload", "b", offsetof(UnitState, need_reload), ASK_DETAILS },
};

/* One call on its way. */
typedef struct StateCall {
        StateCalls *calls;
        UnitState *state;
        const Field *field;
        sd_bus_slot *slot;
        bool last; /* about its unit; answers come in order */
} StateCall;

struct StateCalls {
        sd_bus *bus;
        StateCall *all;
        size_t n, n_sent, n_answered, pending_max;
        StateDone done;
        void *userdata;
        int error;
};

/* Bytes become hexadecimal digits. */
static int parse_bytes(sd_bus_message *m, char **value) {
        const uint8_t *bytes;
        size_t n;
        char *hex;
        int r;

        r = sd_bus_message_read_array(m, 'y', (const void **) &bytes, &n);
        if (r < 0)
                return r;
        hex = malloc(n * 2 + 1);
        if (!hex)
                return -ENOMEM;
        hex[0] = 0;
        for (size_t i = 0; i < n; i++)
                (void) sprintf(hex + 2 * i, "%02x", bytes[i]);
        free(*value);
        *value = hex;
        return 0;
}

static int parse_value(sd_bus_message *m, const Field *field, void *value) {
        const char *s;
        int r, b;

        switch (field->type[0]) {
        case 's':
                r = sd_bus_message_read_basic(m, 's', &s);
                return r < 0 ? r : free_and_strdup(value, s);
        case 'a':
                return parse_bytes(m, value);
        case 'b':
                r = sd_bus_message_read_basic(m, 'b', &b);
                *(bool *) value = r >= 0 && b;
                return r;
        default:
                return sd_bus_message_read_basic(m, field->type[0], value);
        }
}

static int take_value(StateCall *call, sd_bus_message *m) {
        int r;

        /* The unit may have gone since it was listed, or not be a service: its fields stay
         * unset. */
        if (sd_bus_message_is_method_error(m, NULL))
                return 0;
        r = sd_bus_message_enter_container(m, 'v', call->field->type);
        if (r < 0)
                return r;
        return parse_value(m, call->field, (char *) call->state + call->field->offset);
}

static int on_value(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        StateCall *call = userdata;
        StateCalls *c = call->calls;
        int r;

        c->n_answered++;
        r = take_value(call, m);
        if (r < 0) {
                c->error = r;
                return 0;
        }
        r = call->last ? c->done(call->state, c->userdata) : 0;
        if (r < 0)
                c->error = r;
        return 0;
}

static int send_some(StateCalls *c) {
        int r;

        for (; c->n_sent < c->n && c->n_sent - c->n_answered < c->pending_max; c->n_sent++) {
                StateCall *call = c->all + c->n_sent;

                r = sd_bus_call_method_async(c->bus, &call->slot, SYSTEMD_NAME, call->state->path,
                                             PROPERTIES, "Get", on_value, call, "ss",
                                             call->field->interface, call->field->name);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void prepare_unit(StateCalls *c, UnitState *state, bool details) {
        unsigned when = ASK_ALWAYS | (details ? ASK_DETAILS : 0) |
                        (streq(state->active, "active") ? 0 : ASK_INACTIVE);

        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                if (fields[i].when & when)
                        c->all[c->n++] = (StateCall) { .calls = c,
                                                       .state = state,
                                                       .field = fields + i };
        c->all[c->n - 1].last = true;
}

int state_calls_send(sd_bus *bus, UnitState *states, size_t n, bool details, StateDone done,
                     void *userdata, StateCalls **ret) {
        _cleanup_(state_calls_freep) StateCalls *c = malloc(sizeof(StateCalls));
        int r;

        assert(states || n == 0);
        assert(done);
        assert(ret);

        if (!c)
                return -ENOMEM;
        *c = (StateCalls) {
                .bus = bus,
                .all = calloc(n * ELEMENTSOF(fields) + 1, sizeof(StateCall)),
                .done = done,
                .userdata = userdata,
                .pending_max = sd_bus_is_bus_client(bus) ? BUS_PENDING_MAX : SIZE_MAX,
        };
        if (!c->all)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                prepare_unit(c, states + i, details);
        r = send_some(c);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}

int state_calls_receive(StateCalls *c) {
        int r;

        while (c->n_answered < c->n) {
                r = sd_bus_process(c->bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(c->bus, UINT64_MAX);
                if (r < 0 && r != -EINTR)
                        return r;
                if (c->error < 0)
                        return c->error;
                r = send_some(c);
                if (r < 0)
                        return r;
        }
        return 0;
}

StateCalls *state_calls_free(StateCalls *c) {
        if (!c)
                return NULL;
        for (size_t i = 0; i < c->n_sent; i++)
                (void) sd_bus_slot_unref(c->all[i].slot); /* cancels it */
        free(c->all);
        free(c);
        return NULL;
}
