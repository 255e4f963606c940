/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/watch-restart.h"

#include "basic/strv.h"
#include "basic/user.h"
#include "model/package-units.h"
#include "module/lock.h"
#include "module/modules.h"
#include "module/start.h"
#include "module/units.h"
#include "module/watch-tree.h"
#include "store/installed.h"
#include "store/package-file.h"

#define DELAY_MAX (3600 * USEC_PER_SEC)

struct ModuleWatch {
        Modules *modules;
        Module module;
        Package package;
        const char *folder;
        WatchTree *tree;
        WatchRule *rules; /* the first is of package.json, in which all may change */
        size_t *app;      /* whose rule it is */
        size_t n;
        bool owes; /* the last start was refused, so that what is not there is for us to start */
};

bool module_watch_is_over(int r) {
        return r == -ESTALE || r == -ESRCH;
}

ModuleWatch *module_watch_close(ModuleWatch *w) {
        if (!w)
                return NULL;
        (void) watch_tree_close(w->tree);
        package_done(&w->package);
        module_done(&w->module);
        free(w->rules);
        free(w->app);
        free(w);
        return NULL;
}

/* While package.json cannot be read, anything may be what mends it. Where it is installed rather
 * than linked, it does not change. */
static int make_rules(ModuleWatch *w) {
        static char *const declaration[] = { (char *) "package.json", NULL };
        static char *const nothing[] = { NULL };
        const Package *p = &w->package;

        free(w->rules);
        free(w->app);
        w->n = 0;
        w->rules = calloc(p->n_apps + 1, sizeof(WatchRule));
        w->app = calloc(p->n_apps + 1, sizeof(size_t));
        if (!w->rules || !w->app)
                return -ENOMEM;

        w->rules[w->n++].paths = p->n_apps == 0 ? NULL : w->module.link ? declaration : nothing;
        for (size_t i = 0; i < p->n_apps; i++) {
                const App *app = p->apps + i;

                if (!app_is_watched(app, w->module.link))
                        continue;
                w->app[w->n] = i;
                w->rules[w->n++] = (WatchRule) {
                        .paths = app->watch_paths,
                        .ignore = app->ignore_watch,
                        .delay_usec = MIN2(app->watch_delay_usec, DELAY_MAX),
                };
        }
        return 0;
}

static int load_package(ModuleWatch *w, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        package_done(&w->package);
        r = store_read_package(&w->module, &why, &w->package);
        if (module_watch_is_over(r))
                return error_copy(e, r, &why);
        if (r < 0)
                (void) module_note_failure(w->modules,
                                           (ModuleNote) { .kind = MODULE_NOTE_WATCH_UNDECLARED,
                                                          .module = w->module.name },
                                           r, &why);
        return make_rules(w);
}

static int open_and_refresh(ModuleWatch *w, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        int r;

        r = store_become_user(&w->module, e);
        if (r < 0)
                return r;
        fd = store_open_package(&w->module, e);
        return fd < 0 ? fd : watch_tree_refresh(fd, w->folder, w->rules, w->n, e, &w->tree);
}

/* As the user who may change the directory. */
static int watch_refresh(ModuleWatch *w, Error *e) {
        int r, back;

        r = open_and_refresh(w, e);
        back = user_return();
        return r < 0 ? r : back;
}

/* Notes what became of it. */
static void take_outcomes(ModuleWatch *w, char *const *names, UnitOutcome *outcomes) {
        w->owes = false;
        for (size_t i = 0; names[i]; i++)
                if (outcomes[i].r < 0) {
                        w->owes = true;
                        (void) module_note_failure(
                                w->modules,
                                (ModuleNote) { .kind = MODULE_NOTE_WATCH_START_FAILED,
                                               .unit = names[i] },
                                outcomes[i].r, &outcomes[i].error);
                }
        unit_outcomes_free(outcomes, strv_length(names));
}

/* Adds the units of an app that are there, or are owed. */
static int add_app_units(const ModuleWatch *w, size_t app, const LoadedUnits *loaded,
                         char ***units) {
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        r = package_unit_names(&w->package, w->module.name, app, &names);
        if (r < 0)
                return r;
        STRV_FOREACH(name, names)
                if ((w->owes || unit_state_stays(loaded_units_find(loaded, *name))) &&
                    strv_extend(units, *name) < 0)
                        return -ENOMEM;
        return 0;
}

/* The units of the apps for which something has changed. */
static int restart_apps(ModuleWatch *w, const LoadedUnits *loaded, Error *e) {
        _cleanup_(strv_freep) char **units = NULL;
        UnitOutcome *outcomes;
        int r;

        for (size_t i = 1; i < w->n; i++) {
                if (!w->rules[i].changed)
                        continue;
                r = add_app_units(w, w->app[i], loaded, &units);
                if (r < 0)
                        return r;
        }
        if (!units)
                return 0;
        r = module_units_renew(w->modules, units, /* settle_usec= */ 0, e, &outcomes);
        if (r < 0)
                return r;
        take_outcomes(w, units, outcomes);
        return 0;
}

/* All of it, by another package.json. */
static int restart_module(ModuleWatch *w, const LoadedUnits *loaded, Error *e) {
        char *const names[] = { w->module.name, NULL };
        _cleanup_(strv_freep) char **units = NULL;
        UnitOutcome *outcomes;
        bool start = w->owes;
        int r;

        r = module_units(w->module.name, /* p= */ NULL, loaded, &units);
        if (r < 0)
                return r;
        STRV_FOREACH(unit, units)
                start |= unit_state_stays(loaded_units_find(loaded, *unit));
        if (start) {
                r = modules_start(w->modules, names, START_CHANGED, e, &outcomes);
                if (r < 0)
                        return r;
                take_outcomes(w, names, outcomes);
        }
        return load_package(w, e);
}

static int watch_restart(ModuleWatch *w, Error *e) {
        char *const names[] = { w->module.name, NULL };
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        module_note(w->modules, &(ModuleNote) { .kind = MODULE_NOTE_WATCH_CHANGED,
                                                .module = w->module.name,
                                                .path = w->folder });
        r = modules_lock_shared(w->modules, names, e, &lock_fd);
        if (r < 0)
                return r;
        r = modules_query(w->modules, UNIT_NAMES, e, &loaded);
        if (r < 0)
                return r;
        return w->rules[0].changed ? restart_module(w, &loaded, e) : restart_apps(w, &loaded, e);
}

static int watch_open(ModuleWatch *w, const char *name, Error *e) {
        int r;

        r = modules_open_bus(w->modules, e);
        if (r < 0)
                return r;
        r = modules_open_store(w->modules, /* create= */ false, e);
        if (r < 0)
                return r;
        r = store_load_installed(w->modules->store, name, e, &w->module);
        if (r < 0)
                return r;
        w->folder = w->module.link ? w->module.link : w->module.package;
        r = load_package(w, e);
        return r < 0 ? r : watch_refresh(w, e);
}

int module_watch_open(Modules *modules, const char *name, Error *e, ModuleWatch **ret) {
        ModuleWatch *w;
        int r;

        assert(modules);
        assert(name);
        assert(ret);

        w = calloc(1, sizeof(ModuleWatch));
        if (!w)
                return -ENOMEM;
        w->modules = modules;
        r = watch_open(w, name, e);
        if (r < 0) {
                module_watch_close(w);
                return r;
        }
        *ret = w;
        return 0;
}

/* New folders are watched before the module is started, so that it sees what is in them, or this
 * does. */
int module_watch_next(ModuleWatch *w, Error *e) {
        int r;

        assert(w);

        if (w->n <= 1 && w->package.n_apps > 0)
                return 0;
        r = watch_tree_wait(w->tree, w->rules, w->n, e);
        if (r < 0)
                return r;
        r = watch_refresh(w, e);
        if (r < 0)
                return r;
        r = watch_restart(w, e);
        r = r < 0 ? r : watch_refresh(w, e); /* by what package.json says now */
        return r < 0 ? r : 1;
}
