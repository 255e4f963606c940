/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "ctl/select.h"
#include "model/name.h"
#include "module/process-environment.h"

static int print_environment(const Arguments *arg, json_object *variables) {
        if (arg->json != JSON_OFF)
                return json_print(variables, arg->json);

        json_object_object_foreach(variables, name, value) {
                _cleanup_(freep) char *left = escape_control(name, /* keep_newlines= */ false);
                _cleanup_(freep) char *right = escape_control(json_object_get_string(value),
                                                              /* keep_newlines= */ false);

                if (!left || !right)
                        return -ENOMEM;
                printf("%s=%s\n", left, right);
        }
        return output_flush();
}

static int find_environment(Context *c, const char *name, const char *word, Error *e,
                            json_object **ret) {
        _cleanup_(freep) char *owner = NULL, *unit = NULL;
        int r;

        /* the unit that the word names, or the module's first */
        r = module_from_unit_word(word, &owner, &unit);
        if (r < 0)
                r = module_unit_name(name, /* app= */ NULL, 0, &unit);
        if (r < 0)
                return r;
        return unit_process_environment(&c->modules, name, unit, c->arg->show_secrets, e, ret);
}

static int show_one(Context *c, const char *name, const char *word, Error *e) {
        _cleanup_(json_object_putp) json_object *variables = NULL;
        int r;

        r = find_environment(c, name, word, e, &variables);
        if (r == -ESRCH) {
                log_error("Failed to show the environment of %s: %s; 'pm2ctl conf %s' shows what "
                          "it would get.",
                          word, error_text(e, r), name);
                return r;
        }
        if (r < 0)
                return log_error_cause(r, e, "Failed to show the environment of %s", word);
        r = print_environment(c->arg, variables);
        return r < 0 ? log_error_errno(r, "Failed to print: %m") : 0;
}

static int run_env(const void *args, char **words) {
        return select_each(args, words, show_one, /* done= */ NULL);
}

const Verb verb_env = {
        "env", NULL, "MODULE|UNIT", "Print the environment of a running module", 1, 1, run_env,
};
