/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/state.h"

#include <signal.h>
#include <sys/wait.h>

#include "basic/error.h"
#include "basic/string-util.h"
#include "model/exit-status.h"

/* The values of Result= that say all there is to say. */
static const struct {
        const char *result;
        int error;
        const char *text;
} results[] = {
        { "oom-kill", -ENOMEM, "it took more memory than MemoryMax= allows" },
        { "protocol", -ECHILD, "it ended before it was ready" },
        { "resources", -ECHILD, "systemd could not set it up" },
        { "start-limit-hit", -ECHILD, "it was started too often in too short a time" },
        { "timeout", -ETIMEDOUT, "it was not ready, or not stopped, in time" },
        { "watchdog", -ETIMEDOUT, "its watchdog timed out" },
};

static int explain_exit(const UnitState *s, Error *e) {
        const char *text = exit_status_text(s->exit_status);

        if (text)
                return error_set(e, -ECHILD, "%s", text);
        return error_set(e, -ECHILD, "it exited with status %d", s->exit_status);
}

static int explain_process(const UnitState *s, Error *e) {
        const char *name;

        if (s->exit_code == CLD_EXITED)
                return explain_exit(s, e);
        name = sigabbrev_np(s->exit_status);
        return error_set(e, -ECHILD, "it was killed by SIG%s", name ? name : "?");
}

static bool has_ended(const UnitState *s) {
        return s->exit_code == CLD_EXITED || s->exit_code == CLD_KILLED ||
               s->exit_code == CLD_DUMPED;
}

static int explain_result(const UnitState *s, Error *e) {
        /* the last restart was refused, but before the first there was a start */
        if (streq_ptr(s->result, "start-limit-hit") && s->n_restarts > 0 && has_ended(s)) {
                _cleanup_(error_clear) Error why = ERROR_NULL;
                int r = explain_process(s, &why);

                return error_set(e, r, "%s; it was started %u times in too short a time",
                                 error_text(&why, r), s->n_restarts);
        }
        for (size_t i = 0; i < ELEMENTSOF(results); i++)
                if (streq_ptr(s->result, results[i].result))
                        return error_set(e, results[i].error, "%s", results[i].text);

        if (has_ended(s))
                return explain_process(s, e);
        /* Asked while it was being started again, which is what wipes the reason. */
        if (streq_ptr(s->result, "success"))
                return error_set(e, -ECHILD, "it ended, and was started again");
        return error_set(e, -ECHILD, "it failed (%s)", s->result ? s->result : "unknown reason");
}

int unit_state_to_error(const UnitState *s, Error *e) {
        bool trying;
        int r;

        assert(s);

        trying = streq(s->sub, "auto-restart");
        if (!trying && !streq(s->active, "failed"))
                return 0;

        r = explain_result(s, e);
        return trying ? -EAGAIN : r;
}

bool unit_state_runs(const UnitState *s) {
        return s && streq(s->active, "active") && !streq(s->sub, "exited");
}

bool unit_state_stays(const UnitState *s) {
        return s && !streq(s->active, "deactivating");
}

static int compare_states(const void *a, const void *b) {
        return strcmp(((const UnitState *) a)->unit, ((const UnitState *) b)->unit);
}

void unit_states_sort(UnitState *states, size_t n) {
        if (n > 0)
                qsort(states, n, sizeof(UnitState), compare_states);
}

const UnitState *unit_states_find(const UnitState *states, size_t n, const char *unit) {
        UnitState key = { .unit = (char *) unit };

        return n > 0 ? bsearch(&key, states, n, sizeof(UnitState), compare_states) : NULL;
}

const UnitState *unit_states_find_prefix(const UnitState *states, size_t n, const char *prefix,
                                         size_t *ret_n) {
        size_t begin = 0, end = n;

        while (begin < end) {
                size_t middle = begin + (end - begin) / 2;

                if (strcmp(states[middle].unit, prefix) < 0)
                        begin = middle + 1;
                else
                        end = middle;
        }
        while (end < n && startswith(states[end].unit, prefix))
                end++;
        *ret_n = end - begin;
        return states + begin;
}

void unit_state_done(UnitState *s) {
        free(s->unit);
        free(s->path);
        free(s->active);
        free(s->sub);
        free(s->user);
        free(s->result);
        free(s->status_text);
        free(s->invocation_id);
        *s = (UnitState) {};
}

void unit_states_free(UnitState *states, size_t n) {
        for (size_t i = 0; i < n; i++)
                unit_state_done(states + i);
        free(states);
}
