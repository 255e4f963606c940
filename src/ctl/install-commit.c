/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/clock.h"
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/install.h"
#include "ctl/last-lines.h"
#include "module/lock.h"
#include "module/remove.h"
#include "module/services.h"
#include "module/settings-check.h"
#include "module/start.h"
#include "module/stop.h"
#include "module/units.h"
#include "store/installed.h"
#include "store/release.h"
#include "store/store.h"

/* What an update keeps of the release before: its number, and unless told otherwise the user it
 * runs as. A linked folder's owner is no such choice. 1: it is an update. */
static int inherit(Context *c, Install *in, Error *e) {
        Module *m = &in->module, old = {};
        int r;

        r = store_load(c->modules.store, m->name, e, &old);
        if (r < 0)
                return r;
        if (r == 0)
                return store_next_id(c->modules.store, e, &m->pm_id);

        m->pm_id = old.pm_id;
        if (!in->rollback && !m->env)
                m->env = TAKE_PTR(old.env);
        if (!in->rollback && !m->user && !m->link && !old.link) {
                m->user = TAKE_PTR(old.user);
                m->group = TAKE_PTR(old.group);
        }
        free(in->previous);
        in->previous = TAKE_PTR(old.version);
        module_done(&old);
        return 1;
}

/* -- making it the current release ---------------------------------------------------- */

/* Before the switch: killed in between, we leave a module that is stopped rather than one that runs
 * as what is no longer listed. */
static int stop_old(Context *c, Install *in, Error *e, bool *ret_loaded) {
        int r = c->modules.bus ? module_stop(&c->modules, in->module.name, e) : 0;

        /* who was interrupted was waiting for something to stop */
        *ret_loaded = r > 0 || r == -EINTR;
        in->stopped = r == 0 && (in->update || in->rollback);
        return r;
}

/* The commit. The module is locked all the while, the store not while the old release stops, which
 * may take its time. */
static int store_release(Context *c, const char *tree, Install *in, Error *e, char **ret_previous) {
        _cleanup_(closep) int lock_fd = store_lock(c->modules.store, e);
        Module *m = &in->module;
        bool loaded = false;
        int r, signal;

        r = lock_fd;
        if (r >= 0)
                r = inherit(c, in, e);
        if (r > 0)
                lock_fd = safe_close(lock_fd);
        if (r >= 0 && !in->rollback)
                r = store_add_release(c->modules.store, tree, m, e);
        if (r < 0)
                return r;

        if (lock_fd < 0) {
                r = stop_old(c, in, e, &loaded);
                if (r >= 0)
                        r = lock_fd = store_lock(c->modules.store, e);
        }
        if (r >= 0)
                r = store_switch(c->modules.store, m->name, m->release, e, ret_previous);
        if (r >= 0)
                return 0;

        signal = interrupt_suspend();
        if (!in->rollback)
                (void) store_drop_release(c->modules.store, m->name, m->release, /* e= */ NULL);
        if (loaded)
                (void) module_start(&c->modules, m->name, START_ANEW, /* e= */ NULL);
        interrupt_note(signal);
        return r;
}

/* -- taking it back ------------------------------------------------------------------- */

static int switch_back(Context *c, const char *name, const char *release, Error *e) {
        _cleanup_(closep) int lock_fd = store_lock(c->modules.store, e);

        return lock_fd < 0
                       ? lock_fd
                       : store_switch(c->modules.store, name, release, e, /* ret_previous= */ NULL);
}

/* Back to the release that ran before; the new one goes whether the old one starts or not. */
static int go_back(Context *c, const Install *in, const char *previous) {
        _cleanup_(error_clear) Error e = ERROR_NULL, drop_error = ERROR_NULL;
        const Module *m = &in->module;
        int r;

        r = switch_back(c, m->name, previous, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot go back to release %s of '%s'", previous,
                                       m->name);

        c->modules.settle_usec = MODULE_SETTLE_USEC; /* it has been watched before */
        r = module_start(&c->modules, m->name, START_ANEW, &e);
        if (!in->rollback &&
            store_drop_release(c->modules.store, m->name, m->release, &drop_error) < 0)
                (void) log_warning_cause(-EIO, &drop_error, "Leaving the failed release behind");
        if (r < 0)
                return log_error_cause(r, &e,
                                       "%s is back at release %s, which does not start either",
                                       m->name, previous);
        log_notice("%s: release %s runs again; nothing has changed.", m->name, previous);
        return 0;
}

/* A first install that was interrupted leaves nothing. */
static void remove_again(Context *c, const char *name) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = module_stop(&c->modules, name, &e);
        if (r >= 0)
                r = module_remove(&c->modules, name, &e);
        if (r < 0)
                (void) log_error_cause(r, &e, "'%s' stays installed", name);
        else
                log_notice("%s is not installed; nothing has changed.", name);
}

static void take_back(Context *c, const Install *in, const char *previous, int reason) {
        int signal = interrupt_suspend();

        if (previous)
                (void) go_back(c, in, previous);
        else if (reason == -EINTR)
                remove_again(c, in->module.name);
        else
                log_notice("%s stays installed. If it lacks a setting, 'pm2ctl set %s:KEY VALUE' "
                           "starts it again; "
                           "'pm2ctl uninstall %s' removes it.",
                           in->module.name, in->module.name, in->module.name);
        interrupt_note(signal);
}

/* -- all of it ------------------------------------------------------------------------ */

/* "NAME VERSION is updated", and what stands there in place of the blank. */
static const struct {
        const char *before, *after;
} done[_INSTALL_RESULT_MAX] = {
        [INSTALL_NEW] = { " ", " is installed" },
        [INSTALL_UPDATED] = { " ", " is updated" },
        [INSTALL_LINKED] = { " ", " is linked" },
        [INSTALL_ROLLED_BACK] = { " is back at ", "" },
};

/* Without a manager there is nothing to be taken back: once there is one, it can be started. */
static int start_release(Context *c, Install *in, const char *previous) {
        const Module *m = &in->module;
        UnitOutcome *outcome = NULL;
        int r;

        if (in->stopped)
                return 0;
        r = modules_open_bus(&c->modules, &in->error);
        if (r < 0)
                return log_error_cause(r, &in->error, "%s%s%s%s, but does not run", m->name,
                                       done[in->result].before, m->version, done[in->result].after);
        r = modules_start(&c->modules, (char *[]) { m->name, NULL }, START_ANEW, &in->error,
                          &outcome);
        if (r >= 0)
                r = outcome->r;
        if (r < 0) {
                if (outcome)
                        (void) error_set(&in->error, r, "%s", error_text(&outcome->error, r));
                (void) log_error_cause(r, &in->error, "%s %s did not start", m->name, m->version);
                if (outcome && r != -EINTR)
                        last_lines_show(c, outcome->unit, outcome->start_usec);
        }
        unit_outcomes_free(outcome, outcome != NULL);
        if (r >= 0)
                return 0;
        take_back(c, in, previous, r);
        in->result = INSTALL_FAILED;
        return r;
}

static void prune(Context *c, const char *name, const char *previous) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int lock_fd = store_lock(c->modules.store, &e);
        int r = lock_fd;

        if (r >= 0)
                r = store_prune(c->modules.store, name, previous, &e);
        if (r < 0)
                (void) log_warning_cause(r, &e, "Leaving old releases of '%s' behind", name);
}

static void say_done(const Install *in) {
        _cleanup_(strv_freep) char **units = NULL;
        _cleanup_(freep) char *joined = NULL;
        const char *before = done[in->result].before, *after = done[in->result].after;
        const Module *m = &in->module;
        const bool linked = in->result == INSTALL_LINKED;

        if (module_units_read(m, /* loaded= */ NULL, &units) >= 0)
                joined = strv_join(units, ", ");
        if (in->stopped)
                log_info("%s%s%s%s; it was stopped and stays so.", m->name, before, m->version,
                         after);
        else
                log_info("%s%s%s%s%s%s and runs as %s.", m->name, before, m->version, after,
                         linked ? " to " : "", linked ? m->link : "", joined ? joined : "?");
}

int install_commit(Context *c, const char *tree, Install *in) {
        _cleanup_(closep) int lock_fd = -EBADF;
        _cleanup_(freep) char *previous = NULL;
        const Module *m = &in->module;
        int r;

        r = lock_fd = module_lock(&c->modules, m->name, &in->error);
        if (r >= 0)
                r = module_check_settings(&c->modules, m->name, &in->error);
        if (r >= 0)
                r = store_release(c, tree, in, &in->error, &previous);
        if (r < 0)
                return log_error_cause(r, &in->error, "Cannot %s '%s'",
                                       in->rollback ? "roll back"
                                       : in->update ? "update"
                                                    : "install",
                                       m->name);
        in->took_usec = now_usec() - in->began_usec;

        in->result = in->rollback ? INSTALL_ROLLED_BACK
                     : m->link    ? INSTALL_LINKED
                     : previous   ? INSTALL_UPDATED
                                  : INSTALL_NEW;

        /* only who installs or enables a module asks for it: somebody may have disabled them */
        if (!in->update && !in->rollback)
                (void) services_enable(&c->modules);
        r = start_release(c, in, previous);
        /* Not before: the first entry of all may be the module's. */
        if (c->modules.bus)
                ctl_warn_unrecorded(c);
        if (in->result == INSTALL_FAILED)
                return r;

        prune(c, m->name, previous);
        if (r >= 0)
                say_done(in);
        return r;
}
