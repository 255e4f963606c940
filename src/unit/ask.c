/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/ask.h"

#include "basic/string-util.h"
#include "unit/bus.h"

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
typedef struct Ask {
        Asks *asks;
        UnitState *state;
        const Field *field;
        sd_bus_slot *slot;
        bool last; /* about its unit; answers come in order */
} Ask;

struct Asks {
        sd_bus *bus;
        Ask *all;
        size_t n, n_sent, n_answered, pending_max;
        AsksDone done;
        void *userdata;
        int error;
};

static int parse_value(sd_bus_message *m, const Field *field, void *value) {
        const char *s;
        const uint8_t *bytes;
        size_t n;
        char *hex;
        int r, b;

        switch (field->type[0]) {
        case 's':
                r = sd_bus_message_read_basic(m, 's', &s);
                return r < 0 ? r : free_and_strdup(value, s);
        case 'a':
                r = sd_bus_message_read_array(m, 'y', (const void **) &bytes, &n);
                if (r < 0)
                        return r;
                hex = malloc(n * 2 + 1);
                if (!hex)
                        return -ENOMEM;
                hex[0] = 0;
                for (size_t i = 0; i < n; i++)
                        (void) sprintf(hex + 2 * i, "%02x", bytes[i]);
                free(*(char **) value);
                *(char **) value = hex;
                return 0;
        case 'b':
                r = sd_bus_message_read_basic(m, 'b', &b);
                *(bool *) value = r >= 0 && b;
                return r;
        default:
                return sd_bus_message_read_basic(m, field->type[0], value);
        }
}

static int on_value(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Ask *ask = userdata;
        Asks *a = ask->asks;
        int r = 0;

        a->n_answered++;
        /* The unit may have gone since it was listed, or be no service: its fields stay unset. */
        if (!sd_bus_message_is_method_error(m, NULL)) {
                r = sd_bus_message_enter_container(m, 'v', ask->field->type);
                if (r >= 0)
                        r = parse_value(m, ask->field, (char *) ask->state + ask->field->offset);
        }
        if (r >= 0 && ask->last)
                r = a->done(ask->state, a->userdata);
        if (r < 0)
                a->error = r;
        return 0;
}

static int send_some(Asks *a) {
        int r = 0;

        for (; r >= 0 && a->n_sent < a->n && a->n_sent - a->n_answered < a->pending_max;
             a->n_sent++) {
                Ask *ask = a->all + a->n_sent;

                r = sd_bus_call_method_async(a->bus, &ask->slot, SYSTEMD_NAME, ask->state->path,
                                             PROPERTIES, "Get", on_value, ask, "ss",
                                             ask->field->interface, ask->field->name);
        }
        return r;
}

static void prepare(Asks *a, UnitState *state, bool details) {
        unsigned when = ASK_ALWAYS | (details ? ASK_DETAILS : 0) |
                        (streq(state->active, "active") ? 0 : ASK_INACTIVE);

        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                if (fields[i].when & when)
                        a->all[a->n++] = (Ask){ .asks = a, .state = state, .field = fields + i };
        a->all[a->n - 1].last = true;
}

int asks_send(sd_bus *bus, UnitState *states, size_t n, bool details, AsksDone done, void *userdata,
              Asks **ret) {
        _cleanup_(asks_freep) Asks *a = malloc(sizeof(Asks));
        int r;

        if (!a)
                return -ENOMEM;
        *a = (Asks){
                .bus = bus,
                .all = calloc(n * ELEMENTSOF(fields) + 1, sizeof(Ask)),
                .done = done,
                .userdata = userdata,
                .pending_max = sd_bus_is_bus_client(bus) ? BUS_PENDING_MAX : SIZE_MAX,
        };
        if (!a->all)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                prepare(a, states + i, details);
        r = send_some(a);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(a);
        return 0;
}

int asks_receive(Asks *a) {
        int r;

        while (a->n_answered < a->n) {
                r = sd_bus_process(a->bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(a->bus, UINT64_MAX);
                if (r < 0 && r != -EINTR)
                        return r;
                if (a->error < 0)
                        return a->error;
                r = send_some(a);
                if (r < 0)
                        return r;
        }
        return 0;
}

Asks *asks_free(Asks *a) {
        if (!a)
                return NULL;
        for (size_t i = 0; i < a->n_sent; i++)
                (void) sd_bus_slot_unref(a->all[i].slot); /* cancels it */
        free(a->all);
        free(a);
        return NULL;
}
