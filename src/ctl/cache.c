/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/download-cache-clean.h"

#include "basic/log.h"
#include "basic/string-util.h"
#include "ctl/ctl.h"

static int run_cache(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c;
        int r;

        if (!streq(words[0], "clean")) {
                log_error("Unknown word '%s' after 'cache'; there is: clean.", words[0]);
                return EXIT_USAGE;
        }
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = cache_clean(c.modules.scope.cache, &e);
        if (r == -EACCES) {
                error_clear(&e);
                (void) error_set(&e, r, "%s: %s", c.modules.scope.cache,
                                 scope_strerror(c.modules.scope.kind, r));
        }
        if (r < 0)
                (void) log_error_cause(r, &e, "Failed to clean the cache");
        else
                log_info("%s is empty.", c.modules.scope.cache);
        context_done(&c);
        return r;
}

const Verb verb_cache = {
        "cache", NULL, "clean", "Remove downloads", 1, 1, run_cache,
};
