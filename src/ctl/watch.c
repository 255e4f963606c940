/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <systemd/sd-daemon.h>

#include "basic/log.h"
#include "ctl/ctl.h"
#include "model/exit-status.h"
#include "module/watch-restart.h"

static int watch_module(Context *c, const char *name, Error *e) {
        ModuleWatch *w;
        int r;

        r = module_watch_open(&c->modules, name, e, &w);
        if (r < 0)
                return r;
        (void) sd_notify(/* unset_environment= */ 0, "READY=1");
        do
                r = module_watch_next(w, e);
        while (r > 0);
        module_watch_close(w);
        return r;
}

static int run_watch(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = watch_module(&c, words[0], &e);
        if (r < 0)
                (void) log_error_cause(r, &e, "Failed to watch the directory of '%s'", words[0]);
        context_done(&c);
        return module_watch_is_over(r) ? EXIT_STATUS_FOLDER : r;
}

/* Not in --help: pm2-watch@.service runs it, for as long as the module has an app to be watched. */
const Verb verb_watch = { "watch", NULL, "MODULE", NULL, 1, 1, run_watch };
