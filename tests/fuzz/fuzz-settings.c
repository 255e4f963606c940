/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A settings file made by anybody: what is accepted must be written as it is read. And any key and
 * value must read back as it was set, or be refused. */

#include "basic/strv.h"
#include "store/settings-change.h"
#include "store/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

static Settings *read_again(const Settings *s) {
        _cleanup_(freep) char *text = NULL;
        Settings *again = NULL;
        size_t size;

        check(settings_text(s, &text, &size) >= 0);
        check(settings_parse(text, size, "again", NULL, &again) >= 0);
        check(json_object_equal(settings_tree(s), settings_tree(again)));
        return again;
}

/* Adding a key and removing it changes nothing else. */
static void change(Settings *s) {
        char *path[] = { (char *) "fuzz", (char *) "\x01;\n", NULL };
        _cleanup_(json_object_putp) json_object *before = json_copy(settings_tree(s));
        _cleanup_(settings_freep) Settings *again = NULL, *after = NULL;

        if (json_has(before, path[0]))
                return;
        if (settings_set(s, path, NULL, true, NULL) < 0)
                return;
        check(settings_is_secret(s, path));
        again = read_again(s);
        check(settings_unset(again, path) == 1);
        check(json_object_equal(settings_tree(again), before));
        after = read_again(again);
}

static int unset_one(char *const *path, json_object *value, bool secret, void *userdata) {
        _cleanup_(strv_freep) char **copy = NULL;

        /* the path does not outlive the change */
        check(strv_copy(path, &copy) >= 0);
        *(char ***) userdata = TAKE_PTR(copy);
        return -ECANCELED;
}

/* The first line is a key, the rest its value. */
static void set(const char *data, size_t size) {
        const char *newline = memchr(data, '\n', size);
        _cleanup_(settings_freep) Settings *s = NULL, *again = NULL;
        _cleanup_(json_object_putp) json_object *value = NULL;
        _cleanup_(freep) char *key = NULL;
        json_object *got;

        if (!newline || !(key = strndup(data, (size_t) (newline - data))))
                return;
        value = json_object_new_string_len(newline + 1,
                                           (int) (size - (size_t) (newline - data) - 1));
        check(settings_parse("", 0, "empty", NULL, &s) >= 0);
        if (settings_set(s, (char *[]) { key, NULL }, value, false, NULL) < 0)
                return;
        again = read_again(s);
        check(settings_get(again, (char *[]) { key, NULL }, &got) == 1);
        check(json_object_equal(got, value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(settings_freep) Settings *s = NULL, *again = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        char **path = NULL;
        const char *text = size > 0 ? (const char *) data : "";
        int r;

        set(text, size);

        r = settings_parse(text, size, "fuzz", &e, &s);
        if (r < 0) {
                check(e.message);
                return 0;
        }
        again = read_again(s);
        change(again);
        if (settings_foreach(s, unset_one, &path) == -ECANCELED) {
                check(settings_unset(s, path) == 1);
                again = settings_free(again);
                again = read_again(s);
        }
        strv_free(path);
        return 0;
}
