/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/details.h"

#include "basic/string-util.h"
#include "ctl/limits.h"
#include "ctl/rows.h"
#include "module/details.h"

/* Adds a reference; NULL is null. */
static int add_value(json_object *o, const char *key, json_object *value) {
        if (json_object_object_add(o, key, json_object_get(value)) >= 0)
                return 0;
        (void) json_object_put(value);
        return -ENOMEM;
}

/* -- one unit ---------------------------------------------------------------------------------- */

/* What its app is declared as; a unit that is left over from another version has none. */
static int add_declaration(json_object *o, const App *app) {
        if (!app)
                return 0;
        if (json_add_string(o, "name", app->name) < 0 ||
            json_add_string(o, "script", app->script) < 0 ||
            json_add_string(o, "interpreter", app->interpreter) < 0)
                return -ENOMEM;
        return 0;
}

static int add_reports(json_object *o, const UnitDetails *u) {
        if (row_add_measured(o, &u->facts.measured) < 0 ||
            add_value(o, "options", u->options) < 0 || add_value(o, "actions", u->actions) < 0 ||
            add_value(o, "monitor", u->monitor) < 0 ||
            add_value(o, "dependencies", u->dependencies) < 0 ||
            add_value(o, "error", u->error) < 0)
                return -ENOMEM;
        return json_add_uint(o, "errors", u->n_errors);
}

static int add_unit(const ModuleDetails *d, const UnitDetails *u, json_object *apps) {
        json_object *app = json_object_new_object();
        const UnitState *state = u->facts.state;
        int r;

        if (!app || json_object_array_add(apps, app) < 0)
                return -ENOMEM;
        if (row_add_unit(app, &u->facts) < 0 || add_declaration(app, u->app) < 0)
                return -ENOMEM;
        if (state && !isempty(state->status_text) &&
            json_add_string(app, "status", state->status_text) < 0)
                return -ENOMEM;
        r = limits_add(app, u, d->runtime_size);
        return r < 0 ? r : add_reports(app, u);
}

/* -- the module -------------------------------------------------------------------------------- */

/* One object for each unit; what the first one says stands for the module too. */
static int add_units(json_object *o, const ModuleDetails *d) {
        static const char *const shared[] = { "status",   "options",      "actions", "monitor",
                                              "memory",   "cpu",          "error",   "errors",
                                              "measured", "dependencies", "limits" };
        json_object *apps = json_object_new_array(), *first;

        if (json_add(o, "apps", apps) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < d->n_units; i++) {
                int r = add_unit(d, d->units + i, apps);

                if (r < 0)
                        return r;
        }
        first = json_object_array_get_idx(apps, 0);
        for (size_t i = 0; i < ELEMENTSOF(shared); i++)
                if (json_has(first, shared[i]) &&
                    add_value(o, shared[i], json_get(first, shared[i])) < 0)
                        return -ENOMEM;
        return 0;
}

static int add_origin(json_object *o, const Module *m, const Package *p) {
        if (json_add_string(o, "description", p->description) < 0 ||
            json_add_address(o, "spec", m->spec) < 0 ||
            json_add_string(o, "integrity", m->integrity) < 0 ||
            json_add_string(o, "signed_by", m->signed_by) < 0 ||
            (m->args && json_add_strv(o, "args", m->args) < 0) ||
            json_add_string(o, "link", m->link) < 0 || json_add_string(o, "folder", m->home) < 0)
                return -ENOMEM;
        return json_add_uint(o, "installed", m->installed_usec);
}

static int make_object(Context *c, const ModuleDetails *d, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        int r;

        r = row_new(c, &d->units[0].facts, &o);
        if (r < 0)
                return r;
        r = add_origin(o, &d->module, &d->package);
        if (r < 0)
                return r;
        if (d->access != SETTINGS_BROKEN && add_value(o, "settings", d->settings) < 0)
                return -ENOMEM;
        r = add_units(o, d);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

int details_collect(Context *c, const char *name, Error *e, json_object **ret) {
        _cleanup_(module_details_done) ModuleDetails d = {};
        int r, k;

        *ret = NULL;
        r = module_details(&c->modules, name, e, &d);
        if (d.n_units == 0)
                return r;
        k = make_object(c, &d, ret);
        return k < 0 ? k : r;
}
