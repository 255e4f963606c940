/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/settings-print.h"

#include "axm/mask.h"
#include "basic/string-util.h"
#include "model/key.h"
#include "store/settings-tree.h"
#include "store/settings-value.h"

/* "--user " where the same command line without it would mean the other scope. */
static const char *scope_option(const Arguments *arg) {
        return arg->system ? "--system " : arg->user ? "--user " : "";
}

int settings_print_command(const Arguments *arg, const SettingsEdit *edit, const char *module,
                           char *const *path, json_object *value, bool secret) {
        _cleanup_(freep) char *key = NULL, *quoted_key = NULL, *quoted = NULL;
        bool text = json_object_is_type(value, json_type_string);
        const char *plain = settings_value_text(value);
        int r;

        /* A text that says "read standard input" goes in as JSON. */
        if (text && streq(plain, "-")) {
                text = false;
                plain = "\"-\"";
        }
        r = key_format(module, path, edit->known, &key);
        if (r < 0)
                return r;
        quoted_key = shell_quote_printable(key);
        quoted = shell_quote_printable(plain);
        if (!quoted_key || !quoted)
                return -ENOMEM;

        printf("pm2ctl %sset %s%s%s%s %s\n", scope_option(arg), text ? "" : "--typed ",
               secret ? "--secret " : "", key[0] == '-' || plain[0] == '-' ? "-- " : "", quoted_key,
               quoted);
        return 0;
}

int settings_print_value(json_object *value) {
        const char *text = settings_value_text(value);
        _cleanup_(freep) char *escaped = NULL;

        if (isatty(STDOUT_FILENO)) {
                escaped = escape_control(text, /* keep_newlines= */ true);
                if (!escaped)
                        return -ENOMEM;
                text = escaped;
        }
        return puts(text) < 0 ? -EIO : 0;
}

typedef struct Copy {
        json_object *into;
        bool show;
} Copy;

static int copy_value(char *const *path, json_object *value, bool secret, void *userdata) {
        Copy *c = userdata;
        json_object *copy;

        copy = secret && !c->show ? json_object_new_string(MASK_TEXT) : json_copy(value);
        if (!copy && value)
                return -ENOMEM;
        return tree_put(c->into, path, copy);
}

int settings_to_json(const Settings *s, bool show, json_object **ret) {
        Copy c = { json_object_new_object(), show };
        int r;

        if (!c.into)
                return -ENOMEM;
        r = settings_foreach(s, copy_value, &c);
        if (r < 0) {
                (void) json_object_put(c.into);
                return r;
        }
        *ret = c.into;
        return 0;
}
