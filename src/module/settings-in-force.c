/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/settings-in-force.h"

#include "basic/strv.h"
#include "model/environment.h"
#include "model/name.h"
#include "unit/query.h"

/* What a drop-in puts into a unit that runs; without a manager, or without the unit, there is none
 * to be seen. */
static int find_drop_in_variables(Modules *modules, const char *module, Error *e, char ***ret) {
        _cleanup_(freep) char *unit = NULL;
        int r;

        if (modules_open_bus(modules, /* e= */ NULL) < 0)
                return 0;
        r = module_unit_name(module, /* app= */ NULL, 0, &unit);
        return r < 0 ? r : unit_environment(modules->bus, unit, e, ret);
}

int settings_in_force(Modules *modules, const char *module, const Package *p,
                      const Settings *global, const Settings *own, Error *e, json_object **ret,
                      json_object **ret_origins) {
        _cleanup_(strv_freep) char **variables = NULL;
        int r;

        r = find_drop_in_variables(modules, module, e, &variables);
        if (r < 0)
                return r;
        return environment_document(
                &(EnvironmentSource) {
                        .package = p,
                        .app = p->apps,
                        .base = variables,
                        .global = settings_tree(global),
                        .module = settings_tree(own),
                },
                ret, ret_origins);
}

int package_unknown(const char *module, Package *ret) {
        _cleanup_(package_done) Package p = { .name = strdup(module) };

        p.apps = calloc(1, sizeof(App));
        if (!p.name || !p.apps)
                return -ENOMEM;
        p.n_apps = 1;
        p.apps->instances = 1;
        *ret = TAKE_STRUCT(p);
        return 0;
}
