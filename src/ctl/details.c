/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/details.h"

#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/limits.h"
#include "ctl/reports.h"
#include "ctl/rows.h"
#include "model/name.h"
#include "model/package-units.h"
#include "module/settings-in-force.h"
#include "module/units.h"
#include "store/installed.h"
#include "store/package-file.h"
#include "store/settings-file.h"
#include "unit/query.h"

/* Takes `value` (NULL: null). */
static int add_or_null(json_object *o, const char *key, json_object *value) {
        if (json_object_object_add(o, key, value) < 0) {
                (void) json_object_put(value);
                return -ENOMEM;
        }
        return 0;
}

static int add_masked(json_object *o, const char *key, const Mask *mask, json_object *value) {
        json_object *masked = NULL;
        int r;

        if (value) {
                r = mask_json(mask, value, &masked);
                if (r < 0)
                        return r;
        }
        return add_or_null(o, key, masked);
}

/* The settings as the module gets them, and what of them is secret. */
static int add_settings(Context *c, json_object *o, const Package *p, Mask *mask, Error *e) {
        _cleanup_(settings_freep) Settings *global = NULL, *module = NULL;
        _cleanup_(json_object_putp) json_object *document = NULL;
        int r;

        r = settings_load(&c->modules.scope, NULL, e, &global);
        if (r >= 0)
                r = settings_load(&c->modules.scope, p->name, e, &module);
        if (r == -EACCES || r == -EPERM) {
                error_clear(e);
                return add_or_null(o, "settings", NULL);
        }
        if (r >= 0)
                r = reports_add_secrets(c, p->name, e, mask);
        if (r >= 0)
                r = settings_in_force(&c->modules, p->name, p, global, module, e, &document,
                                       /* ret_origins= */ NULL);
        return r < 0 ? r : add_masked(o, "settings", mask, document);
}

/* -- one unit ---------------------------------------------------------------------------------- */

/* What is found out about a module on the way. */
typedef struct Details {
        const Module *module;
        Package package;
        Mask *mask;
        LoadedUnits loaded;
        char **units;
        bool masks; /* the mask knows all secrets */
        int r;      /* of the first thing that cannot be read */
} Details;

/* The rest can still be told. -ENOMEM cannot be got over. */
static int details_note(Details *d, int r, const Error *why, Error *e) {
        if (r < 0 && r != -ENOMEM && d->r >= 0)
                d->r = error_set(e, r, "%s", error_text(why, r));
        return r == -ENOMEM ? r : 0;
}

/* What the unit said of itself. */
static int add_record(Context *c, json_object *o, const char *unit, Details *d, Error *e) {
        _cleanup_(json_object_putp) json_object *monitor = NULL;
        _cleanup_(error_clear) Error why = ERROR_NULL;
        const Mask *mask = d->mask;
        Record record = {};
        int r = 0;

        /* A record is not masked, unlike what the bridge leaves. */
        if (d->masks)
                r = reports_record(c, unit, &why, &record);
        r = details_note(d, r, &why, e);
        if (r < 0)
                return r;
        monitor = reports_monitor(c, unit);

        r = reports_measure(o, record.options);
        if (r >= 0)
                r = add_masked(o, "options", mask, record.options);
        if (r >= 0)
                r = add_masked(o, "actions", mask, record.actions);
        if (r >= 0)
                r = add_masked(o, "monitor", mask, monitor ? monitor : record.monitor);
        if (r >= 0)
                r = add_masked(o, "dependencies", mask, record.dependencies);
        if (r >= 0)
                r = add_masked(o, "error", mask, record.error);
        if (r >= 0)
                r = json_add_uint(o, "errors", record.n_errors);
        record_done(&record);
        return r;
}

/* What its app is declared as; a unit that is left over from another version has none. */
static int add_declaration(json_object *o, const Package *p, const char *unit) {
        _cleanup_(freep) char *name = NULL, *app = NULL;
        unsigned instance;
        AppInstance which;
        int r;

        r = module_from_unit_name(unit, &name, &app, &instance);
        if (r >= 0)
                r = package_find_unit(p, app, instance, &which);
        if (r <= 0)
                return r;
        r = json_add_string(o, "name", p->apps[which.app].name);
        if (r >= 0)
                r = json_add_string(o, "script", p->apps[which.app].script);
        if (r >= 0)
                r = json_add_string(o, "interpreter", p->apps[which.app].interpreter);
        return r;
}

/* -- the module -------------------------------------------------------------------------------- */

static void details_done(Details *d) {
        package_done(&d->package);
        (void) mask_free(d->mask);
        loaded_units_done(&d->loaded);
        strv_free(d->units);
}

static int details_find(Context *c, const Module *m, Error *e, Details *d) {
        _cleanup_(freep) char *id = NULL, *pattern = NULL;
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        d->module = m;
        r = module_id_from_name(m->name, &id);
        if (r < 0)
                return r;
        if (asprintf(&pattern, UNIT_PREFIX "%s[.@]*", id) < 0) {
                pattern = NULL;
                return -ENOMEM;
        }
        r = mask_new(&d->mask);
        if (r >= 0)
                r = modules_open_bus_or_note(&c->modules, e);
        if (r >= 0 && c->modules.bus)
                r = units_query(c->modules.bus, pattern, UNIT_DETAILS, e, &d->loaded.states,
                                &d->loaded.n);
        if (r < 0)
                return r;
        r = store_read_package(m, &why, &d->package);
        if (r < 0) {
                r = details_note(d, r, &why, e);
                if (r >= 0)
                        r = package_unknown(m->name, &d->package);
        }
        if (r >= 0)
                r = module_units(m->name, &d->package, &d->loaded, &d->units);
        return r;
}

static int add_limits(Context *c, json_object *o, const UnitState *state, Details *d, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        r = limits_add(c, o, state, &why);
        return details_note(d, r, &why, e);
}

static int add_unit(Context *c, Details *d, const char *unit, json_object *apps, Error *e) {
        const UnitState *state = loaded_units_find(&d->loaded, unit);
        json_object *app = json_object_new_object();
        int r;

        if (!app || json_object_array_add(apps, app) < 0)
                return -ENOMEM;
        r = row_add_unit(app, d->module, &d->package, unit, state);
        if (r >= 0)
                r = add_declaration(app, &d->package, unit);
        if (r >= 0 && state && !isempty(state->status_text))
                r = json_add_string(app, "status", state->status_text);
        if (r < 0)
                return r;
        r = add_limits(c, app, state, d, e);
        return r < 0 ? r : add_record(c, app, unit, d, e);
}

/* One object for each unit; what the first one says stands for the module too. */
static int add_units(Context *c, Details *d, json_object *o, Error *e) {
        static const char *const shared[] = { "status",   "options",      "actions", "monitor",
                                              "memory",   "cpu",          "error",   "errors",
                                              "measured", "dependencies", "limits" };
        json_object *apps = json_object_new_array(), *first;
        int r;

        r = json_add(o, "apps", apps);
        STRV_FOREACH(unit, d->units)
                if (r >= 0)
                        r = add_unit(c, d, *unit, apps, e);
        if (r < 0)
                return r;
        first = json_object_array_get_idx(apps, 0);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(shared); i++)
                if (json_has(first, shared[i]))
                        r = add_or_null(o, shared[i], json_object_get(json_get(first, shared[i])));
        return r;
}

static int add_origin(json_object *o, const Module *m, const Package *p) {
        int r;

        r = json_add_string(o, "description", p->description);
        if (r >= 0)
                r = json_add_address(o, "spec", m->spec);
        if (r >= 0)
                r = json_add_string(o, "integrity", m->integrity);
        if (r >= 0)
                r = json_add_string(o, "signed_by", m->signed_by);
        if (r >= 0)
                r = json_add_string(o, "link", m->link);
        if (r >= 0)
                r = json_add_string(o, "folder", m->home);
        return r < 0 ? r : json_add_uint(o, "installed", m->installed_usec);
}

static int collect(Context *c, const Module *m, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        _cleanup_(error_clear) Error why = ERROR_NULL;
        _cleanup_(details_done) Details d = {};
        int r, settings = 0;

        r = details_find(c, m, e, &d);
        if (r >= 0)
                r = row_new(c, m, &d.package, d.units[0], loaded_units_find(&d.loaded, d.units[0]),
                            &o);
        if (r >= 0)
                r = add_origin(o, m, &d.package);
        if (r >= 0)
                settings = add_settings(c, o, &d.package, d.mask, &why);
        d.masks = settings >= 0;
        if (r >= 0)
                r = details_note(&d, settings, &why, e);
        if (r >= 0)
                r = add_units(c, &d, o, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return d.r;
}

int details_collect(Context *c, const char *name, Error *e, json_object **ret) {
        Module m = {};
        int r;

        *ret = NULL;
        r = modules_open_store(&c->modules, /* create= */ false, e);
        if (r >= 0)
                r = store_load(c->modules.store, name, e, &m);
        if (r <= 0)
                return r;
        r = collect(c, &m, e, ret);
        module_done(&m);
        return r < 0 ? r : 1;
}
