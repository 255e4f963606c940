/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/companion.h"

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/excerpt.h"
#include "model/exit-status.h"
#include "model/name.h"
#include "model/package-units.h"
#include "model/unit-spec.h"
#include "unit/query.h"

#define WATCH_PREFIX "pm2-watch@"
#define CRON_PREFIX  "pm2-cron@"
#define PATTERN      "pm2-[wc]*@*"

int companions_query(Context *c, Error *e, UnitState **ret, size_t *ret_n) {
        return units_query(c->modules.bus, PATTERN, UNIT_NAMES, e, ret, ret_n);
}

/* -- their units ------------------------------------------------------------------------------- */

/* Root's are closed but for what pm2ctl does: it locks modules, and reads linked folders. */
static int confine(Context *c, UnitSpec *s) {
        if (c->modules.scope.kind == SCOPE_USER) {
                s->sandbox = SANDBOX_PM2CTL_USER;
                return 0;
        }
        s->sandbox = SANDBOX_PM2CTL_SYSTEM;
        s->protect_home = "read-only";
        s->private_network = true;
        /* a name that is too long for a private /tmp has one that is read-only, as all else */
        s->private_tmp = strlen(s->unit) <= unit_name_max(SCOPE_SYSTEM);
        return strv_extend(&s->read_write_paths, c->modules.scope.state);
}

/* A program of ours that does `verb` to a module or unit. */
static int make_spec(Context *c, const char *name, const char *what, const char *verb,
                     const char *word, UnitSpec *s) {
        int r;

        if (asprintf(&s->description, "PM2 module %s, %s", name, what) < 0) {
                s->description = NULL;
                return -ENOMEM;
        }
        r = confine(c, s);
        if (r >= 0)
                r = strv_extend(&s->argv, BINDIR "/pm2ctl");
        if (r >= 0)
                r = strv_extendf(&s->argv, "--%s", scope_kind_to_string(c->modules.scope.kind));
        if (r >= 0)
                r = strv_extend(&s->argv, verb);
        return r < 0 ? r : strv_extend(&s->argv, word);
}

static int watch_unit(const char *name, char **ret) {
        _cleanup_(freep) char *id = NULL;
        int r;

        r = module_id_from_name(name, &id);
        if (r < 0)
                return r;
        return asprintf(ret, WATCH_PREFIX "%s.service", id) < 0 ? -ENOMEM : 0;
}

static int start_watch(Context *c, const char *name, const char *unit, Error *e) {
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        int r;

        s.type = "notify";
        s.restart = "on-failure";
        s.restart_usec = USEC_PER_SEC;
        r = unit_spec_prevent_restart(&s, EXIT_STATUS_FOLDER);
        if (r >= 0)
                r = free_and_strdup(&s.unit, unit);
        if (r >= 0)
                r = make_spec(c, name, "watch of its folder", "watch", name, &s);
        return r < 0 ? r : unit_start(c->modules.bus, &s, e);
}

/* Named as the app's first unit is. */
static int cron_unit(const char *first, const char *suffix, char **ret) {
        const char *stem = startswith(first, UNIT_PREFIX);

        return asprintf(ret, CRON_PREFIX "%.*s%s", (int) (strlen(stem) - strlen(".service")), stem,
                        suffix) < 0
                       ? -ENOMEM
                       : 0;
}

static int start_cron(Context *c, const char *name, const App *app, const char *first,
                      const char *timer, const char *service, Error *e) {
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        int r;

        s.type = "oneshot";
        s.start_limit_interval_usec = 0; /* none: it may be every second */
        r = free_and_strdup(&s.unit, service);
        if (r >= 0)
                r = free_and_strdup(&s.timer, timer);
        if (r >= 0)
                r = strv_copy(app->cron, &s.calendar);
        if (r >= 0)
                r = make_spec(c, name, "restart by the clock", "cron", first, &s);
        if (r >= 0)
                r = unit_stop(c->modules.bus, timer, e);
        return r < 0 ? r : unit_start(c->modules.bus, &s, e);
}

/* -- starting ---------------------------------------------------------------------------------- */

typedef struct Start {
        Context *context;
        const Module *module;
        const Package *package;
        StartMode mode;
        const UnitState *states; /* that are loaded */
        size_t n;
        char **wanted;
} Start;

static bool is_active(const Start *s, const char *unit) {
        const UnitState *state = unit_states_find(s->states, s->n, unit);

        return state && streq(state->active, "active");
}

/* The watch does not start itself. */
static int want_watch(Start *s, Error *e) {
        _cleanup_(freep) char *unit = NULL;
        bool watched = s->mode == START_CHANGED;
        uint64_t begin;
        int r;

        for (size_t i = 0; i < s->package->n_apps; i++)
                watched |= app_is_watched(s->package->apps + i, s->module->link);
        if (!watched)
                return 0;
        r = watch_unit(s->module->name, &unit);
        if (r >= 0)
                r = strv_extend(&s->wanted, unit);
        if (r < 0 || s->mode == START_CHANGED || is_active(s, unit))
                return r;
        begin = now_usec();
        r = start_watch(s->context, s->module->name, unit, e);
        if (r < 0) {
                excerpt_show(s->context, unit, begin);
                return r;
        }
        if (unit_states_find(s->states, s->n, unit))
                log_info("%s had failed and is started again.", unit);
        return 0;
}

static int want_cron(Start *s, size_t app, Error *e) {
        _cleanup_(freep) char *first = NULL, *timer = NULL, *service = NULL;
        int r;

        r = package_unit_name(s->package, s->module->name, (UnitPlace){ app, 0 }, &first);
        if (r >= 0)
                r = cron_unit(first, ".timer", &timer);
        if (r >= 0)
                r = cron_unit(first, ".service", &service);
        if (r >= 0)
                r = strv_extend(&s->wanted, timer);
        if (r >= 0)
                r = strv_extend(&s->wanted, service);
        if (r < 0 || (s->mode == START_STOPPED && is_active(s, timer)))
                return r;
        return start_cron(s->context, s->module->name, s->package->apps + app, first, timer,
                          service, e);
}

/* Adds the module's among the loaded ones, but for those of a second list. */
static int add_loaded(const char *name, const UnitState *states, size_t n, char *const *but,
                      char ***units) {
        static const char *const prefixes[] = { WATCH_PREFIX, CRON_PREFIX };
        _cleanup_(freep) char *id = NULL;
        int r;

        r = module_id_from_name(name, &id);
        for (size_t i = 0; r >= 0 && i < n; i++)
                for (size_t k = 0; r >= 0 && k < ELEMENTSOF(prefixes); k++) {
                        const char *rest = startswith(states[i].unit, prefixes[k]);

                        rest = rest ? startswith(rest, id) : NULL;
                        if (rest &&
                            (rest[0] == '@' || streq(rest, ".service") || streq(rest, ".timer")) &&
                            !strv_contains(but, states[i].unit))
                                r = strv_extend(units, states[i].unit);
                }
        return r;
}

static int stop_units(Context *c, char *const *units, Error *e) {
        UnitOutcome *outcomes;
        int r;

        if (!units)
                return 0;
        r = units_stop(c->modules.bus, units, e, &outcomes);
        if (r >= 0)
                unit_outcomes_free(outcomes, strv_length(units));
        return r;
}

void companions_start(Context *c, const Module *m, const Package *p, StartMode mode,
                      const UnitState *states, size_t n) {
        Start s = { c, m, p, mode, states, n, NULL };
        _cleanup_(strv_freep) char **others = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = want_watch(&s, &e);
        if (r < 0)
                (void) log_warning_cause(r, &e, "Changes in the folder of '%s' will not restart it",
                                         m->name);
        for (size_t i = 0; i < p->n_apps; i++) {
                error_clear(&e);
                r = p->apps[i].cron ? want_cron(&s, i, &e) : 0;
                if (r < 0)
                        (void) log_warning_cause(r, &e, "'%s' will not be restarted by the clock",
                                                 m->name);
        }
        error_clear(&e);
        r = add_loaded(m->name, states, n, s.wanted, &others);
        if (r >= 0)
                r = stop_units(c, others, &e);
        if (r < 0)
                (void) log_warning_cause(r, &e, "Cannot end what stood by '%s'", m->name);
        strv_free(s.wanted);
}

int companions_stop(Context *c, char *const *names, Error *e) {
        _cleanup_(strv_freep) char **units = NULL;
        UnitState *states = NULL;
        size_t n = 0;
        int r;

        r = companions_query(c, e, &states, &n);
        STRV_FOREACH(name, names)
                if (r >= 0)
                        r = add_loaded(*name, states, n, /* but= */ NULL, &units);
        unit_states_free(states, n);
        return r < 0 ? r : stop_units(c, units, e);
}
