/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/last-lines.h"
#include "ctl/select.h"
#include "module/cleanup.h"
#include "module/lock.h"
#include "module/start.h"
#include "module/stop.h"

/* One verb: what it does to the selected modules, and how it says so. */
typedef struct Control {
        int (*run)(Context *c, char *const *names, Error *e, UnitOutcome **ret);
        const char *done;      /* "%s is started." */
        const char *unchanged; /* "%s is running already." */
        const char *failed;    /* "%s did not start" */
        const char *left;      /* the same where nothing was begun; NULL: no other */
        bool show_log;
} Control;

static int report(Context *c, const Control *control, const char *name, const UnitOutcome *outcome,
                  json_object *results) {
        int r = outcome->r;
        const char *done = r == 0 ? control->unchanged : control->done;

        if (result_add(results, name, done, r, &outcome->error) < 0)
                return log_oom();
        if (r >= 0) {
                log_info("%s is %s%s.", name, done, streq(done, "running") ? " already" : "");
                return 0;
        }
        (void) log_error_cause(r, &outcome->error, "%s %s", name,
                               control->left && !outcome->unit ? control->left : control->failed);
        if (control->show_log)
                last_lines_show(c, outcome->unit, outcome->start_usec);
        return r;
}

static int control(Context *c, const Control *how, char *const *names, json_object *results) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        UnitOutcome *outcomes;
        int r, result = 0;

        r = how->run(c, names, &e, &outcomes);
        if (r < 0) {
                STRV_FOREACH(name, names)
                        (void) result_add(results, *name, how->done, r, &e);
                return log_error_cause(r, &e, "Cannot reach the modules");
        }

        for (size_t i = 0; names[i]; i++) {
                r = report(c, how, names[i], outcomes + i, results);
                result = r < 0 ? r : result;
        }
        unit_outcomes_free(outcomes, strv_length(names));
        return result;
}

static int run(const void *args, char **words, const Control *how) {
        _cleanup_(json_object_putp) json_object *results = json_object_new_array();
        _cleanup_(strv_freep) char **names = NULL;
        Context c;
        int r, selected;

        if (!results)
                return log_oom();
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = selected = select_modules(&c, words, results, &names);
        if (names)
                r = select_result(r, control(&c, how, names, results));
        if (select_answers(selected))
                r = results_print(&c, results, r);
        context_done(&c);
        return r;
}

static int start(Context *c, char *const *names, StartMode mode, Error *e, UnitOutcome **ret) {
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        modules_try_clean_up(&c->modules);
        r = modules_lock_shared(&c->modules, names, e, &lock_fd);
        if (r < 0)
                return r;
        return modules_start(&c->modules, names, mode, e, ret);
}

static int start_stopped(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        return start(c, names, START_STOPPED, e, ret);
}

static int start_anew(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        return start(c, names, START_ANEW, e, ret);
}

static int stop(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        return modules_stop(&c->modules, names, e, ret);
}

static int run_start(const void *args, char **words) {
        static const Control how = { start_stopped,   "started", "running",
                                     "did not start", NULL,      true };

        return run(args, words, &how);
}

static int run_restart(const void *args, char **words) {
        static const Control how = { start_anew,
                                     "restarted",
                                     "running",
                                     "did not start again",
                                     "is not restarted and goes on as it was",
                                     true };

        return run(args, words, &how);
}

static int run_stop(const void *args, char **words) {
        static const Control how = { stop, "stopped", "stopped", "cannot be stopped", NULL, false };

        return run(args, words, &how);
}

const Verb verb_start = {
        "start", NULL, "MODULE…|all", "Start stopped modules", 0, VERB_ANY, run_start,
};
const Verb verb_restart = {
        "restart", " reload ", "MODULE…|all", "Restart modules with new units",
        0,         VERB_ANY,   run_restart,
};
const Verb verb_stop = {
        "stop", NULL, "MODULE…|all", "Stop modules until the next boot", 0, VERB_ANY, run_stop,
};
