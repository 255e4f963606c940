/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/rows.h"

#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/reports.h"
#include "model/name.h"
#include "model/package-units.h"
#include "module/services.h"
#include "module/units.h"
#include "store/installed.h"
#include "store/package-file.h"
#include "unit/query.h"

/* An amount, or null where it is not known. */
static int add_known(json_object *row, const char *key, uint64_t value) {
        if (value != UINT64_MAX)
                return json_add_uint(row, key, value);
        return json_object_object_add(row, key, NULL) < 0 ? -ENOMEM : 0;
}

static int add_text(json_object *row, const char *key, const char *value) {
        if (value)
                return json_add_string(row, key, value);
        return json_object_object_add(row, key, NULL) < 0 ? -ENOMEM : 0;
}

static int add_state(json_object *row, const Module *m, const UnitState *s) {
        uint64_t cpu = s && s->cpu_nsec != UINT64_MAX ? s->cpu_nsec / NSEC_PER_USEC : UINT64_MAX;
        int r;

        r = add_text(row, "active", s ? s->active : "inactive");
        if (r >= 0)
                r = add_text(row, "sub", s ? s->sub : "dead");
        if (r >= 0)
                r = add_known(row, "pid", s && s->main_pid ? s->main_pid : UINT64_MAX);
        if (r >= 0)
                r = json_add_uint(row, "restarts", s ? s->n_restarts : 0);
        if (r >= 0)
                r = add_known(row, "memory", s ? s->memory : UINT64_MAX);
        if (r >= 0)
                r = add_known(row, "cpu", cpu);
        if (r >= 0)
                r = add_known(row, "uptime", s ? s->uptime_usec : UINT64_MAX);
        if (r >= 0)
                r = add_text(row, "user", s && !isempty(s->user) ? s->user : m->user);
        return r;
}

int row_add_unit(json_object *row, const Module *m, const Package *p, const char *unit,
                 const UnitState *state) {
        _cleanup_(freep) char *name = NULL, *app = NULL;
        unsigned instance;
        int r;

        r = module_from_unit_name(unit, &name, &app, &instance);
        if (r >= 0 && !app)
                r = package_first_app(p, &app);
        if (r >= 0)
                r = json_add_string(row, "unit", unit);
        if (r >= 0)
                r = add_text(row, "app", app);
        if (r >= 0)
                r = json_add_uint(row, "instance", instance);
        return r < 0 ? r : add_state(row, m, state);
}

int row_new(Context *c, const Module *m, const Package *p, const char *unit, const UnitState *state,
            json_object **ret) {
        _cleanup_(json_object_putp) json_object *row = json_object_new_object();
        const char *source = m->source ?: m->spec;
        _cleanup_(freep) char *id = NULL;
        int r;

        if (!row)
                return -ENOMEM;
        r = module_id_from_name(m->name, &id);
        if (r >= 0)
                r = json_add_string(row, "name", m->name);
        if (r >= 0)
                r = json_add_string(row, "id", id);
        if (r >= 0)
                r = json_add_string(row, "version", m->version);
        if (r >= 0)
                r = json_add_uint(row, "pm_id", m->pm_id);
        if (r >= 0)
                r = row_add_unit(row, m, p, unit, state);
        if (r >= 0)
                r = source ? json_add_address(row, "source", source)
                           : add_text(row, "source", NULL);
        if (r >= 0)
                r = json_add_bool(row, "enabled", !m->disabled && services_at_boot(&c->modules));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(row);
        return 0;
}

/* -- all installed modules --------------------------------------------------------------------- */

/* What the disk says of one. */
typedef struct Installed {
        Module module;
        Package package;
} Installed;

typedef struct Collection {
        Installed *modules;
        size_t n;
        LoadedUnits loaded;
} Collection;

static void collection_done(Collection *l) {
        for (size_t i = 0; i < l->n; i++) {
                module_done(&l->modules[i].module);
                package_done(&l->modules[i].package);
        }
        free(l->modules);
        loaded_units_done(&l->loaded);
}

/* One that cannot be read is left out, and makes the result negative. */
static int load(Context *c, char *const *names, UnitQuery *q, Collection *l) {
        int result = 0;

        l->modules = calloc(strv_length(names) + 1, sizeof(Installed));
        if (!l->modules)
                return log_oom();
        STRV_FOREACH(name, names) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                Installed *i = l->modules + l->n;
                int r = store_load(c->modules.store, *name, &e, &i->module);

                if (r < 0)
                        result = log_warning_cause(r, &e, "Leaving '%s' out", *name);
                if (r <= 0)
                        continue;
                (void) store_read_package(&i->module, /* e= */ NULL, &i->package);
                l->n++;
                if (q)
                        units_proceed(q);
        }
        return result;
}

static int add_rows(Context *c, const Installed *i, const LoadedUnits *loaded, json_object *rows) {
        const Package *p = i->package.n_apps > 0 ? &i->package : NULL;
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        r = module_units(i->module.name, p, loaded, &units);
        STRV_FOREACH(unit, units) {
                json_object *row = NULL;

                if (r >= 0)
                        r = row_new(c, &i->module, &i->package, *unit,
                                    loaded_units_find(loaded, *unit), &row);
                if (r >= 0 && json_object_array_add(rows, row) < 0)
                        r = -ENOMEM;
                if (r >= 0)
                        r = reports_measure_unit(c, row, *unit);
                if (r >= 0 && c->arg->json != JSON_OFF)
                        r = reports_add_monitor(c, row, *unit);
        }
        return r;
}

/* systemd answers while the modules are read. */
static int collect(Context *c, char *const *names, Collection *l, int *ret_loaded) {
        _cleanup_(unit_query_freep) UnitQuery *q = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = modules_open_bus_or_note(&c->modules, &e);
        if (r >= 0 && c->modules.bus)
                r = modules_ask(&c->modules, UNIT_USUAL, &e, &q);
        if (r >= 0)
                *ret_loaded = load(c, names, q, l);
        if (r >= 0 && q)
                r = modules_answer(q, &e, &l->loaded);
        return r < 0 ? log_error_cause(r, &e, "Cannot tell which modules run") : 0;
}

int rows_collect(Context *c, json_object **ret) {
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array();
        _cleanup_(collection_done) Collection l = {};
        _cleanup_(strv_freep) char **names = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r, result = 0;

        if (!rows)
                return log_oom();
        r = modules_open_store(&c->modules, /* create= */ false, &e);
        if (r >= 0)
                r = store_names(c->modules.store, &e, &names);
        if (r < 0 && r != -ENOENT)
                return log_error_cause(r, &e, "Cannot tell which modules are installed");

        r = names ? collect(c, names, &l, &result) : 0;
        if (r < 0)
                return r;
        for (size_t i = 0; i < l.n; i++)
                if (add_rows(c, l.modules + i, &l.loaded, rows) < 0)
                        return log_oom();
        *ret = TAKE_PTR(rows);
        return result;
}
