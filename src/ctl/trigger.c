/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `trigger`: asks modules for one of their actions and waits for its answer. */

#include "ctl/trigger.h"

#include "basic/log.h"
#include "basic/number.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/select.h"
#include "model/name.h"
#include "module/units.h"
#include "store/installed.h"

#define TIMEOUT_DEFAULT_USEC (30 * USEC_PER_SEC)
#define TIMEOUT_MAX_SEC      86400

/* Of what a module gives as a reason, in a sentence. */
#define CLAUSE_MAX 2048
/* Bytes of a value that is printed with a line for each that is in it: indented, deep ones become a
 * hundred times as long. */
#define PRETTY_MAX (64U * 1024U)

static const char *const outcomes[_OUTCOME_MAX] = {
        [OUTCOME_DONE] = "done",
        [OUTCOME_FAILED] = "failed",
        [OUTCOME_TIMEOUT] = "timeout",
};

char *trigger_clause(json_object *o) {
        return escape_cut(json_string(o) ?: json_text(o), CLAUSE_MAX, /* keep_newlines= */ true);
}

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

void trigger_print(Trigger *t, const Target *target, json_object *data, bool part) {
        _cleanup_(freep) char *text = value_text(data, part);
        int r;

        r = printf("%s%s%s\n", t->several ? target->name : "", t->several ? ": " : "",
                   text ? text : "?") < 0
                    ? -errno
                    : output_flush();
        if (r < 0 && t->printed == 0)
                t->printed = r;
        t->printed_size += text ? strlen(text) : 0;
}

void trigger_print_outcome(Trigger *t, const Target *target) {
        if (target->outcome == OUTCOME_DONE && t->arg->json == JSON_OFF && !target->wordless)
                trigger_print(t, target, target->data, /* part= */ false);
        else if (target->outcome == OUTCOME_FAILED || target->outcome == OUTCOME_TIMEOUT)
                log_error("Action '%s' of %s failed: %s", t->request.action, target->name,
                          error_text(&target->error, -ENOMEM));
}

static json_object *target_json(const Trigger *t, const Target *target) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r;

        r = o ? json_add_string(o, "module", target->name) : -ENOMEM;
        if (r >= 0)
                r = json_add_string(o, "unit", target->unit);
        if (r >= 0)
                r = json_add_string(o, "action", t->request.action);
        if (r >= 0)
                r = json_add_string(o, "outcome", outcomes[target->outcome]);
        if (r >= 0 && target->outcome == OUTCOME_DONE)
                r = json_object_object_add(o, "return", json_object_get(target->data));
        if (r >= 0 && target->stream)
                r = json_add(o, "stream", json_object_get(target->stream));
        if (r >= 0)
                r = json_add_string(o, "reason", target->error.message);
        return r < 0 ? NULL : TAKE_PTR(o);
}

/* One object, or for `all` an array of them. */
static int print_json(const Trigger *t) {
        _cleanup_(json_object_putp) json_object *list = json_object_new_array();

        for (size_t i = 0; list && i < t->n; i++) {
                json_object *o;

                if (t->targets[i].outcome >= OUTCOME_SKIPPED)
                        continue;
                o = target_json(t, t->targets + i);
                if (!o || json_object_array_add(list, o) < 0)
                        return -ENOMEM;
        }
        if (!list)
                return -ENOMEM;
        return json_print(t->several ? list : json_object_array_get_idx(list, 0), t->arg->json);
}

static int judge(const Trigger *t, bool all) {
        size_t count[_OUTCOME_MAX] = {};
        bool none;

        for (size_t i = 0; i < t->n; i++)
                count[t->targets[i].outcome]++;
        none = count[OUTCOME_SKIPPED] + count[OUTCOME_STOPPED] == t->n;
        if (none && all)
                log_error("No module that runs has an action '%s'.", t->request.action);
        else if (none && count[OUTCOME_SKIPPED] == 0)
                log_error("Action '%s' of %s failed: none of its %zu units runs", t->request.action,
                          t->targets[0].name, t->n);
        for (size_t i = 0; none && !all && i < t->n; i++)
                if (t->targets[i].outcome == OUTCOME_SKIPPED)
                        log_error("Action '%s' of %s failed: %s", t->request.action,
                                  t->targets[i].name, t->targets[i].error.message);
        return count[OUTCOME_FAILED] > 0 || none ? EXIT_FAILURE
               : count[OUTCOME_TIMEOUT] > 0      ? EXIT_TIMEOUT
                                                 : EXIT_SUCCESS;
}

static int trigger(Trigger *t, bool all) {
        int r, result;

        r = trigger_run(t);
        result = r < 0 ? log_error_errno(r, "Cannot wait for answers: %m") : judge(t, all);
        if (r >= 0) {
                r = t->arg->json != JSON_OFF ? print_json(t) : t->printed;
                if (r < 0)
                        result = log_error_errno(r, "Cannot print: %m");
        }
        return result;
}

/* All units of a module; of those that nobody declares any more the manager would have to be asked.
 */
static int add_module(Context *c, Trigger *t, const char *name) {
        _cleanup_(strv_freep) char **units = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Module m = {};
        int r;

        r = store_load(c->modules.store, name, &e, &m);
        if (r <= 0)
                return log_error_cause(r < 0 ? r : -ENOENT, &e, "Cannot trigger %s", name);
        r = module_units_read(&m, /* loaded= */ NULL, &units);
        module_done(&m);
        STRV_FOREACH(unit, units)
                if (r >= 0)
                        r = trigger_add(t, *unit);
        return r < 0 ? log_oom() : 0;
}

/* Where one unit is named, that one alone is meant. */
static int add_targets(Context *c, Trigger *t, const char *word) {
        char *const selected[] = { (char *) word, NULL };
        _cleanup_(strv_freep) char **names = NULL;
        _cleanup_(freep) char *owner = NULL, *unit = NULL;
        int r;

        r = select_modules(c, selected, /* results= */ NULL, &names);
        if (r != 0)
                return r;
        if (module_from_unit_word(word, &owner, &unit) >= 0)
                return trigger_add(t, unit) < 0 ? log_oom() : 0;
        STRV_FOREACH(name, names) {
                r = add_module(c, t, *name);
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
                .context = &c,
                .arg = args,
                .request = { .action = words[1], .parameter = words[2] },
                .several = all,
        };
        int r;

        r = parse_timeout(t.arg->timeout, &t.timeout_usec);
        if (r >= 0)
                r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = add_targets(&c, &t, words[0]);
        if (r == 0)
                r = trigger(&t, all);
        trigger_done(&t);
        context_done(&c);
        return r;
}

const Verb verb_trigger = {
        "trigger",
        NULL,
        "MODULE|all ACTION [PARAM]",
        "Run an action of modules",
        2,
        3,
        run_trigger,
};
