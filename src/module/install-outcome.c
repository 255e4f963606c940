/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/install-outcome.h"

#include "basic/strv.h"

static const char *const install_result_table[_INSTALL_RESULT_MAX] = {
        [INSTALL_FAILED] = "failed",   [INSTALL_NEW] = "installed",
        [INSTALL_UPDATED] = "updated", [INSTALL_UNCHANGED] = "unchanged",
        [INSTALL_LINKED] = "linked",   [INSTALL_ROLLED_BACK] = "rolled-back",
        [INSTALL_SKIPPED] = "skipped",
};

const char *install_result_to_string(InstallResult result) {
        return result >= 0 && result < _INSTALL_RESULT_MAX ? install_result_table[result] : NULL;
}

void install_outcome_done(InstallOutcome *outcome) {
        module_done(&outcome->module);
        free(outcome->previous);
        free(outcome->previous_release);
        error_clear(&outcome->error);
        error_clear(&outcome->undo_error);
        *outcome = (InstallOutcome) {};
}

bool install_outcome_changed(const InstallOutcome *outcome) {
        switch (outcome->result) {
        case INSTALL_UNCHANGED:
                return outcome->started;
        case INSTALL_SKIPPED:
                return false;
        case INSTALL_FAILED:
                return outcome->undo != UNDO_NONE && outcome->undo != UNDO_BACK &&
                       outcome->undo != UNDO_REMOVED;
        default:
                return true;
        }
}

int install_options_record_args(const InstallOptions *options, Module *m) {
        int r;

        if (!options->args)
                return 0;
        r = strv_copy(options->args, &m->args);
        if (r < 0)
                return r;
        if (!m->args)
                m->args = calloc(1, sizeof(char *));
        return m->args ? 0 : -ENOMEM;
}
