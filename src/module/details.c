/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/details.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "model/package-units.h"
#include "module/reports.h"
#include "module/runtime-space.h"
#include "module/settings-in-force.h"
#include "store/installed.h"
#include "store/package-file.h"
#include "store/settings-file.h"
#include "store/settings.h"

static void unit_details_done(UnitDetails *u) {
        unit_facts_done(&u->facts);
        unit_limits_done(&u->limits);
        (void) json_object_put(u->options);
        (void) json_object_put(u->actions);
        (void) json_object_put(u->monitor);
        (void) json_object_put(u->dependencies);
        (void) json_object_put(u->error);
}

void module_details_done(ModuleDetails *d) {
        for (size_t i = 0; i < d->n_units; i++)
                unit_details_done(d->units + i);
        free(d->units);
        (void) json_object_put(d->settings);
        loaded_units_done(&d->loaded);
        package_done(&d->package);
        module_done(&d->module);
        *d = (ModuleDetails) {};
}

/* What goes along while they are collected. */
typedef struct Collection {
        Modules *modules;
        ModuleDetails *details;
        Mask *mask;
        bool masks; /* the mask knows all secrets */
        int r;      /* of the first thing that cannot be read; its clause is in `error` */
        Error *error;
} Collection;

/* The rest can still be told, but after -ENOMEM, which is returned. */
static int collection_note(Collection *c, int r, const Error *why) {
        if (r < 0 && r != -ENOMEM && c->r >= 0)
                c->r = error_copy(c->error, r, why);
        return r == -ENOMEM ? r : 0;
}

/* -- one unit ---------------------------------------------------------------------------------- */

static int add_limits(Collection *c, UnitDetails *u) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        /* without privileges no filter of packets is attached */
        unsigned lost = c->modules->scope.kind == SCOPE_USER ? CGROUP_ADDRESSES : 0;
        int r;

        if (!u->facts.state)
                return 0;
        r = unit_limits(c->modules->bus, u->facts.state->path, &why, &u->limits);
        if (r < 0)
                return collection_note(c, r, &why);
        u->has_limits = true;
        u->not_enforced = ~u->limits.controllers | lost;
        return 0;
}

static int mask_value(const Mask *mask, json_object *value, json_object **ret) {
        return value ? mask_json(mask, value, ret) : 0;
}

static int take_record(const Collection *c, const Record *record, UnitDetails *u) {
        _cleanup_(json_object_putp) json_object *monitor = unit_monitor(c->modules, u->facts.unit);
        const struct {
                json_object *value, **masked;
        } parts[] = {
                { record->options, &u->options },
                { record->actions, &u->actions },
                { monitor ?: record->monitor, &u->monitor },
                { record->dependencies, &u->dependencies },
                { record->error, &u->error },
        };

        for (size_t i = 0; i < ELEMENTSOF(parts); i++) {
                int r = mask_value(c->mask, parts[i].value, parts[i].masked);

                if (r < 0)
                        return r;
        }
        u->n_errors = record->n_errors;
        return 0;
}

/* A record is not masked, unlike what the bridge leaves. */
static int add_reports(Collection *c, UnitDetails *u) {
        const UnitState *state = u->facts.state;
        _cleanup_(record_done) Record record = {};
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        if (c->masks) {
                r = unit_record(c->modules, u->facts.unit, &why, &record);
                if (r < 0 && collection_note(c, r, &why) < 0)
                        return r;
        }
        r = measured_find(record.options, state ? state->main_pid : 0, &u->facts.measured);
        return r < 0 ? r : take_record(c, &record, u);
}

/* What its app is declared as; a unit that is left over from another version has none. */
static int find_app(const Package *p, const char *unit, const App **ret) {
        _cleanup_(freep) char *name = NULL, *app = NULL;
        unsigned instance;
        AppInstance which;
        int r;

        r = module_from_unit_name(unit, &name, &app, &instance);
        if (r < 0)
                return r;
        r = package_find_unit(p, app, instance, &which);
        if (r > 0)
                *ret = p->apps + which.app;
        return MIN2(r, 0);
}

static int add_unit(Collection *c, const char *unit) {
        ModuleDetails *d = c->details;
        UnitDetails *u = d->units + d->n_units;
        int r;

        r = unit_facts_init(&d->module, &d->package, &d->loaded, unit, &u->facts);
        if (r < 0)
                return r;
        d->n_units++;
        r = find_app(&d->package, unit, &u->app);
        if (r < 0)
                return r;
        r = add_limits(c, u);
        return r < 0 ? r : add_reports(c, u);
}

static int add_units(Collection *c, char *const *units) {
        c->details->units = calloc(strv_length(units) + 1, sizeof(UnitDetails));
        if (!c->details->units)
                return -ENOMEM;
        STRV_FOREACH(unit, units) {
                int r = add_unit(c, *unit);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* -- the module -------------------------------------------------------------------------------- */

/* The settings as the module gets them, and what of them is secret. */
static int fill_settings(Collection *c, const Settings *global, const Settings *own, Error *e) {
        _cleanup_(json_object_putp) json_object *document = NULL;
        const Package *p = &c->details->package;
        int r;

        r = module_add_secrets(c->modules, p->name, e, c->mask);
        if (r < 0)
                return r;
        r = settings_in_force(c->modules, p->name, p, global, own, e, &document,
                              /* ret_origins= */ NULL);
        return r < 0 ? r : mask_value(c->mask, document, &c->details->settings);
}

static int read_settings(Collection *c, Error *e) {
        const Scope *scope = &c->modules->scope;
        const char *name = c->details->package.name;
        _cleanup_(settings_freep) Settings *global = NULL, *own = NULL;
        int r;

        r = settings_load(scope, NULL, e, &global);
        if (r == 0)
                r = settings_load(scope, name, e, &own);
        if (r == -EACCES || r == -EPERM) {
                c->details->access = SETTINGS_DENIED;
                return 0;
        }
        return r < 0 ? r : fill_settings(c, global, own, e);
}

static int add_settings(Collection *c) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        r = read_settings(c, &why);
        c->masks = r >= 0;
        if (r < 0)
                c->details->access = SETTINGS_BROKEN;
        return collection_note(c, r, &why);
}

static int query_units(Collection *c) {
        ModuleDetails *d = c->details;
        _cleanup_(freep) char *id = NULL, *pattern = NULL;
        int r;

        r = module_id_from_name(d->module.name, &id);
        if (r < 0)
                return r;
        r = strdupf(&pattern, UNIT_PREFIX "%s[.@]*", id);
        if (r < 0)
                return r;
        r = modules_open_bus_or_note(c->modules, c->error);
        if (r < 0 || !c->modules->bus)
                return r;
        return units_query(c->modules->bus, pattern, UNIT_DETAILS, c->error, &d->loaded.states,
                           &d->loaded.n);
}

static int read_package(Collection *c) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        ModuleDetails *d = c->details;
        int r;

        r = store_read_package(&d->module, &why, &d->package);
        if (r < 0) {
                r = collection_note(c, r, &why);
                return r < 0 ? r : package_unknown(d->module.name, &d->package);
        }
        return 0;
}

static int collection_fill(Collection *c) {
        ModuleDetails *d = c->details;
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        r = mask_new(&c->mask);
        if (r < 0)
                return r;
        r = query_units(c);
        if (r < 0)
                return r;
        r = read_package(c);
        if (r < 0)
                return r;
        r = module_units(d->module.name, &d->package, &d->loaded, &units);
        if (r < 0)
                return r;
        r = add_settings(c);
        return r < 0 ? r : add_units(c, units);
}

int module_details(Modules *modules, const char *name, Error *e, ModuleDetails *ret) {
        Collection c = { .modules = modules, .details = ret, .error = e };
        int r;

        *ret = (ModuleDetails) { .runtime_size = runtime_space_size(&modules->scope) };
        r = modules_open_store(modules, /* create= */ false, e);
        if (r < 0)
                return r;
        r = store_load(modules->store, name, e, &ret->module);
        if (r <= 0)
                return r;
        r = collection_fill(&c);
        (void) mask_free(c.mask);
        if (r < 0) {
                module_details_done(ret);
                return r;
        }
        return c.r < 0 ? c.r : 1;
}
