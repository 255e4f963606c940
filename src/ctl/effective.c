/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/effective.h"

#include "basic/strv.h"
#include "model/name.h"
#include "unit/query.h"

/* What a drop-in puts into a unit that runs; without a manager, or without the unit, there is none
 * to be seen. */
static int find_variables(Context *c, const char *module, Error *e, char ***ret) {
        _cleanup_(freep) char *unit = NULL;
        int r;

        if (modules_open_bus(&c->modules, /* e= */ NULL) < 0)
                return 0;
        r = module_unit_name(module, /* app= */ NULL, 0, &unit);
        return r < 0 ? r : unit_environment(c->modules.bus, unit, e, ret);
}

int effective_settings(Context *c, const char *module, const Package *p, const Settings *global,
                       const Settings *own, Error *e, json_object **ret,
                       json_object **ret_origins) {
        _cleanup_(strv_freep) char **variables = NULL;
        int r;

        r = find_variables(c, module, e, &variables);
        if (r < 0)
                return r;
        return environment_document(
                &(EnvironmentSource){
                        .package = p,
                        .app = p->apps,
                        .base = variables,
                        .global = settings_tree(global),
                        .module = settings_tree(own),
                },
                ret, ret_origins);
}
