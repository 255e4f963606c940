/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/ctl.h"
#include "ctl/notes.h"
#include "ctl/progress.h"
#include "module/journal-access.h"
#include "module/services.h"

int context_open(const Arguments *arg, Context *ret) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        ModulesOptions options = { .settle_usec = arg->safe_usec,
                                   .note = note_print,
                                   .progress = progress_show,
                                   .userdata = ret };
        int r;

        if (arg->system && arg->user) {
                log_error("--system and --user are mutually exclusive.");
                return -EINVAL;
        }

        options.kind = arg->system      ? SCOPE_SYSTEM
                       : arg->user      ? SCOPE_USER
                       : geteuid() == 0 ? SCOPE_SYSTEM
                                        : SCOPE_USER;
        *ret = (Context) { .arg = arg };
        r = modules_open(&options, &e, &ret->modules);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to find the folders of the %s scope",
                                       scope_kind_to_string(options.kind));
        return 0;
}

void context_done(Context *c) {
        modules_close(&c->modules);
}

TableStyle table_style(const Arguments *arg, const char *nothing) {
        return (TableStyle) { .json = arg->json, .legend = arg->legend, .nothing = nothing };
}

void context_warn_relay(const Context *c) {
        const bool user = c->modules.scope.kind == SCOPE_USER;

        if (!services_relay_runs(&c->modules))
                log_warning("pm2-axm-relay.service does not run, so what modules report is not "
                            "recorded, and what is shown of it may be old; run 'systemctl %sstart "
                            "pm2-axm-relay'.",
                            user ? "--user " : "");
}

void context_warn_unrecorded(const Context *c) {
        if (!modules_are_recordable(&c->modules))
                log_warning("The journal keeps nothing that you may read, so what modules print "
                            "and report cannot be recorded; " JOURNAL_ACCESS_REMEDY ".");
}
