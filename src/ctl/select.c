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

/* 1 and the module a word means, 0 if there is none. */
static int resolve(Context *c, char *const *installed, const char *word, char **ret) {
        _cleanup_(freep) char *name = NULL;
        char folder[PATH_MAX];
        bool is_folder;

        if (strv_contains(installed, word))
                return free_and_strdup(ret, word) < 0 ? -ENOMEM : 1;
        if (module_from_unit_name(word, &name, /* ret_app= */ NULL, /* ret_instance= */ NULL) >=
                    0 &&
            strv_contains(installed, name)) {
                *ret = TAKE_PTR(name);
                return 1;
        }

        is_folder = (word[0] == '.' || word[0] == '/') && realpath(word, folder);
        STRV_FOREACH(candidate, installed)
                if (is_meant(c, *candidate, word, is_folder ? folder : NULL))
                        return free_and_strdup(ret, *candidate) < 0 ? -ENOMEM : 1;
        return 0;
}

static void complain(const Context *c, char *const *installed, const char *word) {
        const char *nearest = strv_nearest(installed, word);

        if (nearest)
                log_error("No module '%s' is installed in the %s scope; did you mean '%s'?", word,
                          scope_kind_to_string(c->scope.kind), nearest);
        else
                log_error("No module '%s' is installed in the %s scope; 'pm2ctl list' shows those "
                          "that are.",
                          word, scope_kind_to_string(c->scope.kind));
}

static int select_words(Context *c, char *const *installed, char *const *words, char ***ret) {
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        STRV_FOREACH(word, words) {
                _cleanup_(freep) char *name = NULL;

                r = resolve(c, installed, *word, &name);
                if (r < 0)
                        return log_oom();
                if (r == 0) {
                        complain(c, installed, *word);
                        return EXIT_NO_MODULE;
                }
                if (!strv_contains(names, name) && strv_consume(&names, TAKE_PTR(name)) < 0)
                        return log_oom();
        }
        *ret = TAKE_PTR(names);
        return 0;
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

int select_modules(Context *c, char *const *words, char ***ret) {
        _cleanup_(strv_freep) char **installed = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        bool all = c->arg->all || c->arg->enabled ||
                   (words[0] && !words[1] && streq(words[0], "all"));
        int r;

        if (!words[0] && !all) {
                log_error("Which module? Give a name, or --all.");
                return EXIT_USAGE;
        }
        r = context_store(c, /* create= */ false, &e);
        if (r < 0 && r != -ENOENT)
                return log_error_cause(r, &e, "Cannot tell which modules are installed");
        if (r >= 0)
                r = store_names(c->store, &e, &installed);
        if (r < 0 && r != -ENOENT)
                return log_error_cause(r, &e, "Cannot tell which modules are installed");

        if (!all)
                return select_words(c, installed, words, ret);
        if (c->arg->enabled)
                return select_enabled(c, installed, ret);
        *ret = TAKE_PTR(installed);
        return 0;
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

int select_each(const void *args, char **words, int (*act)(Context *c, const char *name, Error *e),
                const char *done) {
        _cleanup_(json_object_putp) json_object *results = json_object_new_array();
        _cleanup_(strv_freep) char **names = NULL;
        Context c;
        int r, result;

        if (!results)
                return log_oom();
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        result = r = select_modules(&c, words, &names);
        STRV_FOREACH(name, names) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                int k = act(&c, *name, &e);

                if (k < 0)
                        result = k;
                if (done && result_add(results, *name, done, k, &e) < 0)
                        result = log_oom();
        }
        if (r == 0 && done)
                result = results_print(&c, results, result);
        context_done(&c);
        return result;
}
