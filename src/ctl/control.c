/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/module-unit.h"
#include "ctl/select.h"
#include "ctl/watch.h"
#include "model/name.h"
#include "store/modules.h"
#include "unit/query.h"

/* One verb: what it does to the selected modules, and how it says so. */
typedef struct Control {
        int (*run)(Context *c, char *const *names, Error *e, UnitOutcome **ret);
        const char *done;   /* "%s is started." */
        const char *failed; /* "Cannot stop %s" */
        bool only_stopped;  /* leaves running modules alone */
        bool show_log;
} Control;

static int report(Context *c, const Control *control, char *const *names, UnitOutcome *outcomes) {
        int result = 0;

        for (size_t i = 0; names[i]; i++) {
                if (outcomes[i].r >= 0) {
                        log_info("%s is %s.", names[i], control->done);
                        continue;
                }
                result = log_error_cause(outcomes[i].r, &outcomes[i].error, "%s %s", names[i],
                                         control->failed);
                if (control->show_log)
                        module_show_log(c, names[i]);
        }
        return result;
}

/* Takes the modules out that run, or that systemd is about to start again. */
static int leave_running(Context *c, char ***names, Error *e) {
        _cleanup_(strv_freep) char **stopped = NULL;
        UnitState *states = NULL;
        size_t n = 0;
        int r;

        r = units_query(c->bus, UNIT_PREFIX "*.service", /* details= */ false, e, &states, &n);
        STRV_FOREACH(name, *names) {
                _cleanup_(freep) char *unit = NULL;
                const UnitState *state;

                if (r >= 0)
                        r = module_unit_name(*name, /* app= */ NULL, 0, &unit);
                if (r < 0)
                        break;
                state = unit_states_find(states, n, unit);
                if (state && streq(state->active, "active"))
                        log_info("%s is running already.", *name);
                else
                        r = strv_extend(&stopped, *name);
        }
        unit_states_free(states, n);
        if (r < 0)
                return r;
        strv_free(*names);
        *names = TAKE_PTR(stopped);
        return 0;
}

static int control(Context *c, const Control *how, char ***names) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        UnitOutcome *outcomes;
        int r;

        r = context_bus(c, &e);
        if (r >= 0 && how->only_stopped)
                r = leave_running(c, names, &e);
        if (r >= 0 && strv_length(*names) == 0)
                return 0;
        if (r >= 0)
                r = how->run(c, *names, &e, &outcomes);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot reach the modules");

        r = report(c, how, *names, outcomes);
        unit_outcomes_free(outcomes, strv_length(*names));
        return r;
}

static int run(const void *args, char **words, const Control *how) {
        _cleanup_(strv_freep) char **names = NULL;
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = select_modules(&c, words, &names);
        if (r == 0)
                r = control(&c, how, &names);
        context_done(&c);
        return r;
}

/* A stopped module must not be brought back by a change in its folder. */
static int stop_with_watch(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        STRV_FOREACH(name, names) {
                int r = watch_stop(c, *name, e);

                if (r < 0)
                        return r;
        }
        return modules_stop(c, names, e, ret);
}

static int start_with_watch(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        r = modules_lock_shared(c, names, e, &lock_fd);
        if (r < 0)
                return r;
        STRV_FOREACH(name, names)
                (void) watch_start(c, *name);
        return modules_start(c, names, e, ret);
}

static int run_start(const void *args, char **words) {
        static const Control how = { start_with_watch, "started", "did not start", true, true };

        return run(args, words, &how);
}

static int run_restart(const void *args, char **words) {
        static const Control how = { start_with_watch, "restarted", "did not start again", false,
                                     true };

        return run(args, words, &how);
}

static int run_stop(const void *args, char **words) {
        static const Control how = { stop_with_watch, "stopped", "cannot be stopped", false,
                                     false };

        return run(args, words, &how);
}

const Verb verb_start = {
        "start", NULL, "MODULE…|all", "Start modules that are stopped", 0, VERB_ANY, run_start,
};
const Verb verb_restart = {
        "restart", " reload ", "MODULE…|all", "Make the units of modules anew and start them",
        0,         VERB_ANY,   run_restart,
};
const Verb verb_stop = {
        "stop", NULL, "MODULE…|all", "Stop modules until the next boot", 0, VERB_ANY, run_stop,
};
