/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/settings-restart.h"

#include "basic/json.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/select.h"
#include "model/name.h"
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

/* -- JSON ------------------------------------------------------------------------------ */

typedef struct Rows {
        json_object *rows;
        const Restarted *restarted;
        const char *done;
} Rows;

/* Global settings reach all units. */
static bool unit_is_reached(const char *unit, const char *module) {
        _cleanup_(freep) char *name = NULL;

        return !module || (module_from_unit_name(unit, &name, /* ret_app= */ NULL,
                                                 /* ret_instance= */ NULL) >= 0 &&
                           streq(name, module));
}

/* Adds the names of the units, and why the first one that failed did. */
static int row_add_units(json_object *row, const Rows *r, const char *module) {
        json_object *units = json_object_new_array();
        const RestartedUnit *failed = NULL;

        if (json_add(row, "restarted", units) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < r->restarted->n; i++) {
                const RestartedUnit *u = r->restarted->units + i;

                if (!unit_is_reached(u->unit, module))
                        continue;
                if (u->r >= 0 && json_object_array_add(units, json_object_new_string(u->unit)) < 0)
                        return -ENOMEM;
                if (u->r < 0 && !failed)
                        failed = u;
        }
        return failed ? json_add_string(row, "error", error_text(&failed->error, failed->r)) : 0;
}

static int row_add(const char *module, bool changed, void *userdata) {
        const Rows *r = userdata;
        json_object *row;

        if (result_add(r->rows, module, changed ? r->done : "unchanged", changed, /* e= */ NULL) <
            0)
                return -ENOMEM;
        row = json_object_array_get_idx(r->rows, json_object_array_length(r->rows) - 1);
        return row_add_units(row, r, module);
}

static int print_json(const Context *c, const SettingsEdit *edit, const Restarted *restarted,
                      const char *done) {
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array();
        Rows r = { rows, restarted, done };

        if (!rows || settings_edit_foreach(edit, row_add, &r) < 0)
                return log_oom();
        return results_print(c, rows, 0);
}

int settings_refuse(Context *c, int r, const Error *e, const char *what) {
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array();

        (void) log_error_cause(r, e, "%s", what);
        if (!rows || result_add(rows, /* name= */ NULL, /* done= */ NULL, r, e) < 0)
                return log_oom();
        return results_print(c, rows, r);
}

/* -- restarting ------------------------------------------------------------------------ */

static int restart_reached(Context *c, SettingsEdit *edit, Restarted *restarted) {
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
        r = modules_apply_settings(&c->modules, names, &e, restarted);
        for (size_t i = 0; i < restarted->n; i++) {
                k = print_restarted(restarted->units + i);
                result = k < 0 ? k : result;
        }
        if (r == -EHOSTDOWN && !c->modules.bus) { /* else it went away meanwhile */
                log_notice("Nothing is restarted: %s.", error_text(&e, r));
                return result;
        }
        return r < 0 ? log_error_cause(r, &e, "Failed to restart the modules") : result;
}

int settings_restart(Context *c, SettingsEdit *edit, const char *done) {
        _cleanup_(restarted_done) Restarted restarted = {};
        int r, k;

        r = restart_reached(c, edit, &restarted);
        k = print_json(c, edit, &restarted, done);
        return r < 0 ? r : k;
}
