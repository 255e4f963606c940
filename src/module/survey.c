/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/survey.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/installed.h"
#include "store/package-file.h"

void survey_done(Survey *survey) {
        for (size_t i = 0; i < survey->n_units; i++)
                unit_facts_done(survey->units + i);
        free(survey->units);
        for (size_t i = 0; i < survey->n_modules; i++) {
                module_done(&survey->modules[i].module);
                package_done(&survey->modules[i].package);
        }
        free(survey->modules);
        loaded_units_done(&survey->loaded);
        *survey = (Survey) {};
}

/* -- modules and units ------------------------------------------------------------------------- */

static int survey_load(Modules *modules, char *const *names, UnitQuery *q, Survey *s) {
        s->modules = calloc(strv_length(names) + 1, sizeof(InstalledModule));
        if (!s->modules)
                return -ENOMEM;
        STRV_FOREACH(name, names) {
                InstalledModule *i = s->modules + s->n_modules;
                _cleanup_(error_clear) Error e = ERROR_NULL;
                int r;

                r = store_load(modules->store, *name, &e, &i->module);
                if (r < 0)
                        s->r = module_note_failure(
                                modules,
                                (ModuleNote) { .kind = MODULE_NOTE_UNREADABLE, .module = *name }, r,
                                &e);
                if (r <= 0)
                        continue;
                (void) store_read_package(&i->module, /* e= */ NULL, &i->package);
                s->n_modules++;
                if (q)
                        unit_query_proceed(q);
        }
        return 0;
}

/* The manager answers while the modules are read. */
static int survey_collect(Modules *modules, char *const *names, Error *e, Survey *s) {
        _cleanup_(unit_query_freep) UnitQuery *q = NULL;
        int r;

        r = modules_open_bus_or_note(modules, e);
        if (r < 0)
                return r;
        if (modules->bus) {
                r = modules_ask(modules, UNIT_USUAL, e, &q);
                if (r < 0)
                        return r;
        }
        r = survey_load(modules, names, q, s);
        if (r < 0)
                return r;
        return q ? modules_answer(q, e, &s->loaded) : 0;
}

/* -- facts ------------------------------------------------------------------------------------- */

static int survey_add_unit(Modules *modules, const InstalledModule *i, const char *unit,
                           Survey *s) {
        UnitFacts *grown = reallocarray(s->units, s->n_units + 1, sizeof(UnitFacts)), *facts;
        int r;

        if (!grown)
                return -ENOMEM;
        s->units = grown;
        facts = grown + s->n_units;
        r = unit_facts_init(&i->module, &i->package, &s->loaded, unit, facts);
        if (r < 0)
                return r;
        s->n_units++;
        return measured_find_recorded(modules, unit, facts->state ? facts->state->main_pid : 0,
                                      &facts->measured);
}

static int survey_add_units(Modules *modules, const InstalledModule *i, Survey *s) {
        const Package *p = i->package.n_apps > 0 ? &i->package : NULL;
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        r = module_units(i->module.name, p, &s->loaded, &units);
        if (r < 0)
                return r;
        STRV_FOREACH(unit, units) {
                r = survey_add_unit(modules, i, *unit, s);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Units of modules that are gone: of a folder that was removed by hand, say. */
static int survey_note_orphans(Modules *modules, const Survey *s) {
        for (size_t i = 0; i < s->loaded.n; i++) {
                const UnitState *state = s->loaded.states + i;
                _cleanup_(module_done) Module m = {};
                _cleanup_(freep) char *name = NULL;
                size_t k = 0;
                int r;

                if (!unit_state_stays(state))
                        continue;
                r = module_from_unit_name(state->unit, &name, /* ret_app= */ NULL,
                                          /* ret_instance= */ NULL);
                if (r == -ENOMEM)
                        return r;
                while (r >= 0 && k < s->n_modules && !streq(s->modules[k].module.name, name))
                        k++;
                /* it may have been installed since */
                if (r < 0 || k < s->n_modules ||
                    store_load(modules->store, name, /* e= */ NULL, &m) != 0)
                        continue;
                module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_ORPHAN,
                                                     .module = name,
                                                     .unit = state->unit });
        }
        return 0;
}

int modules_survey(Modules *modules, Error *e, Survey *ret) {
        _cleanup_(survey_done) Survey s = {};
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        r = modules_installed(modules, e, &names);
        if (r < 0)
                return r;
        if (names) {
                r = survey_collect(modules, names, e, &s);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < s.n_modules; i++) {
                r = survey_add_units(modules, s.modules + i, &s);
                if (r < 0)
                        return r;
        }
        r = survey_note_orphans(modules, &s);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(s);
        return 0;
}
