/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/last-lines.h"
#include "ctl/select.h"
#include "module/start.h"
#include "module/stop.h"

/* One verb: what it does to the selected modules, and how it says so. */
typedef struct StartStop {
        int (*run)(Context *c, char *const *names, Error *e, UnitOutcome **ret);
        const char *done;      /* "%s is started." */
        const char *unchanged; /* "%s is running already." */
        const char *failed;    /* "%s did not start" */
        const char *left;      /* the same where nothing was begun; NULL: no other */
        bool show_log;
} StartStop;

static void print_failure(Context *c, const StartStop *how, const char *name,
                          const UnitOutcome *outcome) {
        (void) log_error_cause(outcome->r, &outcome->error, "%s %s", name,
                               how->left && !outcome->unit ? how->left : how->failed);
        if (how->show_log)
                last_lines_show(c, outcome->unit, outcome->start_usec);
}

/* At boot, what an administrator masked is not to be started, which is not a failure. */
static bool is_masked_at_boot(const Context *c, const UnitOutcome *outcome) {
        return c->arg->enabled && outcome->r == -ERFKILL;
}

static int start_stop_report(Context *c, const StartStop *how, const char *name,
                             const UnitOutcome *outcome, json_object *results) {
        const char *done = outcome->r == 0 ? how->unchanged : how->done;

        if (is_masked_at_boot(c, outcome)) {
                log_notice("%s is not started: %s", name, error_text(&outcome->error, outcome->r));
                return result_add(results, name, "masked", 0, /* e= */ NULL) < 0 ? log_oom() : 0;
        }

        if (result_add(results, name, done, outcome->r, &outcome->error) < 0)
                return log_oom();
        if (outcome->r < 0) {
                print_failure(c, how, name, outcome);
                return outcome->r;
        }
        log_info("%s is %s%s.", name, done, streq(done, "running") ? " already" : "");
        return 0;
}

static int start_stop_modules(Context *c, const StartStop *how, char *const *names,
                              json_object *results) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        UnitOutcome *outcomes;
        int r, result = 0;

        r = how->run(c, names, &e, &outcomes);
        if (r < 0) {
                STRV_FOREACH(name, names)
                        (void) result_add(results, *name, how->done, r, &e);
                return log_error_cause(r, &e, "Failed to reach the modules");
        }

        for (size_t i = 0; names[i]; i++) {
                r = start_stop_report(c, how, names[i], outcomes + i, results);
                result = r < 0 ? r : result;
        }
        unit_outcomes_free(outcomes, strv_length(names));
        return result;
}

static int start_stop_run(const void *args, char **words, const StartStop *how) {
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
                r = select_result(r, start_stop_modules(&c, how, names, results));
        if (select_answers(selected))
                r = results_print(&c, results, r);
        context_done(&c);
        return r;
}

static int start_stopped(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        /* --enabled is the boot */
        return modules_lock_and_start(&c->modules, names,
                                      START_STOPPED | (c->arg->enabled ? 0 : START_EVERY), e, ret);
}

static int start_anew(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        return modules_lock_and_start(&c->modules, names, START_ANEW | START_EVERY, e, ret);
}

static int stop_all(Context *c, char *const *names, Error *e, UnitOutcome **ret) {
        return modules_stop(&c->modules, names, e, ret);
}

static int run_start(const void *args, char **words) {
        static const StartStop how = { start_stopped,   "started", "running",
                                       "did not start", NULL,      true };

        return start_stop_run(args, words, &how);
}

static int run_restart(const void *args, char **words) {
        static const StartStop how = { start_anew,
                                       "restarted",
                                       "running",
                                       "did not start again",
                                       "is not restarted and goes on as it was",
                                       true };

        return start_stop_run(args, words, &how);
}

static int run_stop(const void *args, char **words) {
        static const StartStop how = { stop_all, "stopped", "stopped", "cannot be stopped",
                                       NULL,     false };

        return start_stop_run(args, words, &how);
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
