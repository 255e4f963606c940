/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <termios.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/settings-edit.h"
#include "model/name.h"
#include "store/settings-tree.h"

/* Standard input without an echo, since what is typed there may be a password. */
static int read_silently(const char *key, char **ret) {
        struct termios before, silent;
        _cleanup_(freep) char *line = NULL;
        size_t size = 0;
        ssize_t n;

        if (tcgetattr(STDIN_FILENO, &before) < 0)
                return -errno;
        silent = before;
        silent.c_lflag &= ~(tcflag_t) ECHO;

        fprintf(stderr, "Value of %s: ", key);
        if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) < 0)
                return -errno;
        n = getline(&line, &size, stdin);
        (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
        if (n < 0)
                return -ENODATA;
        *ret = TAKE_PTR(line);
        return 0;
}

/* The value "-": all of standard input, less the newline at its end. */
static int read_value(const char *key, Error *e, char **ret) {
        size_t size;
        char *text;
        int r;

        if (isatty(STDIN_FILENO))
                r = read_silently(key, &text);
        else
                r = read_fd(STDIN_FILENO, ENVIRONMENT_STRING_MAX, &text, &size);
        if (r == -EFBIG)
                return error_set(e, r, "what standard input holds is longer than %u bytes",
                                 ENVIRONMENT_STRING_MAX);
        if (r < 0)
                return error_set(e, r, "cannot read it from standard input: %s", strerror(-r));
        if (isatty(STDIN_FILENO))
                size = strlen(text);
        if (strlen(text) != size) {
                free(text);
                return error_set(e, -EINVAL, "what standard input holds has a NUL in it");
        }

        if (size > 0 && text[size - 1] == '\n')
                text[size - 1] = 0;
        *ret = text;
        return 0;
}

static int parse_value(const Arguments *arg, const char *key, const char *word, Error *e,
                       json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        int r;

        if (streq(word, "-")) {
                r = read_value(key, e, &text);
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
        for (size_t i = 0; words[i]; i += 2) {
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
        for (size_t i = 0; r >= 0 && words[i]; i += 2)
                r = set_pair(edit, words[i], json_object_array_get_idx(values, i / 2), e, &notices);
        if (r >= 0)
                r = edit_commit(edit, e);
        if (r < 0)
                return r;
        STRV_FOREACH(notice, notices)
                log_notice("%s", *notice);
        return 0;
}

/* "KEY VALUE KEY VALUE…" that makes sense as such. */
static bool check_words(char **words) {
        bool from_stdin = false;

        for (size_t i = 0; words[i]; i += 2) {
                if (!words[i + 1]) {
                        log_error("'%s' has no value; usage: set KEY VALUE [KEY VALUE…]. To remove "
                                  "a setting: pm2ctl unset KEY.",
                                  words[i]);
                        return false;
                }
                if (!streq(words[i + 1], "-"))
                        continue;
                if (from_stdin) {
                        log_error("Only one value can be read from standard input.");
                        return false;
                }
                from_stdin = true;
        }
        return true;
}

static int run_set(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Edit edit = EDIT_NULL;
        Context c;
        int r;

        if (!check_words(words))
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
