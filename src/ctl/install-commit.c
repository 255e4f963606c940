/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/install.h"
#include "ctl/module-unit.h"
#include "unit/control.h"

/* What an update keeps of the release before: its number, and unless told otherwise the user it
 * runs as. A linked folder's owner is no such choice. 1: it is an update. */
static int inherit(Context *c, Module *m, Error *e) {
        Module old = {};
        int r;

        r = store_load(c->store, m->name, e, &old);
        if (r < 0)
                return r;
        if (r == 0)
                return store_next_id(c->store, e, &m->pm_id);

        m->pm_id = old.pm_id;
        if (!m->user && !m->link && !old.link) {
                m->user = TAKE_PTR(old.user);
                m->group = TAKE_PTR(old.group);
        }
        module_done(&old);
        return 1;
}

/* The commit. The module is locked all the while, the store not while the old release stops, which
 * may take its time. */
static int store_release(Context *c, const char *tree, Module *m, Error *e, char **ret_previous) {
        _cleanup_(closep) int lock_fd = store_lock(c->store, e);
        int r, stopped = 0;

        r = lock_fd;
        if (r >= 0)
                r = inherit(c, m, e);
        if (r > 0)
                lock_fd = safe_close(lock_fd);
        if (r >= 0)
                r = store_add_release(c->store, tree, m, e);
        if (r < 0)
                return r;

        /* Killed in between, we leave a module that is stopped rather than one that runs as what is
         * no longer listed. */
        if (lock_fd < 0) {
                r = stopped = module_stop(c, m->name, e);
                if (r >= 0)
                        r = lock_fd = store_lock(c->store, e);
        }
        if (r >= 0)
                r = store_switch(c->store, m->name, m->release, e, ret_previous);
        if (r >= 0)
                return 0;

        (void) store_drop_release(c->store, m->name, m->release, /* e= */ NULL);
        if (stopped > 0)
                (void) module_start(c, m->name, START_ANEW, /* e= */ NULL);
        return r;
}

static int switch_back(Context *c, const char *name, const char *release, Error *e) {
        _cleanup_(closep) int lock_fd = store_lock(c->store, e);

        return lock_fd < 0 ? lock_fd
                           : store_switch(c->store, name, release, e, /* ret_previous= */ NULL);
}

/* Back to the release that ran before; the new one goes whether the old one starts or not. */
static int go_back(Context *c, const Module *m, const char *previous) {
        _cleanup_(error_clear) Error e = ERROR_NULL, drop_error = ERROR_NULL;
        int r;

        r = switch_back(c, m->name, previous, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot go back to release %s of '%s'", previous,
                                       m->name);

        r = module_start(c, m->name, START_ANEW, &e);
        if (store_drop_release(c->store, m->name, m->release, &drop_error) < 0)
                (void) log_warning_cause(-EIO, &drop_error, "Leaving the failed release behind");
        if (r < 0)
                return log_error_cause(r, &e,
                                       "%s is back at release %s, which does not start either",
                                       m->name, previous);
        log_notice("%s: release %s runs again; nothing has changed.", m->name, previous);
        return 0;
}

static int start_release(Context *c, const Module *m, const char *previous) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = module_start(c, m->name, START_ANEW, &e);
        if (r >= 0)
                return 0;

        (void) log_error_cause(r, &e, "%s %s did not start", m->name, m->version);
        module_show_log(c, m->name);
        if (previous)
                (void) go_back(c, m, previous);
        else
                log_notice("%s stays installed. If it lacks a setting, 'pm2ctl set %s:KEY VALUE' "
                           "starts it again; "
                           "'pm2ctl uninstall %s' removes it.",
                           m->name, m->name, m->name);
        return r;
}

static void prune(Context *c, const char *name, const char *previous) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int lock_fd = store_lock(c->store, &e);
        int r = lock_fd;

        if (r >= 0)
                r = store_prune(c->store, name, previous, &e);
        if (r < 0)
                (void) log_warning_cause(r, &e, "Leaving old releases of '%s' behind", name);
}

static void say_done(const Module *m, const char *previous) {
        _cleanup_(strv_freep) char **units = NULL;
        _cleanup_(freep) char *joined = NULL;

        if (module_units_read(m, /* states= */ NULL, 0, &units) >= 0)
                joined = strv_join(units, ", ");
        log_info("%s %s is %s and runs as %s.", m->name, m->version,
                 m->link    ? "linked"
                 : previous ? "updated"
                            : "installed",
                 joined ? joined : "?");
}

int install_commit(Context *c, const char *tree, Module *m) {
        _cleanup_(freep) char *previous = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        r = lock_fd = module_lock(c, m->name, &e);
        if (r >= 0)
                r = store_release(c, tree, m, &e, &previous);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot install '%s'", m->name);

        (void) install_services(c);
        r = start_release(c, m, previous);
        /* Not before: the first entry of all may be the module's. */
        ctl_warn_unrecorded(c);
        if (r < 0)
                return r;

        prune(c, m->name, previous);
        say_done(m, previous);
        return 0;
}
