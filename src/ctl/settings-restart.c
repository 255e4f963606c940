/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/settings-restart.h"

#include "basic/log.h"
#include "basic/strv.h"
#include "module/settings-apply.h"

static int print_restarted(const RestartedUnit *u) {
        if (u->r >= 0) {
                log_info(u->renewed ? "%s had failed and is started." : "Restarted %s.", u->unit);
                return 0;
        }
        if (!u->renewed)
                return log_error_cause(u->r, &u->error,
                                       "The setting is stored, but %s does not start with it",
                                       u->unit);
        (void) log_warning_cause(u->r, &u->error, "%s still does not start", u->unit);
        return 0;
}

int settings_restart(Context *c, SettingsEdit *edit) {
        _cleanup_(restarted_done) Restarted restarted = {};
        _cleanup_(strv_freep) char **names = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r, k, result = 0;

        if (!c->arg->restart)
                return 0;
        r = settings_edit_reached(edit, &names);
        if (r < 0)
                return log_oom();
        if (!names)
                return 0;
        r = modules_apply_settings(&c->modules, names, &e, &restarted);
        for (size_t i = 0; i < restarted.n; i++) {
                k = print_restarted(restarted.units + i);
                result = k < 0 ? k : result;
        }
        if (r == -EHOSTDOWN && !c->modules.bus) { /* else it went away meanwhile */
                log_notice("Nothing is restarted: %s.", error_text(&e, r));
                return result;
        }
        return r < 0 ? log_error_cause(r, &e, "Failed to restart the modules") : result;
}
