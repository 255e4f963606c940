/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/select.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/installed.h"

/* Folders that a word may mean. */
typedef struct Folders {
        char *named;    /* where the word is a path without its last symlink followed */
        char *resolved; /* where it leads to */
} Folders;

static void folders_done(Folders *f) {
        free(f->named);
        free(f->resolved);
        *f = (Folders){};
}

/* The kernel still knows where a working directory was that has been removed. */
static int working_directory(char **ret) {
        static const char mark[] = " (deleted)";
        int r;

        r = readlink_at(AT_FDCWD, "/proc/self/cwd", ret);
        if (r < 0)
                return r;
        if (endswith(*ret, mark))
                (*ret)[strlen(*ret) - strlen(mark)] = 0;
        return 0;
}

/* The path of what need not be there, in a folder that is; the word as it is written if that is
 * gone too. */
static int name_path(const char *word, char **ret) {
        _cleanup_(freep) char *path = strdup(word), *parent = NULL;
        size_t length = path ? strlen(path) : 0;
        const char *last;

        if (!path)
                return -ENOMEM;
        while (length > 1 && path[length - 1] == '/')
                path[--length] = 0;
        last = path_basename(path);
        if (!filename_is_valid(last))
                return streq(path, ".") ? working_directory(ret) : 0;
        parent = strndup(path, (size_t) (last - path));
        if (!parent)
                return -ENOMEM;
        *ret = realpath(parent, NULL);
        if (!*ret) {
                *ret = TAKE_PTR(path);
                return 0;
        }
        free(parent);
        parent = TAKE_PTR(*ret);
        *ret = path_join(parent, last);
        return *ret ? 0 : -ENOMEM;
}

/* 1 if the word is a path, 0 for any other. */
static int find_folders(const char *word, Folders *ret) {
        int r;

        if (word[0] != '.' && word[0] != '/')
                return 0;
        r = name_path(word, &ret->named);
        if (r < 0)
                return r;
        ret->resolved = realpath(word, NULL);
        return 1;
}

/* Whether the word means this module by its number or its folder. */
static bool is_meant(Context *c, const char *name, const char *word, const Folders *f) {
        Module m = {};
        char id[16];
        bool meant;

        if (store_load(c->modules.store, name, /* e= */ NULL, &m) <= 0)
                return false;
        (void) snprintf(id, sizeof(id), "%u", m.pm_id);
        meant = streq(id, word) ||
                (m.link && (streq_ptr(m.link, f->resolved) || streq_ptr(m.link, f->named)));
        module_done(&m);
        return meant;
}

/* The module a word means, or NULL. */
static const char *resolve(Context *c, char *const *installed, const char *word) {
        const char *found = module_find(installed, word);
        _cleanup_(folders_done) Folders f = {};

        if (found || find_folders(word, &f) < 0)
                return found;
        STRV_FOREACH(candidate, installed)
                if (is_meant(c, *candidate, word, &f))
                        return *candidate;
        return NULL;
}

/* Says so, and adds it to the results if there are any. */
static int complain(const Context *c, char *const *installed, const char *word,
                    json_object *results) {
        const char *scope = scope_kind_to_string(c->modules.scope.kind), *nearest;
        _cleanup_(folders_done) Folders f = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *owner = NULL;
        int is_path = find_folders(word, &f);

        if (is_path < 0)
                return is_path;
        if (module_from_unit_word(word, &owner, /* ret_unit= */ NULL) >= 0)
                word = owner;
        nearest = strv_nearest(installed, word);
        if (is_path)
                (void) error_set(&e, -ENOENT,
                                 "%s is not linked as a module in the %s scope; 'pm2ctl list' "
                                 "shows the modules that are installed.",
                                 f.resolved ?: f.named ?: word, scope);
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
                bool disabled = store_load(c->modules.store, *name, /* e= */ NULL, &m) > 0 &&
                                m.disabled;

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
        r = modules_open_store(&c->modules, /* create= */ false, &e);
        if (r < 0 && r != -ENOENT)
                return log_error_cause(r, &e, "Cannot tell which modules are installed");
        if (r >= 0)
                r = store_names(c->modules.store, &e, &installed);
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
