/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/select.h"

#include <limits.h>

#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/modules.h"

/* Whether the word means this module by its number or its folder. */
static bool is_meant(Context *c, const char *name, const char *word, const char *folder) {
        Module m = {};
        char id[16];
        bool meant;

        if (store_load(c->store, name, /* e= */ NULL, &m) <= 0)
                return false;
        (void) snprintf(id, sizeof(id), "%u", m.pm_id);
        meant = streq(id, word) || (folder && streq_ptr(m.link, folder));
        module_done(&m);
        return meant;
}

/* The folder that a word is; one that is gone is taken as it is written. NULL for any other word.
 */
static const char *as_folder(const char *word, char buffer[PATH_MAX]) {
        if (word[0] != '.' && word[0] != '/')
                return NULL;
        return realpath(word, buffer) ? buffer : word;
}

/* The module a word means, or NULL. */
static const char *resolve(Context *c, char *const *installed, const char *word) {
        const char *found = module_find(installed, word), *folder;
        char buffer[PATH_MAX];

        folder = found ? NULL : as_folder(word, buffer);
        if (!found)
                STRV_FOREACH(candidate, installed)
                        if (is_meant(c, *candidate, word, folder))
                                return *candidate;
        return found;
}

/* Says so, and adds it to the results if there are any. */
static int complain(const Context *c, char *const *installed, const char *word,
                    json_object *results) {
        const char *scope = scope_kind_to_string(c->scope.kind), *folder, *nearest;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *owner = NULL;
        char buffer[PATH_MAX];

        folder = as_folder(word, buffer);
        if (module_from_unit_word(word, &owner, /* ret_unit= */ NULL) >= 0)
                word = owner;
        nearest = strv_nearest(installed, word);
        if (folder)
                (void) error_set(&e, -ENOENT,
                                 "%s is not linked as a module in the %s scope; 'pm2ctl list' "
                                 "shows the modules that are installed.",
                                 folder, scope);
        else if (nearest)
                (void) error_set(&e, -ENOENT,
                                 "No module '%s' is installed in the %s scope; did you mean '%s'?",
                                 word, scope, nearest);
        else
                (void) error_set(&e, -ENOENT,
                                 "No module '%s' is installed in the %s scope; 'pm2ctl list' shows "
                                 "those that are.",
                                 word, scope);
        log_error("%s", error_text(&e, -ENOENT));
        return results ? result_add(results, word, /* done= */ NULL, -ENOENT, &e) : 0;
}

/* The named ones, each once, and the words they were named by. */
static int select_words(Context *c, char *const *installed, char *const *words,
                        json_object *results, char ***ret_names, char ***ret_words) {
        _cleanup_(strv_freep) char **names = NULL, **meant = NULL;
        int result = 0;

        STRV_FOREACH(word, words) {
                const char *name = resolve(c, installed, *word);

                if (!name) {
                        if (complain(c, installed, *word, results) < 0)
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
                Module m = {};
                bool disabled = store_load(c->store, *name, /* e= */ NULL, &m) > 0 && m.disabled;

                module_done(&m);
                if (!disabled && strv_extend(&names, *name) < 0)
                        return log_oom();
        }
        *ret = TAKE_PTR(names);
        return 0;
}

/* Whether every module is meant. With names beside it nobody can tell what is, and to take it for
 * all might remove what was to stay. */
static int means_all(const Arguments *arg, char *const *words) {
        const char *option = arg->all ? "--all" : arg->enabled ? "--enabled" : NULL;
        const char *word = strv_contains(words, "all") ? "all" : NULL;

        if (words[0] && (option || (word && words[1]))) {
                log_error("'%s' is for modules that are not named: leave it, or leave the names.",
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
        r = context_store(c, /* create= */ false, &e);
        if (r < 0 && r != -ENOENT)
                return log_error_cause(r, &e, "Cannot tell which modules are installed");
        if (r >= 0)
                r = store_names(c->store, &e, &installed);
        if (r < 0 && r != -ENOENT)
                return log_error_cause(r, &e, "Cannot tell which modules are installed");

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
        int k;

        if (!o || json_object_array_add(results, o) < 0)
                return -ENOMEM;
        k = json_add_string(o, "name", name);
        if (k >= 0)
                k = json_add_string(o, "result", r < 0 ? "failed" : done);
        if (k >= 0)
                k = json_object_object_add(o, "error", NULL) < 0 ? -ENOMEM : 0;
        return k >= 0 && r < 0 ? json_add_string(o, "error", error_text(e, r)) : k;
}

int results_print(const Context *c, json_object *results, int r) {
        int k = c->arg->json != JSON_OFF ? json_print(results, c->arg->json) : 0;

        return k < 0 ? log_error_errno(k, "Cannot print: %m") : r;
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
