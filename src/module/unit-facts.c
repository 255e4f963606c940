/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/unit-facts.h"

#include "basic/string-util.h"
#include "model/name.h"
#include "model/package-units.h"

int unit_facts_init(const Module *m, const Package *p, const LoadedUnits *loaded, const char *unit,
                    UnitFacts *ret) {
        _cleanup_(unit_facts_done) UnitFacts facts = { .module = m, .package = p };
        _cleanup_(freep) char *name = NULL;
        int r;

        r = module_from_unit_name(unit, &name, &facts.app, &facts.instance);
        if (r < 0)
                return r;
        if (!facts.app) {
                r = package_first_app(p, &facts.app);
                if (r < 0)
                        return r;
        }
        if (free_and_strdup(&facts.unit, unit) < 0)
                return -ENOMEM;
        facts.state = loaded_units_find(loaded, unit);
        *ret = TAKE_STRUCT(facts);
        return 0;
}

void unit_facts_done(UnitFacts *facts) {
        free(facts->unit);
        free(facts->app);
        measured_done(&facts->measured);
        *facts = (UnitFacts) {};
}

uint64_t unit_facts_memory(const UnitFacts *facts) {
        if (facts->measured.state == MEASURED_UNIT)
                return facts->state ? facts->state->memory : UINT64_MAX;
        return facts->measured.state == MEASURED_PROCESS ? facts->measured.process.memory
                                                         : UINT64_MAX;
}

uint64_t unit_facts_cpu_nsec(const UnitFacts *facts) {
        if (facts->measured.state == MEASURED_UNIT)
                return facts->state ? facts->state->cpu_nsec : UINT64_MAX;
        return facts->measured.state == MEASURED_PROCESS ? facts->measured.process.cpu_nsec
                                                         : UINT64_MAX;
}
