/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the shells' completions offer of foreign words: one candidate a line, as it is. A shell has
 * to read the lines as data, and to quote what it puts on its command line. */

#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/conf.h"
#include "model/name.h"
#include "module/reports.h"
#include "module/units.h"
#include "store/installed.h"

/* Nothing is offered that holds control characters or bytes that are not UTF-8: it would be no
 * line, shells cannot insert it, and a terminal that shows the list would obey it. */
static void print_candidate(const char *word) {
        _cleanup_(freep) char *escaped = word ? escape_control(word, /* keep_newlines= */ false)
                                              : NULL;

        if (escaped && !isempty(word) && streq(escaped, word))
                printf("%s\n", word);
}

/* -- modules, and their units ------------------------------------------------------------------ */

static int read_units(Context *c, const char *name, char ***ret) {
        _cleanup_(module_done) Module m = {};
        int r;

        r = store_load(c->modules.store, name, /* e= */ NULL, &m);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        return module_units_read(&m, /* loaded= */ NULL, ret);
}

static int complete_modules(Context *c, const char *word, Error *e) {
        _cleanup_(strv_freep) char **installed = NULL;
        int r;

        r = modules_installed(&c->modules, e, &installed);
        STRV_FOREACH(name, installed) {
                _cleanup_(strv_freep) char **units = NULL;

                print_candidate(*name);
                if (read_units(c, *name, &units) < 0)
                        continue; /* its name is enough to do something about it */
                STRV_FOREACH(unit, units)
                        print_candidate(*unit);
        }
        return r;
}

/* -- keys of settings -------------------------------------------------------------------------- */

static int complete_keys(Context *c, const char *word, Error *e) {
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array();
        _cleanup_(settings_edit_done) SettingsEdit edit = SETTINGS_EDIT_NULL;
        int r;

        if (!rows)
                return -ENOMEM;
        r = settings_edit_open(&c->modules, /* write= */ false, e, &edit);
        if (r < 0)
                return r;
        r = conf_list(c->arg, &edit, /* module= */ NULL, e, rows);
        for (size_t i = 0; i < json_object_array_length(rows); i++)
                print_candidate(json_get_string(json_object_array_get_idx(rows, i), "key"));
        return r;
}

/* -- actions of a module ----------------------------------------------------------------------- */

static void print_actions(json_object *actions) {
        size_t n = json_length(actions);

        for (size_t i = 0; i < n; i++)
                print_candidate(
                        json_get_string(json_object_array_get_idx(actions, i), "action_name"));
}

/* Those that the relay has recorded of one unit. */
static int complete_unit_actions(Context *c, const char *unit, Error *e) {
        Record record = {};
        int r;

        r = unit_record(&c->modules, unit, e, &record);
        if (r <= 0)
                return r;
        print_actions(record.actions);
        record_done(&record);
        return 0;
}

static int complete_actions(Context *c, const char *word, Error *e) {
        _cleanup_(strv_freep) char **installed = NULL, **units = NULL;
        _cleanup_(freep) char *owner = NULL, *unit = NULL;
        const char *name;
        int r;

        r = modules_installed(&c->modules, e, &installed);
        if (r < 0)
                return r;
        name = word ? module_find(installed, word) : NULL;
        if (!name)
                return error_set(e, -ENOENT, "module '%s' is not installed", word ?: "");
        if (!streq(name, word) && module_from_unit_word(word, &owner, &unit) >= 0)
                return complete_unit_actions(c, unit, e);
        r = read_units(c, name, &units);
        STRV_FOREACH(of, units) {
                if (r < 0)
                        break;
                r = complete_unit_actions(c, *of, e);
        }
        return r;
}

/* -- the verb ---------------------------------------------------------------------------------- */

static int complete_kind(Context *c, char **words, Error *e) {
        static const struct {
                const char *what;
                int (*print)(Context *c, const char *word, Error *e);
        } kinds[] = {
                { "modules", complete_modules },
                { "keys", complete_keys },
                { "actions", complete_actions },
        };

        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                if (streq(words[0], kinds[i].what))
                        return kinds[i].print(c, words[1], e);
        return error_set(e, -EINVAL, "'%s' is not one of modules, keys and actions", words[0]);
}

static int run_complete(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = complete_kind(&c, words, &e);
        if (r < 0)
                (void) log_error_cause(r, &e, "Failed to complete everything");
        context_done(&c);
        return r;
}

/* Not in --help: the shells' completions run it. */
const Verb verb_complete = { "complete", NULL,        "modules|keys|actions [MODULE]", NULL, 1,
                             2,          run_complete };
