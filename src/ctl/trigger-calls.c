/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>

#include "basic/clock.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/trigger.h"
#include "model/name.h"
#include "unit/query.h"

/* How often a unit that is being started is tried. */
#define RETRY_USEC (100 * USEC_PER_MSEC)

/* What is kept of all answers together where they are printed as one document: bytes, and values,
 * of which each takes 64 bytes or more of memory and, indented, of the document. One answer may
 * have as many as fit into it. */
#define STREAM_SIZE_MAX (16U * 1024U * 1024U)
#define VALUES_MAX      (CONTROL_EVENT_MAX / 2)

/* What is printed of all together as it comes: control characters become longer by it. */
#define PRINTED_MAX (64U * 1024U * 1024U)

/* Of names that a module gives, in a sentence. */
#define LIST_MAX       2048
#define NAME_MAX_SHOWN 128

/* -- what comes of a call ---------------------------------------------------------------------- */

/* Ends a call. The clause is in the target by now. */
static void finish(Trigger *t, Target *target, Outcome outcome) {
        target->outcome = outcome;
        call_done(&target->call);
        trigger_print_outcome(t, target);
}

static void fail(Trigger *t, Target *target, int r) {
        if (!target->error.message)
                (void) error_set(&target->error, r, "%s", strerror(-r));
        finish(t, target, OUTCOME_FAILED);
}

static void time_out(Trigger *t, Target *target) {
        double seconds = (double) t->timeout_usec / (double) USEC_PER_SEC;

        /* where no connection was taken there is a clause already, which stays */
        (void) error_set(&target->error, -ETIMEDOUT,
                         target->said ? "it has not ended within %g s; --timeout= allows more"
                         : target->call.asked
                                 ? "it has not answered within %g s"
                                 : "it had no turn within %g s: the module has not announced the "
                                   "action yet, or not answered who asked before",
                         seconds);
        finish(t, target, OUTCOME_TIMEOUT);
}

/* The names of actions that a bridge sent. */
static int read_names(json_object *data, char ***ret) {
        _cleanup_(strv_freep) char **names = NULL;
        size_t n = json_object_is_type(data, json_type_array) ? json_object_array_length(data) : 0;

        for (size_t i = 0; i < n; i++) {
                const char *name = json_string(json_object_array_get_idx(data, i));

                if (name && strv_extend(&names, name) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(names);
        return 0;
}

static void fail_unknown(Trigger *t, Target *target, json_object *data) {
        _cleanup_(freep) char *list = NULL, *cut = NULL;
        _cleanup_(strv_freep) char **names = NULL;
        const char *near;

        if (read_names(data, &names) < 0)
                return fail(t, target, -ENOMEM);
        near = strv_nearest(names, t->request.action);
        near = near && strlen(near) <= NAME_MAX_SHOWN ? near : NULL;
        list = strv_join(names, ", ");
        cut = list ? escape_cut(list, LIST_MAX, /* keep_newlines= */ false) : NULL;
        if (!names)
                (void) error_set(&target->error, -ENOENT,
                                 "the module has announced no action over its channel (so far)");
        else if (cut)
                (void) error_set(&target->error, -ENOENT, "there is no such action, but: %s%s%s%s",
                                 cut, near ? "; did you mean '" : "", near ? near : "",
                                 near ? "'?" : "");
        if (t->several && target->error.message)
                finish(t, target, OUTCOME_SKIPPED);
        else
                fail(t, target, -ENOMEM);
}

static void fail_error(Trigger *t, Target *target, json_object *data) {
        _cleanup_(freep) char *text = trigger_clause(data);

        (void) error_set(&target->error, -EIO, "%s", text ? text : "?");
        fail(t, target, -EIO);
}

static uint64_t count_values(json_object *o) {
        uint64_t n = 1;

        if (json_object_is_type(o, json_type_array))
                for (size_t i = 0; i < json_object_array_length(o); i++)
                        n += count_values(json_object_array_get_idx(o, i));
        if (!json_object_is_type(o, json_type_object))
                return n;
        json_object_object_foreach(o, key, value) {
                (void) key;
                n += count_values(value);
        }
        return n;
}

/* What is held until all is printed as one document. */
static int count_kept(Trigger *t, Target *target, json_object *data) {
        t->stream_size += strlen(json_text(data));
        t->n_values += count_values(data);
        if (t->stream_size > STREAM_SIZE_MAX)
                return error_set(&target->error, -EFBIG,
                                 "it said more than %u MiB before it ended; without --json that is "
                                 "printed as it comes",
                                 STREAM_SIZE_MAX / 1024 / 1024);
        if (t->n_values > VALUES_MAX)
                return error_set(&target->error, -EFBIG,
                                 "it said more than %u values before it ended; without --json they "
                                 "are printed as they come",
                                 VALUES_MAX);
        return 0;
}

static int count_printed(Trigger *t, Target *target) {
        if (t->printed_size <= PRINTED_MAX)
                return 0;
        return error_set(&target->error, -EFBIG, "more than %u MiB were printed",
                         PRINTED_MAX / 1024 / 1024);
}

static int keep_stream(Trigger *t, Target *target, json_object *data) {
        int r;

        r = count_kept(t, target, data);
        if (r < 0)
                return r;
        if (!target->stream)
                target->stream = json_object_new_array();
        if (!target->stream || json_object_array_add(target->stream, json_object_get(data)) < 0)
                return -ENOMEM;
        return 0;
}

static void take_stream(Trigger *t, Target *target, json_object *data) {
        int r;

        target->said = true;
        if (t->arg->json == JSON_OFF) {
                trigger_print(t, target, data, /* part= */ true);
                r = count_printed(t, target);
        } else
                r = keep_stream(t, target, data);
        if (r < 0)
                fail(t, target, r);
}

static void take_answer(Trigger *t, Target *target, const ControlEvent *event) {
        bool json = t->arg->json != JSON_OFF;
        int r;

        r = json ? count_kept(t, target, event->data) : count_printed(t, target);
        if (r < 0) {
                fail(t, target, r);
                return;
        }
        target->data = json_object_get(event->data);
        target->wordless = event->kind == CONTROL_END && !event->data;
        finish(t, target, OUTCOME_DONE);
        if (!json) /* printed */
                (void) json_object_put(TAKE_PTR(target->data));
}

/* -- calls ------------------------------------------------------------------------------------- */

static void take_event(Trigger *t, Target *target, const ControlEvent *event) {
        switch (event->kind) {
        case CONTROL_SENT:
                break;
        case CONTROL_STREAM:
                take_stream(t, target, event->data);
                break;
        case CONTROL_REPLY:
        case CONTROL_END:
                take_answer(t, target, event);
                break;
        case CONTROL_UNKNOWN:
                fail_unknown(t, target, event->data);
                break;
        default:
                fail_error(t, target, event->data);
        }
}

static void read_events(Trigger *t, Target *target) {
        int r;

        r = call_read(&target->call, &target->error);
        if (r < 0)
                return fail(t, target, r);
        while (target->outcome == OUTCOME_WAITING && now_usec() < t->deadline_usec) {
                ControlEvent event = {};

                r = call_next(&target->call, &target->error, &event);
                if (r < 0)
                        fail(t, target, r);
                else if (r > 0)
                        take_event(t, target, &event);
                control_event_done(&event);
                if (r <= 0)
                        return;
        }
}

int trigger_add(Trigger *t, const char *unit) {
        Target *grown = realloc(t->targets, (t->n + 1) * sizeof(Target));
        _cleanup_(freep) char *name = NULL, *app = NULL;
        Target target = { .call = CALL_EMPTY };
        unsigned instance;
        int r;

        if (!grown)
                return -ENOMEM;
        t->targets = grown;
        r = module_from_unit_name(unit, &name, &app, &instance);
        if (r < 0)
                return r;
        if (asprintf(&target.name,
                     instance > 0 ? "%s@%s@%u"
                     : app        ? "%s@%s"
                                  : "%s",
                     name, app, instance) < 0)
                return -ENOMEM;
        target.unit = strdup(unit);
        if (!target.unit) {
                free(target.name);
                return -ENOMEM;
        }
        t->targets[t->n++] = target;
        return 0;
}

/* Nobody listens: 1 if that is about to change, since the unit was just started; else `r`, or
 * -ENOENT where it does not run. */
static int ask_manager(Trigger *t, Target *target, int r) {
        UnitState state = {};
        bool runs, starts;
        int k;

        k = modules_open_bus(&t->context->modules, /* e= */ NULL);
        if (k >= 0)
                k = unit_query(t->context->modules.bus, target->unit, /* e= */ NULL, &state);
        if (k < 0)
                return r;
        runs = k > 0 && unit_state_runs(&state);
        starts = k > 0 && (streq(state.active, "activating") ||
                           (runs && state.uptime_usec < CONTROL_YOUNG_USEC));
        unit_state_done(&state);
        if (runs || starts)
                return starts ? 1 : r;
        error_clear(&target->error);
        return error_set(&target->error, -ENOENT, "it does not run");
}

static int start(Trigger *t, Target *target) {
        _cleanup_(freep) char *name = NULL, *app = NULL, *folder = NULL, *path = NULL;
        uint64_t now = now_usec(), began = t->deadline_usec - t->timeout_usec;
        unsigned instance;
        int r;

        r = module_from_unit_name(target->unit, &name, &app, &instance);
        if (r >= 0)
                r = module_unit_folder(name, app, instance, &folder);
        if (r < 0)
                return r;
        path = path_join(t->context->modules.scope.runtime, folder);
        if (!path)
                return -ENOMEM;
        error_clear(&target->error);
        target->retry_usec = 0;
        r = call_open(path, &t->request, &target->error, &target->call);
        if (r == -ENOENT || r == -ECONNREFUSED)
                r = ask_manager(t, target, r);
        if (r > 0)
                error_clear(&target->error);
        if (r > 0 && now - began >= CONTROL_YOUNG_USEC)
                r = error_set(&target->error, -ENOENT, "it does not run yet");
        if (r > 0 || r == -EAGAIN)
                target->retry_usec = now + RETRY_USEC;
        else if (t->several && r == -ENOENT)
                finish(t, target, OUTCOME_STOPPED);
        else if (r < 0)
                fail(t, target, r);
        return 0;
}

void trigger_done(Trigger *t) {
        for (size_t i = 0; i < t->n; i++) {
                free(t->targets[i].unit);
                free(t->targets[i].name);
                call_done(&t->targets[i].call);
                error_clear(&t->targets[i].error);
                (void) json_object_put(t->targets[i].data);
                (void) json_object_put(t->targets[i].stream);
        }
        free(t->targets);
        t->targets = NULL;
        t->n = 0;
}

/* Waits for one event of any call, or the first that is out of time. 0 when none is left. */
static int wait_for_calls(Trigger *t, struct pollfd *fds) {
        uint64_t now = now_usec(), until = t->deadline_usec;
        bool any = false;

        for (size_t i = 0; i < t->n; i++) {
                Target *target = t->targets + i;

                fds[i] = (struct pollfd){ .fd = -1 };
                if (target->outcome == OUTCOME_WAITING && t->deadline_usec <= now)
                        time_out(t, target);
                if (target->outcome != OUTCOME_WAITING)
                        continue;
                any = true;
                if (target->retry_usec > 0)
                        until = MIN2(until, MAX2(target->retry_usec, now));
                fds[i].fd = target->call.channel.fd;
                fds[i].events = (short) (POLLIN |
                                         (channel_is_full(&target->call.channel) ? POLLOUT : 0));
        }
        if (!any)
                return 0;
        if (poll(fds, (nfds_t) t->n, (int) ((until - now) / USEC_PER_MSEC) + 1) < 0)
                return errno == EINTR ? 1 : -errno;
        return 1;
}

int trigger_run(Trigger *t) {
        _cleanup_(freep) struct pollfd *fds = calloc(t->n + 1, sizeof(*fds));
        int r;

        if (!fds)
                return -ENOMEM;
        t->several |= t->n > 1;
        t->deadline_usec = now_usec() + t->timeout_usec;
        for (size_t i = 0; i < t->n; i++) {
                r = start(t, t->targets + i);
                if (r < 0)
                        return r;
        }
        while ((r = wait_for_calls(t, fds)) > 0)
                for (size_t i = 0; i < t->n; i++) {
                        Target *target = t->targets + i;

                        if (target->retry_usec > 0 && target->outcome == OUTCOME_WAITING &&
                            target->retry_usec <= now_usec()) {
                                r = start(t, target);
                                if (r < 0)
                                        return r;
                        }
                        if (fds[i].revents & POLLOUT)
                                (void) channel_flush(&target->call.channel);
                        if (fds[i].revents & ~POLLOUT)
                                read_events(t, target);
                }
        return r;
}
