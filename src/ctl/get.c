/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/settings-print.h"
#include "model/key.h"
#include "model/name.h"
#include "module/settings-in-force.h"
#include "store/settings-tree.h"

/* -- what was set, as commands ------------------------------------------------------------------
 */

typedef struct Lines {
        const Arguments *arg;
        const SettingsEdit *edit;
        const char *module;
        unsigned hidden;
} Lines;

static int print_line(char *const *path, json_object *value, bool secret, void *userdata) {
        Lines *l = userdata;

        if (secret && !l->arg->show_secrets) {
                l->hidden++;
                return 0;
        }
        return settings_print_command(l->arg, l->edit, l->module, path, value, secret);
}

/* A global key is one word: what is nested in it is printed as JSON. */
static int print_global_lines(const Settings *s, Lines *l) {
        int r = 0;

        json_object_object_foreach(settings_tree(s), key, value) {
                char *path[] = { key, NULL };

                r = print_line(path, value, settings_is_secret(s, path), l);
                if (r < 0)
                        break;
        }
        return r;
}

static int print_lines(SettingsEdit *edit, const char *module, Lines *l, Error *e) {
        Settings *s;
        int r;

        r = settings_edit_load(edit, module, e, &s);
        if (r < 0)
                return r;
        l->module = module;
        return module ? settings_foreach(s, print_line, l) : print_global_lines(s, l);
}

static int print_json(const Arguments *arg, SettingsEdit *edit, const char *module, Error *e) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        Settings *s;
        int r;

        r = settings_edit_load(edit, module, e, &s);
        if (r < 0)
                return r;
        r = settings_to_json(s, arg->show_secrets, &o);
        return r < 0 ? r : json_print(o, arg->json);
}

static int add_json(const Arguments *arg, SettingsEdit *edit, const char *module, char *const *path,
                    Error *e, json_object *all) {
        json_object *o;
        Settings *s;
        int r;

        r = settings_edit_load(edit, module, e, &s);
        if (r < 0)
                return r;
        r = settings_to_json(s, arg->show_secrets, &o);
        return r < 0 ? r : tree_put(all, path, o);
}

/* { "global": {…}, "modules": { NAME: {…} } }, without those that cannot be read. */
static int print_all_json(const Arguments *arg, SettingsEdit *edit, Error *e) {
        _cleanup_(json_object_putp) json_object *all = json_object_new_object();
        char modules[] = "modules", global[] = "global";
        int r, result;

        if (!all)
                return -ENOMEM;
        result = add_json(arg, edit, NULL, (char *[]) { global, NULL }, e, all);
        r = tree_put(all, (char *[]) { modules, NULL }, json_object_new_object());
        if (r < 0)
                return r;
        STRV_FOREACH(name, edit->known) {
                r = add_json(arg, edit, *name, (char *[]) { modules, *name, NULL }, e, all);
                result = r < 0 ? r : result;
        }
        r = json_print(all, arg->json);
        return r < 0 ? r : result;
}

/* Those that can be read, whatever the others are like. */
static int print_all_lines(SettingsEdit *edit, Lines *l, Error *e) {
        int r, result;

        result = print_lines(edit, NULL, l, e);
        STRV_FOREACH(name, edit->known) {
                r = print_lines(edit, *name, l, e);
                result = r < 0 ? r : result;
        }
        return result;
}

/* A module's settings, or those of all modules for NULL. */
static int get_all(const Arguments *arg, SettingsEdit *edit, const char *module, Error *e) {
        Lines l = { .arg = arg, .edit = edit };
        int r;

        if (arg->json != JSON_OFF)
                return module ? print_json(arg, edit, module, e) : print_all_json(arg, edit, e);

        r = module ? print_lines(edit, module, &l, e) : print_all_lines(edit, &l, e);
        if (l.hidden > 0)
                log_notice("%u secret value%s left out; --show-secrets prints %s.", l.hidden,
                           l.hidden == 1 ? " is" : "s are", l.hidden == 1 ? "it" : "them");
        return r;
}

/* -- one value ----------------------------------------------------------------------------------
 */

/* A broken package has no defaults, but what was set can be told. */
static int read_package(SettingsEdit *edit, const char *module, Package *ret) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = settings_edit_package(edit, module, &e, ret);
        if (r < 0) {
                (void) log_warning_cause(r, &e, "Defaults are not known");
                return package_unknown(module, ret);
        }
        return r;
}

/* What the module gets: its own setting, else the global one, else a drop-in's, else the package's
 * default. */
static int find_value(SettingsEdit *edit, const Key *key, Error *e, json_object **ret_document,
                      json_object **ret) {
        _cleanup_(package_done) Package p = {};
        Settings *global, *own;
        int r;

        r = settings_edit_load(edit, NULL, e, &global);
        if (r < 0)
                return r;
        if (!key->module)
                return settings_get(global, key->path, ret);

        r = settings_edit_load(edit, key->module, e, &own);
        if (r < 0)
                return r;
        r = read_package(edit, key->module, &p);
        if (r < 0)
                return r;
        r = settings_in_force(edit->modules, key->module, &p, global, own, e, ret_document,
                              /* ret_origins= */ NULL);
        return r < 0 ? r : tree_get(*ret_document, key->path, ret);
}

static int get_value(const Arguments *arg, SettingsEdit *edit, const char *word, Error *e) {
        _cleanup_(json_object_putp) json_object *document = NULL;
        const char *module = module_find(edit->known, word);
        _cleanup_(key_done) Key key = {};
        json_object *value;
        int r;

        r = key_parse(module ? module : word, edit->known, e, &key);
        if (r < 0)
                return r;
        if (!key.path)
                return get_all(arg, edit, key.module, e);

        r = find_value(edit, &key, e, &document, &value);
        if (r == 0)
                return error_set(e, -ENODATA, "'%s' is not set, and has no default", word);
        if (r < 0)
                return r;
        return arg->json == JSON_OFF ? settings_print_value(value) : json_print(value, arg->json);
}

static int get_word(Context *c, const char *word, Error *e) {
        _cleanup_(settings_edit_done) SettingsEdit edit = SETTINGS_EDIT_NULL;
        int r, k;

        r = settings_edit_open(&c->modules, /* write= */ false, e, &edit);
        if (r < 0)
                return r;
        r = word ? get_value(c->arg, &edit, word, e) : get_all(c->arg, &edit, NULL, e);
        k = output_flush();
        return r < 0 ? r : k;
}

static int run_get(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = get_word(&c, words[0] && !streq(words[0], "all") ? words[0] : NULL, &e);
        if (r < 0)
                (void) log_error_cause(r, &e, "Failed to get %s", words[0] ? words[0] : "settings");
        context_done(&c);
        return r;
}

const Verb verb_get = {
        "get", NULL,    "[KEY|MODULE|all]", "Print a setting, or the commands that set all", 0,
        1,     run_get,
};
