/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/settings-edit.h"

/* 1 if something was there. */
static int unset_path(Edit *edit, const char *module, char *const *path, Error *e) {
        Settings *s;
        int r;

        r = edit_settings(edit, module, e, &s);
        if (r >= 0)
                r = settings_unset(s, path);
        if (r > 0)
                edit_touch(edit, module);
        return r;
}

/* Settings and nothing else, whoever's they are: those of modules that are not installed too. */
static int unset_all(Edit *edit, Error *e) {
        int r, any;

        any = r = unset_path(edit, NULL, NULL, e);
        STRV_FOREACH(name, edit->known) {
                if (r < 0)
                        return r;
                r = unset_path(edit, *name, NULL, e);
                any = any || r > 0;
        }
        return r < 0 ? r : any;
}

static int unset_key(Edit *edit, const char *text, Error *e) {
        _cleanup_(key_done) Key key = {};
        int r;

        if (streq(text, "all"))
                r = unset_all(edit, e);
        else {
                r = key_parse(text, edit->known, e, &key);
                if (r >= 0)
                        r = unset_path(edit, key.module, key.path, e);
        }
        if (r == 0)
                log_notice("'%s' was not set.", text);
        return r;
}

static int unset_keys(Context *c, char **words, Error *e, Edit *edit) {
        int r;

        r = edit_open(c, /* write= */ true, e, edit);
        edit->shrinks = true;
        STRV_FOREACH(word, words)
                if (r >= 0)
                        r = unset_key(edit, *word, e);
        return r < 0 ? r : edit_commit(edit, e);
}

static int run_unset(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Edit edit = EDIT_NULL;
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;

        r = unset_keys(&c, words, &e, &edit);
        if (r < 0)
                (void) log_error_cause(r, &e, "Nothing is unset");
        else
                r = edit_restart(&edit);
        edit_done(&edit);
        context_done(&c);
        return r;
}

const Verb verb_unset = {
        "unset",
        NULL,
        "KEY…|MODULE…|all",
        "Remove settings, and restart the modules they reach",
        1,
        VERB_ANY,
        run_unset,
};
