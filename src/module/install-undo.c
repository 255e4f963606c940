/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/install-undo.h"

#include "basic/interrupt.h"
#include "module/remove.h"
#include "module/start.h"
#include "module/stop.h"
#include "store/release.h"
#include "store/store.h"

static int undo_switch(const Modules *modules, const InstallOutcome *outcome, Error *e) {
        _cleanup_(closep) int lock_fd = store_lock(modules->store, e);

        return lock_fd < 0 ? lock_fd
                           : store_switch(modules->store, outcome->module.name,
                                          outcome->previous_release, e, /* ret_previous= */ NULL);
}

/* It has been watched before. */
static int undo_start(Modules *modules, const char *name, Error *e) {
        uint64_t settle_usec = modules->settle_usec;
        int r;

        modules->settle_usec = MODULE_SETTLE_USEC;
        r = module_start(modules, name, START_ANEW, e);
        modules->settle_usec = settle_usec;
        return r;
}

static void undo_drop(const Modules *modules, const Module *m) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = store_drop_release(modules->store, m->name, m->release, &e);
        if (r < 0)
                (void) module_note_failure(modules,
                                           (ModuleNote) { .kind = MODULE_NOTE_RELEASE_LEFT,
                                                          .module = m->name,
                                                          .release = m->release },
                                           r, &e);
}

/* The new release goes whether the old one starts or not. */
static InstallUndo undo_go_back(Modules *modules, InstallOutcome *outcome) {
        const Module *m = &outcome->module;
        Error *e = &outcome->undo_error;
        int r;

        r = undo_switch(modules, outcome, e);
        if (r < 0) {
                (void) error_set(e, r, "%s", error_text(e, r));
                return UNDO_FAILED;
        }
        r = undo_start(modules, m->name, e);
        if (outcome->mode != MODE_ROLLBACK)
                undo_drop(modules, m);
        if (r < 0) {
                (void) error_set(e, r, "%s", error_text(e, r));
                return UNDO_BACK_STOPPED;
        }
        return UNDO_BACK;
}

static int undo_stop_and_remove(Modules *modules, const char *name, Error *e) {
        int r;

        r = module_stop(modules, name, e);
        return r < 0 ? r : module_remove(modules, name, e);
}

/* A first install that was interrupted leaves nothing. */
static InstallUndo undo_remove(Modules *modules, InstallOutcome *outcome) {
        Error *e = &outcome->undo_error;
        int r;

        r = undo_stop_and_remove(modules, outcome->module.name, e);
        if (r < 0) {
                (void) error_set(e, r, "%s", error_text(e, r));
                return UNDO_REMOVE_FAILED;
        }
        return UNDO_REMOVED;
}

void install_undo(Modules *modules, int reason, InstallOutcome *outcome) {
        int signal = interrupt_suspend();

        if (outcome->previous_release)
                outcome->undo = undo_go_back(modules, outcome);
        else if (reason == -EINTR)
                outcome->undo = undo_remove(modules, outcome);
        else
                outcome->undo = UNDO_STAYS;
        interrupt_note(signal);
}
