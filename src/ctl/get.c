/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/effective.h"
#include "ctl/settings-edit.h"
#include "ctl/settings-print.h"
#include "model/name.h"
#include "store/settings-tree.h"

/* -- what was set, as commands ------------------------------------------------------------------
 */

typedef struct Lines {
        const Edit *edit;
        const char *module;
        unsigned hidden;
} Lines;

static int print_line(char *const *path, json_object *value, bool secret, void *userdata) {
        Lines *l = userdata;

        if (secret && !l->edit->context->arg->show_secrets) {
                l->hidden++;
                return 0;
        }
        return settings_print_command(l->edit, l->module, path, value, secret);
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

static int print_lines(Edit *edit, const char *module, Lines *l, Error *e) {
        Settings *s;
        int r;

        r = edit_settings(edit, module, e, &s);
        if (r < 0)
                return r;
        l->module = module;
        return module ? settings_foreach(s, print_line, l) : print_global_lines(s, l);
}

static int print_json(Edit *edit, const char *module, Error *e) {
        const Arguments *arg = edit->context->arg;
        _cleanup_(json_object_putp) json_object *o = NULL;
        Settings *s;
        int r;

        r = edit_settings(edit, module, e, &s);
        if (r >= 0)
                r = settings_to_json(s, arg->show_secrets, &o);
        return r < 0 ? r : json_print(o, arg->json);
}

static int add_json(Edit *edit, const char *module, char *const *path, Error *e, json_object *all) {
        json_object *o;
        Settings *s;
        int r;

        r = edit_settings(edit, module, e, &s);
        if (r >= 0)
                r = settings_to_json(s, edit->context->arg->show_secrets, &o);
        return r < 0 ? r : tree_put(all, path, o);
}

/* { "global": {…}, "modules": { NAME: {…} } }, without those that cannot be read. */
static int print_all_json(Edit *edit, Error *e) {
        _cleanup_(json_object_putp) json_object *all = json_object_new_object();
        char modules[] = "modules", global[] = "global";
        int r, result;

        if (!all)
                return -ENOMEM;
        result = add_json(edit, NULL, (char *[]){ global, NULL }, e, all);
        r = tree_put(all, (char *[]){ modules, NULL }, json_object_new_object());
        if (r < 0)
                return r;
        STRV_FOREACH(name, edit->known) {
                r = add_json(edit, *name, (char *[]){ modules, *name, NULL }, e, all);
                result = r < 0 ? r : result;
        }
        r = json_print(all, edit->context->arg->json);
        return r < 0 ? r : result;
}

/* Those that can be read, whatever the others are like. */
static int print_all_lines(Edit *edit, Lines *l, Error *e) {
        int r, result;

        result = print_lines(edit, NULL, l, e);
        STRV_FOREACH(name, edit->known) {
                r = print_lines(edit, *name, l, e);
                result = r < 0 ? r : result;
        }
        return result;
}

/* A module's settings, or everybody's for NULL. */
static int get_all(Edit *edit, const char *module, Error *e) {
        Lines l = { .edit = edit };
        int r;

        if (edit->context->arg->json != JSON_OFF)
                return module ? print_json(edit, module, e) : print_all_json(edit, e);

        r = module ? print_lines(edit, module, &l, e) : print_all_lines(edit, &l, e);
        if (l.hidden > 0)
                log_notice("%u secret value%s left out; --show-secrets prints %s.", l.hidden,
                           l.hidden == 1 ? " is" : "s are", l.hidden == 1 ? "it" : "them");
        return r;
}

/* -- one value ----------------------------------------------------------------------------------
 */

/* A broken package has no defaults, but what was set can be told. */
static int read_package(Edit *edit, const char *module, Package *ret) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = edit_package(edit, module, &e, ret);
        if (r >= 0)
                return r;
        (void) log_warning_cause(r, &e, "Defaults are not known");
        return edit_empty_package(module, ret);
}

/* What the module gets: its own setting, else the global one, else a drop-in's, else the package's
 * default. */
static int find_value(Edit *edit, const Key *key, Error *e, json_object **ret_document,
                      json_object **ret) {
        Settings *global, *own;
        Package p = {};
        int r;

        r = edit_settings(edit, NULL, e, &global);
        if (r < 0)
                return r;
        if (!key->module)
                return settings_get(global, key->path, ret);

        r = edit_settings(edit, key->module, e, &own);
        if (r >= 0)
                r = read_package(edit, key->module, &p);
        if (r < 0)
                return r;
        r = effective_settings(edit->context, key->module, &p, global, own, e, ret_document,
                               /* ret_origins= */ NULL);
        package_done(&p);
        return r < 0 ? r : tree_get(*ret_document, key->path, ret);
}

static int get_value(Edit *edit, const char *word, Error *e) {
        const Arguments *arg = edit->context->arg;
        _cleanup_(json_object_putp) json_object *document = NULL;
        _cleanup_(key_done) Key key = {};
        const char *module = module_find(edit->known, word);
        json_object *value;
        int r;

        r = key_parse(module ? module : word, edit->known, e, &key);
        if (r < 0)
                return r;
        if (!key.path)
                return get_all(edit, key.module, e);

        r = find_value(edit, &key, e, &document, &value);
        if (r == 0)
                return error_set(e, -ENODATA, "'%s' is not set, and has no default", word);
        if (r < 0)
                return r;
        return arg->json == JSON_OFF ? settings_print_value(value) : json_print(value, arg->json);
}

static int run_get(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Edit edit = EDIT_NULL;
        Context c;
        int r, k;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;

        r = edit_open(&c, /* write= */ false, &e, &edit);
        if (r >= 0)
                r = words[0] && !streq(words[0], "all") ? get_value(&edit, words[0], &e)
                                                        : get_all(&edit, NULL, &e);
        k = output_flush();
        if (r >= 0)
                r = k;
        if (r < 0)
                (void) log_error_cause(r, &e, "Cannot get %s", words[0] ? words[0] : "settings");
        edit_done(&edit);
        context_done(&c);
        return r;
}

const Verb verb_get = {
        "get", NULL,    "[KEY|MODULE|all]", "Print a setting, or the commands that set them", 0,
        1,     run_get,
};
