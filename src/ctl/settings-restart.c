/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/settings-restart.h"

#include "basic/json.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
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
        return failed ? json_add_string(row, "error", error_text(&failed->error, failed->r))
                      : json_add_null(row, "error");
}

static int row_add(const char *module, bool changed, void *userdata) {
        const Rows *r = userdata;
        json_object *row = json_object_new_object();

        if (!row || json_object_array_add(r->rows, row) < 0)
                return -ENOMEM;
        if ((module ? json_add_string(row, "name", module) : json_add_null(row, "name")) < 0 ||
            json_add_string(row, "result", changed ? r->done : "unchanged") < 0 ||
            json_add_bool(row, "changed", changed) < 0)
                return -ENOMEM;
        return row_add_units(row, r, module);
}

static int print_json(const Context *c, const SettingsEdit *edit, const Restarted *restarted,
                      const char *done) {
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array();
        Rows r = { rows, restarted, done };
        int k;

        if (c->arg->json == JSON_OFF)
                return 0;
        if (!rows || settings_edit_foreach(edit, row_add, &r) < 0)
                return log_oom();
        k = json_print(rows, c->arg->json);
        return k < 0 ? log_error_errno(k, "Failed to print: %m") : 0;
}

int settings_refuse(Context *c, int r, const Error *e, const char *what) {
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array(), *row = NULL;

        (void) log_error_cause(r, e, "%s", what);
        if (c->arg->json == JSON_OFF)
                return r;
        row = json_object_new_object();
        if (!rows || json_add_null(row, "name") < 0 ||
            json_add_string(row, "result", "failed") < 0 ||
            json_add_bool(row, "changed", false) < 0 ||
            json_add_string(row, "error", error_text(e, r)) < 0 ||
            json_object_array_add(rows, json_object_get(row)) < 0)
                return log_oom();
        (void) json_print(rows, c->arg->json);
        return r;
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
