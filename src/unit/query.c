/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/query.h"

#include "basic/clock.h"
#include "basic/string-util.h"
#include "model/name.h"
#include "unit/ask.h"
#include "unit/bus.h"
#include "unit/cgroup.h"
#include "unit/process.h"

/* Of the last process, since others often have its user. */
typedef struct UserName {
        uid_t uid;
        char *name;
} UserName;

/* Units as they are being found out about. */
struct UnitQuery {
        sd_bus *bus;
        UnitDepth depth;
        sd_bus_slot *root_slot, *list_slot;
        char *root; /* the control group that all units are below */
        UnitState *states;
        size_t n;
        Asks *asks; /* NULL: no more is wanted, or not yet */
        UserName last;

        bool listed;
        int r; /* of what was answered so far */
        Error error;
};

UnitQuery *unit_query_free(UnitQuery *q) {
        if (!q)
                return NULL;
        (void) sd_bus_slot_unref(q->root_slot);
        (void) sd_bus_slot_unref(q->list_slot);
        (void) asks_free(q->asks);
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
        *s = (UnitState){
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

/* A drop-in may have moved it to another slice. */
static void read_usage_elsewhere(UnitState *s) {
        _cleanup_(freep) char *group = NULL;
        CgroupUsage usage;

        if (cgroup_of_process((pid_t) s->main_pid, &group) < 0)
                return;
        usage = cgroup_usage(group);
        s->memory = usage.memory;
        s->cpu_nsec = usage.cpu_nsec;
}

static int read_user(uid_t uid, UserName *last, char **ret) {
        char *name;
        int r;

        if (!last->name || last->uid != uid) {
                r = process_user_name(uid, &name);
                if (r < 0)
                        return r;
                free(last->name);
                *last = (UserName){ .uid = uid, .name = name };
        }
        return free_and_strdup(ret, last->name);
}

/* What systemd was not asked for, since its process tells it. */
static int read_process(UnitState *s, UserName *last) {
        ProcessState process;

        if (process_state((pid_t) s->main_pid, &process) < 0)
                return 0;
        if (s->uptime_usec == UINT64_MAX && streq(s->active, "active"))
                s->uptime_usec = process.age_usec;
        return isempty(s->user) ? read_user(process.uid, last, &s->user) : 0;
}

/* A linked folder's unit names its user by number. */
static int read_user_number(UnitState *s, UserName *last) {
        if (isempty(s->user) || s->user[strspn(s->user, "0123456789")])
                return 0;
        return read_user((uid_t) strtoul(s->user, NULL, 10), last, &s->user);
}

/* What is left once the answers are there. */
static int finish(UnitState *s, void *userdata) {
        UnitQuery *q = userdata;
        uint64_t now = now_usec();
        int r = 0;

        if (s->uptime_usec != UINT64_MAX)
                s->uptime_usec = streq(s->active, "active") && s->uptime_usec <= now
                                         ? now - s->uptime_usec
                                         : UINT64_MAX;
        r = read_user_number(s, &q->last);
        if (r < 0)
                return r;
        if (s->main_pid > 0)
                r = read_process(s, &q->last);
        if (s->main_pid > 0 && s->memory == UINT64_MAX)
                read_usage_elsewhere(s);
        return r < 0 || s->user ? r : free_and_strdup(&s->user, "");
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

        q->r = sd_bus_message_is_method_error(m, NULL) ? note_error(q, m)
                                                       : read_control_group(m, &q->root);
        return 0;
}

static int on_list(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        UnitQuery *q = userdata;

        q->listed = true;
        if (q->r >= 0)
                q->r = sd_bus_message_is_method_error(m, NULL) ? note_error(q, m) : read_list(q, m);
        if (q->r >= 0 && q->n > 0 && q->depth > UNIT_NAMES)
                q->r = asks_send(q->bus, q->states, q->n, q->depth == UNIT_DETAILS, finish, q,
                                 &q->asks);
        return 0;
}

static int explain(int r, Error *e) {
        return error_set(e, r, "cannot ask systemd about its units: %s", strerror(-r));
}

int units_ask(sd_bus *bus, const char *pattern, UnitDepth depth, Error *e, UnitQuery **ret) {
        _cleanup_(unit_query_freep) UnitQuery *q = malloc(sizeof(UnitQuery));
        int r = 0;

        if (!q)
                return -ENOMEM;
        *q = (UnitQuery){ .bus = bus, .depth = depth };
        if (depth > UNIT_NAMES)
                r = sd_bus_call_method_async(bus, &q->root_slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                             PROPERTIES, "Get", on_root, q, "ss", MANAGER,
                                             "ControlGroup");
        if (r >= 0)
                r = sd_bus_call_method_async(bus, &q->list_slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                             MANAGER, "ListUnitsByPatterns", on_list, q, "asas", 0,
                                             1, pattern);
        if (r < 0)
                return explain(r, e);
        *ret = TAKE_PTR(q);
        return 0;
}

void units_proceed(UnitQuery *q) {
        while (!q->listed && q->r >= 0) {
                int r = sd_bus_process(q->bus, NULL);

                if (r == 0)
                        return;
                if (r < 0)
                        q->r = r;
        }
}

static int wait_listed(UnitQuery *q) {
        for (units_proceed(q); !q->listed && q->r >= 0; units_proceed(q)) {
                int r = sd_bus_wait(q->bus, UINT64_MAX);

                if (r < 0 && r != -EINTR)
                        q->r = r;
        }
        return q->r;
}

int units_answer(UnitQuery *q, Error *e, UnitState **ret, size_t *ret_n) {
        int r;

        r = wait_listed(q);
        if (r >= 0 && q->asks) {
                /* while the manager is at it */
                for (size_t i = 0; i < q->n; i++)
                        read_usage(q->root, q->states + i);
                r = asks_receive(q->asks);
        }
        if (r < 0)
                return q->error.message ? error_set(e, r, "%s", q->error.message) : explain(r, e);
        *ret = TAKE_PTR(q->states);
        *ret_n = q->n;
        q->n = 0;
        return 0;
}

int units_query(sd_bus *bus, const char *pattern, UnitDepth depth, Error *e, UnitState **ret,
                size_t *ret_n) {
        _cleanup_(unit_query_freep) UnitQuery *q = NULL;
        int r;

        r = units_ask(bus, pattern, depth, e, &q);
        return r < 0 ? r : units_answer(q, e, ret, ret_n);
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
