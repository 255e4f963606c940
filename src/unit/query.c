/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/query.h"

#include <time.h>

#include "basic/string-util.h"
#include "model/name.h"
#include "unit/bus.h"
#include "unit/cgroup.h"

#define SERVICE "org.freedesktop.systemd1.Service"
#define UNIT    "org.freedesktop.systemd1.Unit"

/* Single properties, many at once on their way: GetAll of a service costs what fifty of these do,
 * memory and CPU time of the manager more than all others together. A bus closes a connection with
 * more than 128 calls unanswered. */
#define PENDING_MAX 100

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
        { SERVICE, "User", "s", offsetof(UnitState, user), ASK_ALWAYS },
        /* a time of day on the monotonic clock until finish() */
        { UNIT, "ActiveEnterTimestampMonotonic", "t", offsetof(UnitState, uptime_usec),
          ASK_ALWAYS },
        { SERVICE, "Result", "s", offsetof(UnitState, result), ASK_INACTIVE | ASK_DETAILS },
        { SERVICE, "ExecMainCode", "i", offsetof(UnitState, exit_code),
          ASK_INACTIVE | ASK_DETAILS },
        { SERVICE, "ExecMainStatus", "i", offsetof(UnitState, exit_status),
          ASK_INACTIVE | ASK_DETAILS },
        { SERVICE, "StatusText", "s", offsetof(UnitState, status_text), ASK_DETAILS },
        { UNIT, "InvocationID", "ay", offsetof(UnitState, invocation_id), ASK_DETAILS },
        { UNIT, "NeedDaemonReload", "b", offsetof(UnitState, need_reload), ASK_DETAILS },
};

typedef struct Query Query;

/* One call on its way. */
typedef struct Ask {
        Query *query;
        UnitState *state;
        const Field *field;
        sd_bus_slot *slot;
} Ask;

struct Query {
        sd_bus *bus;
        UnitState *states;
        size_t n;

        Ask *asks;
        size_t n_asks, n_sent, n_answered;
        int error;
};

static void query_done(Query *q) {
        for (size_t i = 0; i < q->n_sent; i++)
                (void) sd_bus_slot_unref(q->asks[i].slot); /* cancels it */
        free(q->asks);
        unit_states_free(q->states, q->n);
}

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
        int r;

        ask->query->n_answered++;
        /* The unit may have gone since it was listed, or be no service: its fields stay unset. */
        if (sd_bus_message_is_method_error(m, NULL))
                return 0;
        r = sd_bus_message_enter_container(m, 'v', ask->field->type);
        if (r >= 0)
                r = parse_value(m, ask->field, (char *) ask->state + ask->field->offset);
        if (r < 0)
                ask->query->error = r;
        return 0;
}

static int add_state(Query *q, const char *unit, const char *path, const char *active,
                     const char *sub) {
        UnitState *grown, *s;

        grown = realloc(q->states, (q->n + 1) * sizeof(UnitState));
        if (!grown)
                return -ENOMEM;
        q->states = grown;
        s = grown + q->n++;
        *s = (UnitState){
                .unit = strdup(unit),
                .path = strdup(path),
                .active = strdup(active),
                .sub = strdup(sub),
                .memory = UINT64_MAX,
                .cpu_nsec = UINT64_MAX,
        };
        return s->unit && s->path && s->active && s->sub ? 0 : -ENOMEM;
}

static int list_units(Query *q, const char *pattern, Error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *unit, *load, *active, *sub, *path;
        int r;

        r = manager_call(q->bus, "ListUnitsByPatterns", e, &reply, "asas", 0, 1, pattern);
        if (r < 0)
                return r;
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

static int prepare_asks(Query *q, bool details) {
        q->asks = calloc(q->n * ELEMENTSOF(fields) + 1, sizeof(Ask));
        if (!q->asks)
                return -ENOMEM;

        for (size_t i = 0; i < q->n; i++) {
                unsigned when = ASK_ALWAYS | (details ? ASK_DETAILS : 0) |
                                (streq(q->states[i].active, "active") ? 0 : ASK_INACTIVE);

                for (size_t k = 0; k < ELEMENTSOF(fields); k++)
                        if (fields[k].when & when)
                                q->asks[q->n_asks++] = (Ask){
                                        .query = q,
                                        .state = q->states + i,
                                        .field = fields + k,
                                };
        }
        return 0;
}

static int send_asks(Query *q) {
        int r = 0;

        for (; r >= 0 && q->n_sent < q->n_asks && q->n_sent - q->n_answered < PENDING_MAX;
             q->n_sent++) {
                Ask *ask = q->asks + q->n_sent;

                r = sd_bus_call_method_async(q->bus, &ask->slot, SYSTEMD_NAME, ask->state->path,
                                             "org.freedesktop.DBus.Properties", "Get", on_value,
                                             ask, "ss", ask->field->interface, ask->field->name);
        }
        return r;
}

static int receive_answers(Query *q) {
        int r;

        while (q->n_answered < q->n_asks) {
                r = sd_bus_process(q->bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(q->bus, UINT64_MAX);
                if (r < 0 && r != -EINTR)
                        return r;
                if (q->error < 0)
                        return q->error;
                r = send_asks(q);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Our units' groups have a name that is known without asking. */
static void read_usage(const char *root, UnitState *s) {
        _cleanup_(freep) char *group = NULL;
        CgroupUsage usage;

        if (asprintf(&group, "%s/" UNIT_SLICE "/%s", root, s->unit) < 0) {
                group = NULL;
                return;
        }
        usage = cgroup_usage(group);
        s->memory = usage.memory;
        s->cpu_nsec = usage.cpu_nsec;
}

/* What is left once the answers are there. */
static int finish(UnitState *s, uint64_t now) {
        bool active = streq(s->active, "active");

        if (!s->user) { /* it went while it was being asked */
                s->user = strdup("");
                if (!s->user)
                        return -ENOMEM;
        }
        s->uptime_usec = active && s->uptime_usec <= now ? now - s->uptime_usec : UINT64_MAX;

        /* A drop-in may have moved it to another slice. */
        if (s->memory == UINT64_MAX && s->main_pid > 0) {
                _cleanup_(freep) char *group = NULL;

                if (cgroup_of_process((pid_t) s->main_pid, &group) >= 0) {
                        CgroupUsage usage = cgroup_usage(group);

                        s->memory = usage.memory;
                        s->cpu_nsec = usage.cpu_nsec;
                }
        }
        return 0;
}

static int query_run(Query *q, bool details, Error *e) {
        _cleanup_(freep) char *root = NULL;
        struct timespec ts;
        int r;

        r = manager_control_group(q->bus, e, &root);
        if (r >= 0)
                r = prepare_asks(q, details);
        if (r >= 0)
                r = send_asks(q);
        /* while the manager is at it */
        for (size_t i = 0; r >= 0 && i < q->n; i++)
                read_usage(root, q->states + i);
        if (r >= 0)
                r = receive_answers(q);
        if (r < 0)
                return error_set(e, r, "cannot ask systemd about its units: %s", strerror(-r));

        (void) clock_gettime(CLOCK_MONOTONIC, &ts);
        for (size_t i = 0; r >= 0 && i < q->n; i++)
                r = finish(q->states + i, (uint64_t) ts.tv_sec * USEC_PER_SEC +
                                                  (uint64_t) ts.tv_nsec / NSEC_PER_USEC);
        return r;
}

int units_query(sd_bus *bus, const char *pattern, bool details, Error *e, UnitState **ret,
                size_t *ret_n) {
        _cleanup_(query_done) Query q = { .bus = bus };
        int r;

        r = list_units(&q, pattern, e);
        if (r >= 0 && q.n > 0)
                r = query_run(&q, details, e);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(q.states);
        *ret_n = q.n;
        q.n = 0;
        return 0;
}

int unit_query(sd_bus *bus, const char *unit, Error *e, UnitState *ret) {
        UnitState *states;
        size_t n;
        int r;

        r = units_query(bus, unit, /* details= */ true, e, &states, &n);
        if (r < 0)
                return r;
        if (n > 0)
                *ret = states[0];
        free(states);
        return n > 0;
}

int unit_environment(sd_bus *bus, const char *unit, Error *e, char ***ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *path;
        int r;

        r = manager_call(bus, "GetUnit", /* e= */ NULL, &reply, "s", unit);
        if (r == -ENOENT)
                return 0;
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r >= 0)
                r = sd_bus_get_property_strv(bus, SYSTEMD_NAME, path, SERVICE, "Environment",
                                             /* ret_error= */ NULL, ret);
        if (r < 0)
                return error_set(e, r, "cannot ask systemd about %s: %s", unit, strerror(-r));
        return 1;
}
