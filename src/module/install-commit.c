/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/install-commit.h"

#include "basic/clock.h"
#include "basic/interrupt.h"
#include "module/install-undo.h"
#include "module/lock.h"
#include "module/services.h"
#include "module/settings-check.h"
#include "module/stop.h"
#include "store/installed.h"
#include "store/release.h"
#include "store/store.h"

/* Nothing can be kept of it: it gets a number as a new one does, and 1 is returned. */
static int release_replace_damaged(const Modules *modules, int r, InstallOutcome *outcome) {
        (void) module_note_failure(modules,
                                   (ModuleNote) { .kind = MODULE_NOTE_RELEASE_DAMAGED,
                                                  .module = outcome->module.name },
                                   r, &outcome->error);
        error_clear(&outcome->error);
        outcome->replaces_damaged = true;
        r = store_next_id(modules->store, &outcome->error, &outcome->module.pm_id);
        return r < 0 ? r : 1;
}

/* What an update keeps of the release before: its number and, if the options say nothing else, its
 * arguments and the user it runs as. A linked folder's owner is no such choice. 1: there is one. */
static int release_inherit(const Modules *modules, InstallOutcome *outcome) {
        const bool rollback = outcome->mode == MODE_ROLLBACK;
        Module *m = &outcome->module, old = {};
        int r;

        r = store_load(modules->store, m->name, &outcome->error, &old);
        if (store_error_is_damage(r) && outcome->mode == MODE_INSTALL)
                return release_replace_damaged(modules, r, outcome);
        if (r < 0)
                return r;
        if (r == 0)
                return store_next_id(modules->store, &outcome->error, &m->pm_id);

        m->pm_id = old.pm_id;
        if (!rollback && !m->env)
                m->env = TAKE_PTR(old.env);
        if (!rollback && !m->args)
                m->args = TAKE_PTR(old.args);
        if (!rollback && !m->user && !m->link && !old.link) {
                m->user = TAKE_PTR(old.user);
                m->group = TAKE_PTR(old.group);
        }
        free(outcome->previous);
        outcome->previous = TAKE_PTR(old.version);
        module_done(&old);
        return 1;
}

/* -- making it the current release ---------------------------------------------------- */

/* Under the store's lock. */
static int release_switch(const Modules *modules, InstallOutcome *outcome) {
        const Module *m = &outcome->module;
        int r;

        r = store_switch(modules->store, m->name, m->release, &outcome->error,
                         &outcome->previous_release);
        if (r < 0)
                return r;
        if (outcome->replaces_damaged) /* which nothing goes back to */
                free(TAKE_PTR(outcome->previous_release));
        return 0;
}

/* Before the switch: a command that is killed in between leaves a stopped module, not one that runs
 * from a release that is no longer current. */
static int release_stop_old(Modules *modules, InstallOutcome *outcome, bool *ret_loaded) {
        int r = modules->bus ? module_stop(modules, outcome->module.name, &outcome->error) : 0;

        /* one that was interrupted was waiting for something to stop */
        *ret_loaded = r > 0 || r == -EINTR;
        outcome->stopped = r == 0 && outcome->mode != MODE_INSTALL;
        return r;
}

static int release_replace_old(Modules *modules, InstallOutcome *outcome, bool *ret_loaded) {
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        r = release_stop_old(modules, outcome, ret_loaded);
        if (r < 0)
                return r;
        lock_fd = store_lock(modules->store, &outcome->error);
        return lock_fd < 0 ? lock_fd : release_switch(modules, outcome);
}

/* What did not become current goes, and what was stopped for it is started. */
static void release_drop(Modules *modules, const InstallOutcome *outcome, bool loaded) {
        const Module *m = &outcome->module;
        int signal = interrupt_suspend();

        if (outcome->mode != MODE_ROLLBACK)
                (void) store_drop_release(modules->store, m->name, m->release, /* e= */ NULL);
        if (loaded)
                (void) module_start(modules, m->name, START_ANEW, /* e= */ NULL);
        interrupt_note(signal);
}

static int release_add(const Modules *modules, const char *tree, InstallOutcome *outcome) {
        return outcome->mode == MODE_ROLLBACK
                       ? 0
                       : store_add_release(modules->store, tree, &outcome->module, &outcome->error);
}

/* The store is not locked while the old release stops, which may take its time. */
static int release_store_next(Modules *modules, const char *tree, InstallOutcome *outcome) {
        bool loaded = false;
        int r;

        r = release_add(modules, tree, outcome);
        if (r < 0)
                return r;
        r = release_replace_old(modules, outcome, &loaded);
        if (r < 0)
                release_drop(modules, outcome, loaded);
        return r;
}

/* In one go, since a folder without a current release is taken for what a killed install left. */
static int release_store_first(Modules *modules, const char *tree, InstallOutcome *outcome) {
        int r;

        r = release_add(modules, tree, outcome);
        if (r < 0)
                return r;
        r = release_switch(modules, outcome);
        if (r < 0)
                release_drop(modules, outcome, /* loaded= */ false);
        return r;
}

/* The commit. */
static int release_store(Modules *modules, const char *tree, InstallOutcome *outcome) {
        _cleanup_(closep) int lock_fd = store_lock(modules->store, &outcome->error);
        int r;

        if (lock_fd < 0)
                return lock_fd;
        r = release_inherit(modules, outcome);
        if (r < 0)
                return r;
        if (r == 0)
                return release_store_first(modules, tree, outcome);
        lock_fd = safe_close(lock_fd);
        return release_store_next(modules, tree, outcome);
}

/* -- starting it ---------------------------------------------------------------------- */

/* Told before anything is done about it, while the unit's last run is still this one. */
static void release_note_failure(const Modules *modules, const InstallOutcome *outcome, int r,
                                 const UnitOutcome *started) {
        (void) module_note_failure(modules,
                                   (ModuleNote) {
                                           .kind = MODULE_NOTE_START_FAILED,
                                           .module = outcome->module.name,
                                           .version = outcome->module.version,
                                           .unit = started ? started->unit : NULL,
                                           .since_usec = started ? started->start_usec : 0,
                                   },
                                   r, &outcome->error);
}

int install_start(Modules *modules, StartMode mode, InstallOutcome *outcome) {
        UnitOutcome *started = NULL;
        int r;

        r = modules_start(modules, (char *[]) { outcome->module.name, NULL }, mode, &outcome->error,
                          &started);
        if (r < 0) {
                release_note_failure(modules, outcome, r, /* started= */ NULL);
                return r;
        }
        r = started->r;
        if (r < 0) {
                (void) error_copy(&outcome->error, r, &started->error);
                release_note_failure(modules, outcome, r, started);
        }
        unit_outcomes_free(started, 1);
        return r;
}

/* Without a manager there is nothing to be taken back: once there is one, it can be started. */
static int release_start_or_undo(Modules *modules, InstallOutcome *outcome) {
        int r;

        if (outcome->stopped)
                return 0;
        r = modules_open_bus(modules, &outcome->error);
        if (r < 0)
                return r;
        r = install_start(modules, START_ANEW, outcome);
        if (r < 0) {
                install_undo(modules, r, outcome);
                outcome->result = INSTALL_FAILED;
        }
        return MIN2(r, 0);
}

/* -- all of it ------------------------------------------------------------------------ */

static InstallResult commit_result(const InstallOutcome *outcome) {
        if (outcome->mode == MODE_ROLLBACK)
                return INSTALL_ROLLED_BACK;
        if (outcome->module.link)
                return INSTALL_LINKED;
        return outcome->previous_release ? INSTALL_UPDATED : INSTALL_NEW;
}

static void releases_prune(const Modules *modules, const InstallOutcome *outcome) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int lock_fd = store_lock(modules->store, &e);
        const ModuleNote note = { .kind = MODULE_NOTE_RELEASES_LEFT,
                                  .module = outcome->module.name };
        int r;

        if (lock_fd < 0) {
                (void) module_note_failure(modules, note, lock_fd, &e);
                return;
        }
        r = store_prune(modules->store, outcome->module.name, outcome->previous_release, &e);
        if (r < 0)
                (void) module_note_failure(modules, note, r, &e);
}

static int commit_locked(Modules *modules, const char *tree, InstallOutcome *outcome) {
        int r;

        r = module_check_settings(modules, outcome->module.name, &outcome->error);
        if (r < 0)
                return r;
        r = release_store(modules, tree, outcome);
        if (r < 0)
                return r;
        outcome->took_usec = now_usec() - outcome->began_usec;
        outcome->result = commit_result(outcome);

        /* an update does not ask for them: the administrator may have disabled them */
        if (outcome->mode == MODE_INSTALL)
                (void) services_enable(modules, /* e= */ NULL);
        r = release_start_or_undo(modules, outcome);
        if (outcome->result != INSTALL_FAILED)
                releases_prune(modules, outcome);
        return r;
}

int install_commit(Modules *modules, const char *tree, InstallOutcome *outcome) {
        _cleanup_(closep) int lock_fd = module_lock(modules, outcome->module.name, &outcome->error);

        outcome->r = lock_fd < 0 ? lock_fd : commit_locked(modules, tree, outcome);
        return outcome->r;
}
