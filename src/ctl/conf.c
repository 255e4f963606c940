/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/conf.h"

#include "axm/mask.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/environment.h"
#include "model/key.h"
#include "model/name.h"
#include "model/package.h"
#include "model/secret.h"
#include "module/settings-in-force.h"
#include "store/settings-tree.h"
#include "store/settings-value.h"

/* -- what a module gets, value by value ---------------------------------------------------------
 */

static const Column columns[] = {
        { "key", "KEY", CELL_TEXT },
        { "origin", "ORIGIN", CELL_TEXT },
        { "value", "VALUE", CELL_TEXT },
};

typedef struct Listing {
        const Arguments *arg;
        const SettingsEdit *edit;
        const char *module; /* NULL: the global settings by themselves */
        Settings *global, *own;
        json_object *origins;
        json_object *rows;
} Listing;

static bool is_secret(const Listing *l, char *const *path, const char *origin) {
        if (streq(origin, origin_to_string(ORIGIN_MODULE)))
                return settings_is_secret(l->own, path);
        if (streq(origin, origin_to_string(ORIGIN_GLOBAL)))
                return settings_is_secret(l->global, path);
        return path_is_secret(path);
}

/* JSON has the value as it is, the table its text. */
static json_object *shown_value(const Arguments *arg, json_object *value, bool secret) {
        if (secret && !arg->show_secrets)
                return json_object_new_string(MASK_TEXT);
        return arg->json == JSON_OFF ? json_object_new_string(settings_value_text(value))
                                     : json_copy(value);
}

static int fill_row(const Listing *l, char *const *path, json_object *value, json_object *row) {
        const char *name = origin_to_string(ORIGIN_GLOBAL);
        _cleanup_(freep) char *key = NULL;
        json_object *origin, *shown;
        bool secret;
        int r;

        if (l->origins && tree_get(l->origins, path, &origin) > 0 && json_string(origin))
                name = json_string(origin);
        secret = is_secret(l, path, name);

        r = key_format(l->module, path, l->edit->known, &key);
        if (r < 0)
                return r;
        if (json_add_string(row, "key", key) < 0 || json_add_string(row, "module", l->module) < 0 ||
            json_add_string(row, "origin", name) < 0 || json_add_bool(row, "secret", secret) < 0)
                return -ENOMEM;
        shown = shown_value(l->arg, value, secret);
        if (!shown && value)
                return -ENOMEM;
        return tree_put(row, (char *[]) { (char *) "value", NULL }, shown);
}

static int add_row(char *const *path, json_object *value, void *userdata) {
        _cleanup_(json_object_putp) json_object *row = json_object_new_object();
        Listing *l = userdata;
        int r;

        if (!row)
                return -ENOMEM;
        r = fill_row(l, path, value, row);
        if (r < 0)
                return r;
        if (json_object_array_add(l->rows, row) < 0)
                return -ENOMEM;
        row = NULL;
        return 0;
}

static int list_module(const Arguments *arg, SettingsEdit *edit, const char *module, Error *e,
                       json_object *rows) {
        _cleanup_(json_object_putp) json_object *document = NULL, *origins = NULL;
        Listing l = { .arg = arg, .edit = edit, .module = module, .rows = rows };
        _cleanup_(package_done) Package p = {};
        int r;

        r = settings_edit_load(edit, NULL, e, &l.global);
        if (r < 0)
                return r;
        r = settings_edit_load(edit, module, e, &l.own);
        if (r < 0)
                return r;
        r = settings_edit_package(edit, module, e, &p);
        if (r < 0)
                return r;
        r = settings_in_force(edit->modules, module, &p, l.global, l.own, e, &document, &origins);
        if (r < 0)
                return r;
        l.origins = origins;
        return tree_is_leaf(document) ? 0 : tree_walk((char *[]) { NULL }, document, add_row, &l);
}

/* A global key is one word: what is nested in it is shown as JSON. */
static int list_global(const Arguments *arg, SettingsEdit *edit, Error *e, json_object *rows) {
        Listing l = { .arg = arg, .edit = edit, .rows = rows };
        int r;

        r = settings_edit_load(edit, NULL, e, &l.global);
        if (r < 0)
                return r;
        json_object_object_foreach(settings_tree(l.global), key, value) {
                r = add_row((char *[]) { key, NULL }, value, &l);
                if (r < 0)
                        break;
        }
        return r;
}

int conf_list(const Arguments *arg, SettingsEdit *edit, const char *module, Error *e,
              json_object *rows) {
        int r, result;

        if (module)
                return list_module(arg, edit, module, e, rows);

        result = list_global(arg, edit, e, rows);
        STRV_FOREACH(name, edit->known) {
                _cleanup_(error_clear) Error why = ERROR_NULL;

                if (result == -ENOMEM)
                        break;
                r = list_module(arg, edit, *name, &why, rows);
                if (r < 0)
                        result = error_copy(e, r, &why);
        }
        return result;
}

static int conf_show(Context *c, SettingsEdit *edit, const char *module, Error *e) {
        const TableStyle style = table_style(c->arg, "No settings.");
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array();
        int r, result;

        if (!rows)
                return -ENOMEM;
        result = conf_list(c->arg, edit, module, e, rows);
        if (result < 0 && (module || json_object_array_length(rows) == 0))
                return result;
        r = table_print(columns, ELEMENTSOF(columns), rows, &style);
        return r < 0 ? r : result;
}

/* -- the verb -----------------------------------------------------------------------------------
 */

/* "KEY VALUE" as for set, or "MODULE KEY VALUE", which PM2 means to take so. */
static int run_as_set(const void *args, char **words) {
        _cleanup_(freep) char *key = NULL;

        if (!words[1] || !words[2])
                return verb_set.run(args, words);
        if (strdupf(&key, "%s:%s", words[0], words[1]) < 0)
                return log_oom();
        return verb_set.run(args, (char *[]) { key, words[2], NULL });
}

/* Those of the module that the word names, or all (NULL); 1 if it is a key instead. */
static int show_settings(Context *c, const char *word, Error *e) {
        _cleanup_(settings_edit_done) SettingsEdit edit = SETTINGS_EDIT_NULL;
        const char *module = NULL;
        int r;

        r = settings_edit_open(&c->modules, /* write= */ false, e, &edit);
        if (r < 0)
                return r;
        if (word) {
                module = module_find(edit.known, word);
                if (!module)
                        return 1;
        }
        r = conf_show(c, &edit, module, e);
        return MIN2(r, 0);
}

static int run_conf(const void *args, char **words) {
        const Arguments *arg = args;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c;
        int r;

        if (words[0] && (words[1] || arg->secret))
                return run_as_set(args, words);

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = show_settings(&c, words[0] && !streq(words[0], "all") ? words[0] : NULL, &e);
        if (r < 0)
                (void) log_error_cause(r, &e, "Failed to show the settings");
        context_done(&c);
        return r > 0 ? verb_get.run(args, words) : r;
}

const Verb verb_conf = {
        "conf",
        " config ",
        "[MODULE|KEY [VALUE]]",
        "Show settings and their origins, or change one",
        0,
        3,
        run_conf,
};
