/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/systemd-program.h"

#include "basic/log.h"
#include "basic/path.h"
#include "basic/strv.h"
#include "ctl/select.h"

/* Where we find a user's manager without it, systemctl needs the variable. */
static int set_runtime_folder(const Scope *s) {
        _cleanup_(freep) char *folder = NULL;

        if (s->kind == SCOPE_SYSTEM)
                return 0;
        folder = strndup(s->runtime, (size_t) (path_basename(s->runtime) - s->runtime) - 1);
        return !folder || setenv("XDG_RUNTIME_DIR", folder, /* overwrite= */ 1) < 0 ? -ENOMEM : 0;
}

static int run_program(Context *c, char **words, const SystemdProgram *program) {
        static char *const everything[] = { (char *) "all", NULL };
        _cleanup_(strv_freep) char **argv = NULL, **names = NULL;
        int r;

        r = select_modules(c, words[0] ? words : everything, /* results= */ NULL, &names);
        if (r == 0 && !names)
                log_notice("No modules are installed.");
        if (!names)
                return r;
        r = select_result(r, program->make(c, names, &argv));
        if (r < 0 || !argv)
                return r;
        if (set_runtime_folder(&c->modules.scope) < 0)
                return log_oom();
        return program->run(c, argv, r);
}

int systemd_program_run(const void *args, char **words, const SystemdProgram *program) {
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = run_program(&c, words, program);
        context_done(&c);
        return r;
}
