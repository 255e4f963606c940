/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `trigger`: asks modules for one of their actions, and prints what they answer. */

#include "basic/log.h"
#include "basic/number.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/select.h"
#include "model/name.h"
#include "module/actions.h"
#include "module/units.h"
#include "store/installed.h"

#define TIMEOUT_DEFAULT_USEC (30 * USEC_PER_SEC)
#define TIMEOUT_MAX_SEC      86400

/* Bytes of a value that is printed with a line for each that is in it: indented, deep ones become a
 * hundred times as long. */
#define PRETTY_MAX (64U * 1024U)

/* What is printed of all together as it comes: control characters become longer by it. */
#define PRINTED_MAX (64U * 1024U * 1024U)

typedef struct Trigger {
        const Arguments *arg;
        Actions actions;
        uint64_t printed_size; /* bytes */
        int printed;           /* 0, or why something could not be */
} Trigger;

static const char *const outcomes[_ACTION_STATE_MAX] = {
        [ACTION_DONE] = "done",
        [ACTION_FAILED] = "failed",
        [ACTION_TIMEOUT] = "timeout",
};

/* -- as text ----------------------------------------------------------------------------------- */

static char *value_text(json_object *o, bool part) {
        const char *s = json_string(o);

        if (!s)
                s = json_text(o);
        if (!part && !json_string(o) && strlen(s) <= PRETTY_MAX)
                s = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
                                                              JSON_C_TO_STRING_SPACED |
                                                              JSON_C_TO_STRING_NOSLASHESCAPE);
        return s ? escape_control(s, /* keep_newlines= */ true) : NULL;
}

static int check_printed(const Trigger *t, Error *e) {
        if (t->printed_size <= PRINTED_MAX)
                return 0;
        return error_set(e, -EFBIG, "more than %u MiB were printed", PRINTED_MAX / 1024 / 1024);
}

/* An ActionDataHandler. On one line if it is long or a part of more. */
static int print_data(void *userdata, const ActionTarget *target, json_object *data, bool part,
                      Error *e) {
        _cleanup_(freep) char *text = value_text(data, part);
        Trigger *t = userdata;
        const bool several = t->actions.several;
        int r;

        r = part ? 0 : check_printed(t, e);
        if (r < 0)
                return r;
        r = printf("%s%s%s\n", several ? target->name : "", several ? ": " : "",
                   text ? text : "?") < 0
                    ? -errno
                    : output_flush();
        if (r < 0 && t->printed == 0)
                t->printed = r;
        t->printed_size += text ? strlen(text) : 0;
        return part ? check_printed(t, e) : 0;
}

/* The clause and the option that allows more; NULL: out of memory. */
static char *reason_text(const Trigger *t, const ActionTarget *target) {
        const char *remedy = "";
        char *text;

        if (target->state == ACTION_TIMEOUT && target->said)
                remedy = "; --timeout= allows more";
        else if (target->r == -EFBIG && t->actions.keep)
                remedy = "; without --json, values are printed as they come";
        return strdupf(&text, "%s%s", error_text(&target->error, -ENOMEM), remedy) < 0 ? NULL
                                                                                       : text;
}

/* An ActionEndHandler. */
static void print_failure(void *userdata, const ActionTarget *target) {
        _cleanup_(freep) char *reason = reason_text(userdata, target);
        const Trigger *t = userdata;

        if (target->state == ACTION_FAILED || target->state == ACTION_TIMEOUT)
                log_error("Action '%s' of %s failed: %s", t->actions.request.action, target->name,
                          reason ?: "?");
}

/* -- as JSON ----------------------------------------------------------------------------------- */

static json_object *target_json(const Trigger *t, const ActionTarget *target) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        _cleanup_(freep) char *reason = NULL;

        if (target->error.message)
                reason = reason_text(t, target);
        if (!o || json_add_string(o, "module", target->name) < 0 ||
            json_add_string(o, "unit", target->unit) < 0 ||
            json_add_string(o, "action", t->actions.request.action) < 0 ||
            json_add_string(o, "outcome", outcomes[target->state]) < 0)
                return NULL;
        if (target->state == ACTION_DONE &&
            json_object_object_add(o, "return", json_object_get(target->data)) < 0)
                return NULL;
        if (target->stream && json_add(o, "stream", json_object_get(target->stream)) < 0)
                return NULL;
        if (json_add_string(o, "reason", reason) < 0)
                return NULL;
        return TAKE_PTR(o);
}

/* One object, or for `all` an array of them. */
static int print_json(const Trigger *t) {
        _cleanup_(json_object_putp) json_object *list = json_object_new_array();
        const Actions *a = &t->actions;

        for (size_t i = 0; list && i < a->n; i++) {
                json_object *o;

                if (a->targets[i].state >= ACTION_SKIPPED)
                        continue;
                o = target_json(t, a->targets + i);
                if (!o || json_object_array_add(list, o) < 0)
                        return -ENOMEM;
        }
        if (!list)
                return -ENOMEM;
        return json_print(a->several ? list : json_object_array_get_idx(list, 0), t->arg->json);
}

/* -- all of them ------------------------------------------------------------------------------- */

/* None had the action, or ran. */
static void print_none(const Actions *a, bool all, bool any_skipped) {
        const char *action = a->request.action;

        if (all)
                log_error("No module that runs has an action '%s'.", action);
        else if (!any_skipped)
                log_error("Action '%s' of %s failed: none of its %zu units runs", action,
                          a->targets[0].name, a->n);
        for (size_t i = 0; !all && i < a->n; i++)
                if (a->targets[i].state == ACTION_SKIPPED)
                        log_error("Action '%s' of %s failed: %s", action, a->targets[i].name,
                                  a->targets[i].error.message);
}

static int exit_status(const Actions *a, bool all) {
        size_t count[_ACTION_STATE_MAX] = {};
        bool none;

        for (size_t i = 0; i < a->n; i++)
                count[a->targets[i].state]++;
        none = count[ACTION_SKIPPED] + count[ACTION_STOPPED] == a->n;
        if (none)
                print_none(a, all, count[ACTION_SKIPPED] > 0);
        return count[ACTION_FAILED] > 0 || none ? EXIT_FAILURE
               : count[ACTION_TIMEOUT] > 0      ? EXIT_TIMEOUT
                                                : EXIT_SUCCESS;
}

static int trigger_run(Trigger *t, bool all) {
        int r, result;

        r = actions_run(&t->actions);
        if (r < 0)
                return log_error_errno(r, "Failed to wait for answers: %m");
        result = exit_status(&t->actions, all);
        r = t->actions.keep ? print_json(t) : t->printed;
        return r < 0 ? log_error_errno(r, "Failed to print: %m") : result;
}

/* All units of a module; of those that no package declares any more the manager would have to be
 * asked. */
static int add_module(Context *c, Actions *a, const char *name) {
        _cleanup_(strv_freep) char **units = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(module_done) Module m = {};
        int r;

        r = store_load(c->modules.store, name, &e, &m);
        if (r <= 0)
                return log_error_cause(r < 0 ? r : -ENOENT, &e, "Failed to trigger %s", name);
        r = module_units_read(&m, /* loaded= */ NULL, &units);
        if (r < 0)
                return log_oom();
        STRV_FOREACH(unit, units)
                if (actions_add(a, *unit) < 0)
                        return log_oom();
        return 0;
}

/* Where one unit is named, that alone is meant. */
static int add_targets(Context *c, Actions *a, const char *word) {
        char *const selected[] = { (char *) word, NULL };
        _cleanup_(strv_freep) char **names = NULL;
        _cleanup_(freep) char *owner = NULL, *unit = NULL;
        int r;

        r = select_modules(c, selected, /* results= */ NULL, &names);
        if (r != 0)
                return r;
        if (module_from_unit_word(word, &owner, &unit) >= 0)
                return actions_add(a, unit) < 0 ? log_oom() : 0;
        STRV_FOREACH(name, names) {
                r = add_module(c, a, *name);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int parse_timeout(const char *text, uint64_t *ret) {
        double seconds;

        if (!text) {
                *ret = TIMEOUT_DEFAULT_USEC;
                return 0;
        }
        if (isempty(text) || !number_parse(text, &seconds) || !(seconds > 0) ||
            seconds > TIMEOUT_MAX_SEC) {
                log_error("--timeout=%s: give a number of seconds above 0, at most %d.", text,
                          TIMEOUT_MAX_SEC);
                return -EINVAL;
        }
        *ret = (uint64_t) (seconds * (double) USEC_PER_SEC);
        return 0;
}

static int run_trigger(const void *args, char **words) {
        bool all = streq(words[0], "all");
        Context c;
        Trigger t = {
                .arg = args,
                .actions = {
                        .modules = &c.modules,
                        .request = { .action = words[1], .parameter = words[2] },
                        .several = all,
                        .on_data = print_data,
                        .on_end = print_failure,
                        .userdata = &t,
                },
        };
        int r;

        t.actions.keep = t.arg->json != JSON_OFF;
        if (parse_timeout(t.arg->timeout, &t.actions.timeout_usec) < 0)
                return EXIT_USAGE;
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = add_targets(&c, &t.actions, words[0]);
        if (r == 0)
                r = trigger_run(&t, all);
        actions_done(&t.actions);
        context_done(&c);
        return r;
}

const Verb verb_trigger = {
        "trigger", NULL, "MODULE|all ACTION [PARAM]", "Run an action of modules", 2, 3, run_trigger,
};
