/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/fetch-units.h"

#include "basic/string-util.h"
#include "model/unit-spec-oneshot.h"
#include "unit/oneshot.h"

int fetch_unit_name(const char *mode, const char *number, char **ret) {
        return strdupf(ret, "pm2-%s@%s.service", mode, number);
}

int fetch_units_stop(Modules *modules, const char *number, Error *e) {
        static const char *const modes[] = { "fetch", "versions", "scripts" };
        int r;

        r = modules_open_bus_or_none(modules, e);
        if (r < 0 || !modules->bus)
                return r; /* without a manager they were children of the process that died */
        for (size_t i = 0; i < ELEMENTSOF(modes); i++) {
                _cleanup_(freep) char *unit = NULL;

                r = fetch_unit_name(modes[i], number, &unit);
                if (r < 0)
                        return r;
                r = oneshot_stop(modules->bus, oneshot_slice(modules->scope.kind), unit, e);
                if (r < 0)
                        return r;
        }
        return 0;
}
