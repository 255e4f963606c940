/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/strv.h"
#include "ctl/settings-restart.h"
#include "module/settings-set.h"

static int unset_keys(Context *c, char **words, Error *e, SettingsEdit *edit) {
        int r;

        r = settings_edit_open(&c->modules, /* write= */ true, e, edit);
        if (r < 0)
                return r;
        STRV_FOREACH(word, words) {
                r = settings_edit_unset(edit, *word, e);
                if (r < 0)
                        return r;
                if (r == 0)
                        log_notice("'%s' was not set.", *word);
        }
        return settings_edit_commit(edit, e);
}

static int run_unset(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        SettingsEdit edit = SETTINGS_EDIT_NULL;
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;

        r = unset_keys(&c, words, &e, &edit);
        r = r < 0 ? settings_refuse(&c, r, &e, "Nothing is unset")
                  : settings_restart(&c, &edit, "unset");
        settings_edit_done(&edit);
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
