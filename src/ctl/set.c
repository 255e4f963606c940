/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/settings-edit.h"
#include "ctl/value-input.h"
#include "model/name.h"
#include "store/settings-tree.h"

/* `word` is NULL for one that is asked for. */
static int parse_value(const Arguments *arg, const char *key, const char *word, Error *e,
                       json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        int r;

        if (!word || streq(word, "-")) {
                r = value_input(key, /* allow_empty= */ !arg->secret, e, &text);
                if (r < 0)
                        return r;
                word = text;
        }
        if (arg->json != JSON_OFF)
                return settings_value_parse(word, e, ret);
        *ret = json_object_new_string(word);
        return *ret ? 0 : -ENOMEM;
}

/* Before the lock is taken: a person may be asked for one. */
static int parse_values(const Arguments *arg, char **words, Error *e, json_object *into) {
        size_t n = strv_length(words);

        for (size_t i = 0; i < n; i += 2) {
                json_object *value = NULL;
                int r;

                r = parse_value(arg, words[i], words[i + 1], e, &value);
                if (r < 0)
                        return error_prefix(e, r, "value of '%.*s'", MODULE_NAME_MAX, words[i]);
                if (json_object_array_add(into, value) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* Adds a sentence where a value takes the place of something of another kind: what is nested in
 * it, or what it is to be nested in. */
static int tell_replaced(const Settings *s, const char *text, char **path, json_object *value,
                         char ***notices) {
        size_t n = strv_length(path);
        json_object *old;
        int r = 0;

        if (settings_get(s, path, &old) > 0 && !tree_is_leaf(old) && tree_is_leaf(value))
                return strv_extendf(notices, "'%s' held %d settings, which its new value replaces.",
                                    text, json_object_object_length(old));
        for (size_t i = 1; r == 0 && i < n; i++) {
                char *rest = path[i];

                path[i] = NULL;
                if (settings_get(s, path, &old) > 0 && tree_is_leaf(old))
                        r = strv_extendf(notices, "'%s' had a value, which '%s' replaces.",
                                         path[i - 1], text);
                path[i] = rest;
        }
        return r;
}

/* What is worth saying once it is done is added to `notices`. */
static int set_pair(Edit *edit, const char *text, json_object *value, Error *e, char ***notices) {
        _cleanup_(key_done) Key key = {};
        Settings *s;
        int r;

        r = key_parse(text, edit->known, e, &key);
        if (r < 0)
                return r;
        if (!key.path)
                return error_set(e, -EINVAL,
                                 "'%s' is a module, and all its settings would be lost: name one "
                                 "of them, as %s:KEY",
                                 key.module, key.module);
        if (!key.path[1] && environment_is_channel(key.path[0]))
                return error_set(e, -EINVAL,
                                 "'%s' is how a module finds its channel: nobody sets it",
                                 key.path[0]);

        r = edit_settings(edit, key.module, e, &s);
        if (r < 0)
                return r;
        r = tell_replaced(s, text, key.path, value, notices);
        if (r >= 0)
                r = settings_set(s, key.path, value, edit->context->arg->secret, e);
        if (r < 0)
                return error_prefix(e, r, "value of '%.*s'", MODULE_NAME_MAX, text);

        edit_touch(edit, key.module);
        if (key.module && !strv_contains(edit->installed, key.module))
                return strv_extendf(notices,
                                    "Module '%s' is not installed; the setting waits for it.",
                                    key.module);
        return 0;
}

static int set_pairs(Context *c, char **words, Error *e, Edit *edit) {
        _cleanup_(strv_freep) char **notices = NULL;
        _cleanup_(json_object_putp) json_object *values = json_object_new_array();
        int r;

        if (!values)
                return -ENOMEM;
        r = parse_values(c->arg, words, e, values);
        if (r >= 0)
                r = edit_open(c, /* write= */ true, e, edit);
        for (size_t i = 0, n = strv_length(words); r >= 0 && i < n; i += 2)
                r = set_pair(edit, words[i], json_object_array_get_idx(values, i / 2), e, &notices);
        if (r >= 0)
                r = edit_commit(edit, e);
        if (r < 0)
                return r;
        STRV_FOREACH(notice, notices)
                log_notice("%s", *notice);
        return 0;
}

/* "KEY VALUE KEY VALUE…" that makes sense as such; a secret's value, the last one, need not be
 * there. */
static bool check_words(const Arguments *arg, char **words) {
        size_t n = strv_length(words), from_stdin = n % 2;

        if (n % 2 == 1 && !arg->secret) {
                log_error("'%s' has no value; usage: set KEY VALUE [KEY VALUE…]. --secret asks for "
                          "it. To remove a setting: pm2ctl unset KEY.",
                          words[n - 1]);
                return false;
        }
        for (size_t i = 1; i < n; i += 2)
                from_stdin += streq(words[i], "-");
        if (from_stdin > 1) {
                log_error("Only one value can be read from standard input.");
                return false;
        }
        return true;
}

static int run_set(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Edit edit = EDIT_NULL;
        Context c;
        int r;

        if (!check_words(args, words))
                return EXIT_USAGE;
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;

        r = set_pairs(&c, words, &e, &edit);
        if (r < 0)
                (void) log_error_cause(r, &e, "Nothing is set");
        else
                r = edit_restart(&edit);
        edit_done(&edit);
        context_done(&c);
        return r;
}

const Verb verb_set = {
        "set",
        NULL,
        "KEY VALUE [KEY VALUE…]",
        "Set settings, and restart the modules they reach",
        1,
        VERB_ANY,
        run_set,
};
