/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/ctl.h"
#include "module/timer-restart.h"

static int run_cron(const void *args, char **words) {
        _cleanup_(restarted_done) Restarted restarted = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = module_timer_restart(&c.modules, words[0], &e, &restarted);
        if (r < 0)
                (void) log_error_cause(r, &e, "Failed to restart %s", words[0]);
        for (size_t i = 0; i < restarted.n; i++)
                if (restarted.units[i].r < 0)
                        r = log_error_cause(restarted.units[i].r, &restarted.units[i].error,
                                            "%s did not start", restarted.units[i].unit);
        context_done(&c);
        return r;
}

/* Not in --help: pm2-cron@.service runs it. */
const Verb verb_cron = { "cron", NULL, "UNIT", NULL, 1, 1, run_cron };
