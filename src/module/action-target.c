/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/action-target.h"

#include "basic/clock.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "basic/strv.h"

/* What is kept of all answers together: bytes, and values, of which each takes 64 bytes or more of
 * memory and, indented, of a document. One answer may have as many as fit into it. */
#define KEPT_SIZE_MAX   (16U * 1024U * 1024U)
#define KEPT_VALUES_MAX (CONTROL_EVENT_MAX / 2)

/* Of what a module gives as a reason, and of names that it gives, in a sentence. */
#define CLAUSE_MAX     2048
#define LIST_MAX       2048
#define NAME_MAX_SHOWN 128

/* A value as a clause: made harmless, and cut. */
static char *action_clause(json_object *o) {
        return escape_cut(json_string(o) ?: json_text(o), CLAUSE_MAX, /* keep_newlines= */ true);
}

void action_target_done(ActionTarget *target) {
        free(target->unit);
        free(target->name);
        action_call_done(&target->call);
        error_clear(&target->error);
        (void) json_object_put(target->data);
        (void) json_object_put(target->stream);
}

/* -- how a call ends --------------------------------------------------------------------------- */

/* The clause is in the target by now. */
void action_target_end(Actions *a, ActionTarget *target, ActionState state) {
        target->state = state;
        action_call_done(&target->call);
        if (a->on_end)
                a->on_end(a->userdata, target);
}

void action_target_fail(Actions *a, ActionTarget *target, int r) {
        if (!target->error.message)
                (void) error_set(&target->error, r, "%s", strerror(-r));
        target->r = r;
        action_target_end(a, target, ACTION_FAILED);
}

void action_target_time_out(Actions *a, ActionTarget *target) {
        double seconds = (double) a->timeout_usec / (double) USEC_PER_SEC;

        /* where no connection was taken there is a clause already, which stays */
        (void) error_set(
                &target->error, -ETIMEDOUT,
                target->said ? "it has not ended within %g s"
                : target->call.asked
                        ? "it has not answered within %g s"
                        : "timed out after %g s: the module has not announced the action yet, "
                          "or is still answering another caller",
                seconds);
        target->r = -ETIMEDOUT;
        action_target_end(a, target, ACTION_TIMEOUT);
}

/* The names of actions that a bridge sent. */
static int names_read(json_object *data, char ***ret) {
        _cleanup_(strv_freep) char **names = NULL;
        size_t n = json_length(data);

        for (size_t i = 0; i < n; i++) {
                const char *name = json_string(json_object_array_get_idx(data, i));

                if (name && strv_extend(&names, name) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(names);
        return 0;
}

/* The names of actions that there are, and the nearest of them, as a clause. */
static int names_clause(char *const *names, const char *action, Error *e) {
        const char *near = strv_nearest(names, action);
        _cleanup_(freep) char *list = strv_join(names, ", "), *cut = NULL;

        if (!names)
                return error_set(e, -ENOENT,
                                 "the module has announced no action over its channel (so far)");
        cut = list ? escape_cut(list, LIST_MAX, /* keep_newlines= */ false) : NULL;
        if (!cut)
                return -ENOMEM;
        if (near && strlen(near) <= NAME_MAX_SHOWN)
                return error_set(e, -ENOENT, "there is no such action, but: %s; did you mean '%s'?",
                                 cut, near);
        return error_set(e, -ENOENT, "there is no such action, but: %s", cut);
}

static void target_fail_unknown(Actions *a, ActionTarget *target, json_object *data) {
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        r = names_read(data, &names);
        if (r >= 0) /* deliberate: one exit for both */
                r = names_clause(names, a->request.action, &target->error);
        if (r == -ENOENT && a->several)
                action_target_end(a, target, ACTION_SKIPPED);
        else
                action_target_fail(a, target, r);
}

static void target_fail_error(Actions *a, ActionTarget *target, json_object *data) {
        _cleanup_(freep) char *text = action_clause(data);

        (void) error_set(&target->error, -EIO, "%s", text ? text : "?");
        action_target_fail(a, target, -EIO);
}

/* -- what a unit says -------------------------------------------------------------------------- */

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

/* Before it is kept. */
static int count_kept(Actions *a, json_object *data, Error *e) {
        a->kept_size += strlen(json_text(data));
        a->kept_values += count_values(data);
        if (a->kept_size > KEPT_SIZE_MAX)
                return error_set(e, -EFBIG, "it said more than %u MiB before it ended",
                                 KEPT_SIZE_MAX / 1024 / 1024);
        if (a->kept_values > KEPT_VALUES_MAX)
                return error_set(e, -EFBIG, "it said more than %u values before it ended",
                                 KEPT_VALUES_MAX);
        return 0;
}

static int target_keep_part(Actions *a, ActionTarget *target, json_object *data) {
        int r;

        r = count_kept(a, data, &target->error);
        if (r < 0)
                return r;
        if (!target->stream)
                target->stream = json_object_new_array();
        if (!target->stream || json_object_array_add(target->stream, json_object_get(data)) < 0)
                return -ENOMEM;
        return 0;
}

static int target_hand_out(Actions *a, ActionTarget *target, json_object *data, bool part) {
        if (!a->on_data)
                return 0;
        return a->on_data(a->userdata, target, data, part, &target->error);
}

static void target_take_part(Actions *a, ActionTarget *target, json_object *data) {
        int r;

        target->said = true;
        r = a->keep ? target_keep_part(a, target, data)
                    : target_hand_out(a, target, data, /* part= */ true);
        if (r < 0)
                action_target_fail(a, target, r);
}

/* A scoped action may end without a word. */
static void target_take_answer(Actions *a, ActionTarget *target, const ControlEvent *event) {
        bool wordless = event->kind == CONTROL_END && !event->data;
        int r = 0;

        if (a->keep)
                r = count_kept(a, event->data, &target->error);
        else if (!wordless)
                r = target_hand_out(a, target, event->data, /* part= */ false);
        if (r < 0) {
                action_target_fail(a, target, r);
                return;
        }
        if (a->keep)
                target->data = json_object_get(event->data);
        action_target_end(a, target, ACTION_DONE);
}

static void target_take_event(Actions *a, ActionTarget *target, const ControlEvent *event) {
        switch (event->kind) {
        case CONTROL_SENT:
                break;
        case CONTROL_STREAM:
                target_take_part(a, target, event->data);
                break;
        case CONTROL_REPLY:
        case CONTROL_END:
                target_take_answer(a, target, event);
                break;
        case CONTROL_UNKNOWN:
                target_fail_unknown(a, target, event->data);
                break;
        default:
                target_fail_error(a, target, event->data);
        }
}

void action_target_read(Actions *a, ActionTarget *target) {
        int r;

        r = action_call_read(&target->call, &target->error);
        if (r < 0)
                return action_target_fail(a, target, r);
        while (target->state == ACTION_WAITING && now_usec() < a->deadline_usec) {
                ControlEvent event = {};

                r = action_call_next(&target->call, &target->error, &event);
                if (r < 0)
                        action_target_fail(a, target, r);
                else if (r > 0)
                        target_take_event(a, target, &event);
                control_event_done(&event);
                if (r <= 0)
                        return;
        }
}
