/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/settings-restart.h"
#include "ctl/value-input.h"
#include "model/environment-names.h"
#include "model/name.h"
#include "module/settings-set.h"
#include "store/settings-value.h"

/* In pm2ctl 0.1 --json was what --typed is now. */
static void explain_json(const char *key, const char *word) {
        json_object *value = NULL;

        if (settings_value_parse(word, /* e= */ NULL, &value) >= 0 &&
            !json_object_is_type(value, json_type_string))
                log_notice("'%.*s' is set to a text: --json is about the output. Use --typed to "
                           "set numbers, true, false, null, lists and objects.",
                           MODULE_NAME_MAX, key);
        (void) json_object_put(value);
}

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
        if (arg->typed)
                return settings_value_parse(word, e, ret);
        if (arg->json != JSON_OFF)
                explain_json(key, word);
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

/* The sentences for what a change did beside what it was asked for. */
static int add_notices(const SettingsEffect *effect, const char *text, char ***notices) {
        int r = 0;

        if (!effect->changed)
                log_info("'%s' has that value already.", text);
        else if (effect->n_replaced > 0)
                r = strv_extendf(notices, "'%s' held %u settings, which its new value replaces.",
                                 text, effect->n_replaced);
        else if (effect->replaced)
                r = strv_extendf(notices, "'%s' had a value, which '%s' replaces.",
                                 effect->replaced, text);
        if (r < 0 || !effect->absent)
                return r;
        return strv_extendf(notices, "Module '%s' is not installed; the setting waits for it.",
                            effect->absent);
}

/* What is worth saying once it is done is added to `notices`. */
static int set_pair(const Context *c, SettingsEdit *edit, const char *text, json_object *value,
                    Error *e, char ***notices) {
        _cleanup_(settings_effect_done) SettingsEffect effect = {};
        int r;

        r = settings_edit_set(edit, text, value, c->arg->secret, e, &effect);
        return r < 0 ? r : add_notices(&effect, text, notices);
}

static int set_pairs(Context *c, char **words, Error *e, SettingsEdit *edit) {
        _cleanup_(json_object_putp) json_object *values = json_object_new_array();
        _cleanup_(strv_freep) char **notices = NULL;
        size_t n = strv_length(words);
        int r;

        if (!values)
                return -ENOMEM;
        r = parse_values(c->arg, words, e, values);
        if (r < 0)
                return r;
        r = settings_edit_open(&c->modules, /* write= */ true, e, edit);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i += 2) {
                json_object *value = json_object_array_get_idx(values, i / 2);

                r = set_pair(c, edit, words[i], value, e, &notices);
                if (r < 0)
                        return r;
        }
        r = settings_edit_commit(edit, e);
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
        SettingsEdit edit = SETTINGS_EDIT_NULL;
        Context c;
        int r;

        if (!check_words(args, words))
                return EXIT_USAGE;
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;

        r = set_pairs(&c, words, &e, &edit);
        r = r < 0 ? settings_refuse(&c, r, &e, "Nothing is set")
                  : settings_restart(&c, &edit, "set");
        settings_edit_done(&edit);
        context_done(&c);
        return r;
}

const Verb verb_set = {
        "set",
        NULL,
        "KEY VALUE [KEY VALUE…]",
        "Change settings, and restart the modules they reach",
        1,
        VERB_ANY,
        run_set,
};
