/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/env.h"

#include <sys/auxv.h>

#include "basic/env-root.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"

extern char **environ;

/* Names neither a program nor a file that is read: how things are shown, and no more. */
static bool is_harmless(const char *variable) {
        static const char *const names[] = { "COLUMNS=",  "LANG=", "LC_ALL=",          "LC_CTYPE=",
                                             "NO_COLOR=", "TERM=", "PM2CTL_LOG_LEVEL=" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (startswith(variable, names[i]))
                        return true;
        return false;
}

static int split_environment(char ***ret_kept, char ***ret_dropped) {
        _cleanup_(strv_freep) char **kept = NULL, **dropped = NULL;
        int r;

        STRV_FOREACH(variable, environ) {
                r = is_harmless(*variable) ? strv_extend(&kept, *variable)
                                           : strv_extendf(&dropped, "%.*s",
                                                          (int) strcspn(*variable, "="), *variable);
                if (r < 0)
                        return r;
        }
        r = strv_env_set(&kept, "PATH", DEFAULT_PATH);
        if (r < 0)
                return r;
        *ret_kept = TAKE_PTR(kept);
        *ret_dropped = TAKE_PTR(dropped);
        return 0;
}

static void protect_secure(void) {
        _cleanup_(strv_freep) char **dropped = NULL;
        _cleanup_(freep) char *names = NULL;
        char **kept;

        if (split_environment(&kept, &dropped) < 0) {
                (void) log_oom();
                exit(EXIT_FAILURE);
        }
        environ = kept;
        names = strv_join(dropped, ", ");
        if (!isempty(names))
                log_warning("These environment variables are ignored, since the program has "
                            "privileges that its caller does not have: %s.",
                            names);
}

void env_protect(const char *not_for_root) {
        if (getauxval(AT_SECURE))
                return protect_secure();
        if (!not_for_root || !getenv(not_for_root) || geteuid() != 0 || env_root_is_tester)
                return;
        (void) unsetenv(not_for_root);
        log_warning("The environment variable %s is ignored: root runs only programs that are "
                    "installed.",
                    not_for_root);
}
