/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/select.h"

#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "module/resolve.h"
#include "store/installed.h"

/* The sentence for a word that means no module. */
static int unknown_sentence(const Context *c, char *const *installed, const char *word, Error *e) {
        const char *scope = scope_kind_to_string(c->modules.scope.kind), *nearest;
        _cleanup_(freep) char *owner = NULL, *folder = NULL;
        int r;

        r = module_word_folder(word, &folder);
        if (r < 0)
                return r;
        if (r > 0)
                return error_set(e, -ENOENT,
                                 "%s is not linked as a module in the %s scope; 'pm2ctl list' "
                                 "shows the modules that are installed.",
                                 folder, scope);
        if (module_from_unit_word(word, &owner, /* ret_unit= */ NULL) >= 0)
                word = owner;
        nearest = strv_nearest(installed, word);
        if (nearest)
                return error_set(e, -ENOENT,
                                 "No module '%s' is installed in the %s scope; did you mean '%s'?",
                                 word, scope, nearest);
        return error_set(e, -ENOENT,
                         "No module '%s' is installed in the %s scope; 'pm2ctl list' shows those "
                         "that are.",
                         word, scope);
}

/* Prints it, and adds it to the results if there are any. */
static int print_unknown(const Context *c, char *const *installed, const char *word,
                         json_object *results) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *owner = NULL;
        int r;

        r = unknown_sentence(c, installed, word, &e);
        if (r != -ENOENT)
                return r;
        log_error("%s", error_text(&e, -ENOENT));
        if (!results)
                return 0;
        if (module_from_unit_word(word, &owner, /* ret_unit= */ NULL) >= 0)
                word = owner;
        return result_add(results, word, /* done= */ NULL, -ENOENT, &e);
}

/* The named ones, each once, and the words they were named by. */
static int select_words(Context *c, char *const *installed, char *const *words,
                        json_object *results, char ***ret_names, char ***ret_words) {
        _cleanup_(strv_freep) char **names = NULL, **meant = NULL;
        int result = 0;

        STRV_FOREACH(word, words) {
                const char *name = module_resolve(&c->modules, installed, *word);

                if (!name) {
                        if (print_unknown(c, installed, *word, results) < 0)
                                return log_oom();
                        result = EXIT_NO_MODULE;
                } else if (!strv_contains(names, name) &&
                           (strv_extend(&names, name) < 0 || strv_extend(&meant, *word) < 0))
                        return log_oom();
        }
        *ret_names = TAKE_PTR(names);
        *ret_words = TAKE_PTR(meant);
        return result;
}

/* One whose state cannot be read is kept: to start it fails, and says why. */
static int select_enabled(Context *c, char *const *installed, char ***ret) {
        _cleanup_(strv_freep) char **names = NULL;

        STRV_FOREACH(name, installed) {
                _cleanup_(module_done) Module m = {};

                if (store_load(c->modules.store, *name, /* e= */ NULL, &m) > 0 && m.disabled)
                        continue;
                if (strv_extend(&names, *name) < 0)
                        return log_oom();
        }
        *ret = TAKE_PTR(names);
        return 0;
}

/* Whether every module is meant. With names beside it that is not clear, and to take it for all
 * might remove what was to stay. */
static int means_all(const Arguments *arg, char *const *words) {
        const char *option = arg->all ? "--all" : arg->enabled ? "--enabled" : NULL;
        const char *word = strv_contains(words, "all") ? "all" : NULL;

        if (words[0] && (option || (word && words[1]))) {
                log_error("'%s' acts on every module: drop it, or drop the names.",
                          option ? option : word);
                return -EINVAL;
        }
        if (!words[0] && !option) {
                log_error("Which module? Give a name, or --all.");
                return -EINVAL;
        }
        return option || word;
}

/* `ret_words` is parallel to the names, or NULL where none was named. */
static int select_named(Context *c, char *const *words, json_object *results, char ***ret,
                        char ***ret_words) {
        _cleanup_(strv_freep) char **installed = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r, all = means_all(c->arg, words);

        if (all < 0)
                return EXIT_USAGE;
        r = modules_installed(&c->modules, &e, &installed);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to list the installed modules");

        if (!all)
                return select_words(c, installed, words, results, ret, ret_words);
        if (c->arg->enabled)
                return select_enabled(c, installed, ret);
        *ret = TAKE_PTR(installed);
        return 0;
}

int select_modules(Context *c, char *const *words, json_object *results, char ***ret) {
        _cleanup_(strv_freep) char **named = NULL;

        return select_named(c, words, results, ret, &named);
}

int select_result(int selected, int done) {
        return done < 0 || selected == 0 ? done : selected;
}

bool select_answers(int selected) {
        return selected == 0 || selected == EXIT_NO_MODULE;
}

int result_add(json_object *results, const char *name, const char *done, int r, const Error *e) {
        json_object *o = json_object_new_object();

        if (!o || json_object_array_add(results, o) < 0)
                return -ENOMEM;
        if ((name ? json_add_string(o, "name", name) : json_add_null(o, "name")) < 0 ||
            json_add_string(o, "result", r < 0 ? "failed" : done) < 0 ||
            json_add_bool(o, "changed", r > 0) < 0)
                return -ENOMEM;
        return r < 0 ? json_add_string(o, "error", error_text(e, r)) : json_add_null(o, "error");
}

int results_print(const Context *c, json_object *results, int r) {
        int k = c->arg->json != JSON_OFF ? json_print(results, c->arg->json) : 0;

        return k < 0 ? log_error_errno(k, "Failed to print: %m") : r;
}

int select_each(const void *args, char **words,
                int (*act)(Context *c, const char *name, const char *word, Error *e),
                const char *done) {
        _cleanup_(json_object_putp) json_object *results = json_object_new_array();
        _cleanup_(strv_freep) char **names = NULL, **named = NULL;
        Context c;
        int r, result;

        if (!results)
                return log_oom();
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        result = r = select_named(&c, words, results, &names, &named);
        for (size_t i = 0; names && names[i]; i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                int k = act(&c, names[i], named ? named[i] : names[i], &e);

                if (k < 0)
                        result = k;
                if (done && result_add(results, names[i], done, k, &e) < 0)
                        result = log_oom();
        }
        if (select_answers(r) && done)
                result = results_print(&c, results, result);
        context_done(&c);
        return result;
}
