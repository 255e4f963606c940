/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/unit-spec-module.h"

#include <limits.h>
#include <signal.h>

#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/exit-status.h"
#include "model/name.h"
#include "model/package.h"
#include "model/unit-spec.h"

/* PrivateTmp=, which DynamicUser= implies, makes a folder "systemd-private-<boot
 * id>-<unit>-XXXXXX", and a name holds NAME_MAX bytes. */
#define PRIVATE_NAME_MAX ((size_t) NAME_MAX - strlen("systemd-private-") - 32 - strlen("--XXXXXX"))

/* Crash, delay and start take a while, however short min_uptime is. */
#define CYCLE_MIN   USEC_PER_SEC

#define BACKOFF_MAX (15 * USEC_PER_SEC)

/* 0 would be no limit to systemd. */
static uint64_t clamp_time(uint64_t usec, uint64_t max) {
        return MIN2(MAX2(usec, USEC_PER_MSEC), max);
}

/* The launcher finds the app by the parts of the unit's name. */
static int set_argv(const ModuleUnit *m, const char *id, const char *app, UnitSpec *s) {
        int r;

        r = strv_extend(&s->argv, m->launcher ? m->launcher : PKGLIBEXECDIR "/pm2-launch");
        if (r < 0)
                return r;
        r = strv_extend(&s->argv, id);
        if (r < 0 || !app)
                return r;
        r = strv_extend(&s->argv, app);
        if (r < 0 || m->instance.number == 0)
                return r;
        return strv_extendf(&s->argv, "%u", m->instance.number);
}

/* How it is described, and how its lines are found in the journal. */
static int set_texts(const ModuleUnit *m, UnitSpec *s) {
        const char *description = m->package->description, *homepage = m->package->homepage;
        size_t stem = strlen(s->unit) - strlen(UNIT_PREFIX) - strlen(".service");
        int r;

        r = isempty(description) ? strdupf(&s->description, "PM2 module %s", m->name)
                                 : strdupf(&s->description, "%s: %s", m->name, description);
        if (r < 0)
                return r;
        if (homepage && documentation_is_safe(homepage)) {
                r = strv_extend(&s->documentation, homepage);
                if (r < 0)
                        return r;
        }

        s->syslog_identifier = strndup(s->unit + strlen(UNIT_PREFIX), stem);
        if (!s->syslog_identifier)
                return -ENOMEM;
        r = strv_extendf(&s->log_fields, "PM2_MODULE=%s", m->name);
        return r < 0 ? r : strv_extend(&s->log_fields, UNIT_JOURNAL_MARK);
}

/* Everything that follows from its names. `ret_folder` is that of its runtime folder. */
static int set_identity(const ModuleUnit *m, UnitSpec *s, char **ret_folder) {
        _cleanup_(freep) char *name = NULL, *app = NULL, *id = NULL;
        unsigned instance;
        int r;

        r = package_unit_name(m->package, m->name, m->instance, &s->unit);
        if (r < 0)
                return r;
        r = module_from_unit_name(s->unit, &name, &app, &instance);
        if (r < 0)
                return r;
        r = module_id_from_name(m->name, &id);
        if (r < 0)
                return r;
        r = set_argv(m, id, app, s);
        if (r < 0)
                return r;
        r = set_texts(m, s);
        return r < 0 ? r : module_unit_folder(m->name, app, instance, ret_folder);
}

/* When it counts as started, and how it is stopped: SIGCONT means nothing to a module, and tells
 * its bridge to send the message. */
static void set_start_and_stop(const App *app, UnitSpec *s) {
        s->type = "notify";
        s->notify_access = "all"; /* the bridge is not the main process */
        if (app->wait_ready)
                s->timeout_start_usec = clamp_time(app->listen_timeout_usec, UNIT_STOP_MAX);
        s->kill_signal = app->shutdown_with_message ? SIGCONT : SIGINT;
        s->timeout_stop_usec = clamp_time(app->kill_timeout_usec, UNIT_STOP_MAX);
}

/* A delay that grows does so by half each time, up to a quarter of a minute. */
static void set_restart(const App *app, bool linked, UnitSpec *s) {
        uint64_t delay = app->backoff_usec > 0 ? app->backoff_usec : app->restart_delay_usec, cycle;

        /* What ends when its work is done is there until the clock or a change has it run again; or
         * until it is stopped. */
        s->restart = app->autorestart && app->max_restarts > 0 ? "always" : "no";
        s->remain_after_exit = streq(s->restart, "no") &&
                               (app->cron || app_is_watched(app, linked));
        if (streq(s->restart, "always")) {
                s->watchdog_usec = UNIT_WATCHDOG;
                s->watchdog_signal = SIGINT; /* not the default, which dumps core */
        }
        if (delay > 0)
                s->restart_usec = clamp_time(delay, UNIT_TIME_MAX);
        if (app->backoff_usec > 0 && app->backoff_usec < BACKOFF_MAX) {
                s->restart_max_usec = BACKOFF_MAX;
                for (uint64_t d = app->backoff_usec; d < BACKOFF_MAX; d += d / 2 + 1)
                        s->restart_steps++;
        }

        /* PM2 gives up after max_restarts exits in a row, each before min_uptime: the same as that
         * many starts in the time they take, the delays between them included. */
        cycle = MIN2(app->min_uptime_usec, UNIT_TIME_MAX) + MIN2(delay, UNIT_TIME_MAX) +
                (app->wait_ready ? s->timeout_start_usec : 0);
        s->start_limit_burst = app->max_restarts > 0 ? app->max_restarts : APP_MAX_RESTARTS;
        if (__builtin_mul_overflow(MAX2(cycle, CYCLE_MIN), (uint64_t) s->start_limit_burst, &cycle))
                cycle = UNIT_TIME_MAX;
        s->start_limit_interval_usec = MIN2(cycle, UNIT_TIME_MAX);
}

/* How it is kept running and how it ends. */
static int set_lifecycle(const App *app, bool linked, UnitSpec *s) {
        static const uint8_t by_signal[] = { 128 + SIGINT, 128 + SIGTERM };
        int r;

        set_start_and_stop(app, s);
        set_restart(app, linked, s);
        s->tasks_max = UNIT_TASKS_MAX;
        s->memory_max = UNIT_MEMORY_MAX;
        if (app->max_memory > 0) {
                s->memory_max = app->max_memory;
                s->memory_swap_max = 0;
        }

        /* Codes that end an app for good are how it says that it is done. */
        r = unit_statuses_add(&s->success, by_signal, sizeof(by_signal));
        if (r < 0)
                return r;
        r = unit_statuses_add(&s->success, app->stop_exit_codes, app->n_stop_exit_codes);
        if (r < 0)
                return r;
        r = unit_statuses_add(&s->restart_prevent, app->stop_exit_codes, app->n_stop_exit_codes);
        if (r < 0)
                return r;
        return unit_statuses_add(&s->restart_prevent, exit_status_launch, n_exit_status_launch);
}

static bool is_beneath(const char *path, const char *folder) {
        const char *rest = startswith(path, folder);

        return rest && (rest[0] == '/' || rest[0] == 0);
}

static bool is_beneath_any(const char *path, const char *const *folders, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (is_beneath(path, folders[i]))
                        return true;
        return false;
}

/* A linked folder is opened by ReadWritePaths= rather than bound: systemd resolves a bind mount's
 * source as root at each start, so the folder's owner could put a symlink there and look into
 * folders that are closed to that user. Access below a path that is just not hidden is checked.
 * One that is gone is left to the launcher, which says so. /tmp and /var/tmp stay private: what
 * is there is not linked, since every user may write there. */
static int set_linked(const ModuleUnit *m, UnitSpec *s) {
        static const char *const homes[] = { "/home", "/root", "/run/user" };

        if (is_beneath_any(m->link, homes, ELEMENTSOF(homes)))
                s->protect_home = "read-only";
        return strv_extendf(&s->read_write_paths, "-%s", m->link);
}

size_t unit_name_max(ScopeKind scope) {
        return scope == SCOPE_SYSTEM ? PRIVATE_NAME_MAX : NAME_MAX;
}

static int set_user(const ModuleUnit *m, UnitSpec *s) {
        int r;

        r = free_and_strdup(&s->group, m->group);
        if (r < 0)
                return r;
        if (m->user)
                return free_and_strdup(&s->user, m->user);
        s->dynamic_user = true;
        r = module_user_name(m->name, &s->user);
        return r < 0 ? r : module_user_name_hashed(m->name, &s->user_fallback);
}

/* Which user it runs as, where it may write. */
static int set_confinement_system(const ModuleUnit *m, const char *folder, UnitSpec *s, Error *e) {
        int r;

        if (strlen(s->unit) > unit_name_max(SCOPE_SYSTEM))
                return error_set(e, -ENAMETOOLONG,
                                 "the name of its unit, '%s', is longer than %zu bytes, too "
                                 "long for a private /tmp; install it in the user scope",
                                 s->unit, unit_name_max(SCOPE_SYSTEM));

        s->sandbox = SANDBOX_SYSTEM;
        s->protect_home = m->user ? "read-only" : "yes"; /* that user's home is there to be read */
        s->private_tmp = true;

        r = set_user(m, s);
        if (r < 0)
                return r;
        r = strv_extendf(&s->state_directory, "pm2ctl-data/%s", folder);
        if (r < 0)
                return r;
        r = strv_copy(m->name_servers, &s->addresses_allowed);
        return r < 0 || !m->link ? r : set_linked(m, s);
}

/* systemd 252 keeps a user's state elsewhere than 257, so StateDirectory= is not used. */
static int set_confinement_user(const ModuleUnit *m, UnitSpec *s, Error *e) {
        if (m->user || m->group)
                return error_set(e, -EINVAL,
                                 "a user's own manager runs modules as that user alone: drop "
                                 "--uid and --gid, or use --system");
        s->sandbox = SANDBOX_USER;
        return strv_extendf(&s->environment, "PM2CTL_STATE=%s", m->state);
}

static int set_settings(const ModuleUnit *m, const char *folder, UnitSpec *s, Error *e) {
        _cleanup_(freep) char *global = path_join(m->config, "settings.ini"), *module = NULL;
        int r;

        if (!global || strdupf(&module, "%s/modules/%s.ini", m->config, folder) < 0)
                return -ENOMEM;
        if (strchr(global, ' '))
                return error_set(e, -EINVAL,
                                 "systemd cannot load settings from a folder with a blank in its "
                                 "path, '%s': let XDG_CONFIG_HOME name another",
                                 m->config);
        r = unit_spec_add_credential(s, "global", global);
        return r < 0 ? r : unit_spec_add_credential(s, "module", module);
}

/* The launcher enters that of a linked folder itself, and says what is wrong with it. */
static int set_working_directory(const ModuleUnit *m, const App *app, UnitSpec *s) {
        _cleanup_(freep) char *path = NULL;

        path = path_join(m->folder, app->cwd && !streq(app->cwd, ".") ? app->cwd : NULL);
        if (!path)
                return -ENOMEM;
        return strdupf(&s->working_directory, "%s%s", m->link ? "-" : "", path);
}

static int fill_spec(const ModuleUnit *m, Error *e, UnitSpec *s) {
        const App *app = m->package->apps + m->instance.app;
        _cleanup_(freep) char *folder = NULL, *runtime = NULL;
        int r;

        s->slice = UNIT_SLICE;
        r = module_folder_from_name(m->name, &folder);
        if (r < 0)
                return r;
        r = set_identity(m, s, &runtime);
        if (r < 0)
                return r;
        r = set_lifecycle(app, m->link, s);
        if (r < 0)
                return r;
        r = m->scope == SCOPE_SYSTEM ? set_confinement_system(m, folder, s, e)
                                     : set_confinement_user(m, s, e);
        if (r < 0)
                return r;
        r = set_settings(m, folder, s, e);
        if (r < 0)
                return r;
        /* its own: with the unit that uses it the folder goes, for all that use it */
        r = strv_extendf(&s->runtime_directory, "pm2ctl/%s", runtime);
        return r < 0 ? r : set_working_directory(m, app, s);
}

int unit_spec_module(const ModuleUnit *m, Error *e, UnitSpec *ret) {
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        int r;

        assert(m->instance.app < m->package->n_apps);

        r = fill_spec(m, e, &s);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(s);
        return 0;
}
