/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/shell.h"

#include <sys/wait.h>

#include "fetch/spawn.h"

int shell_run(const char *script, const char *folder, char *const *env, Error *e) {
        char *const argv[] = { (char *) "sh", (char *) "-c", (char *) script, NULL };
        pid_t pid;
        int r, status;

        assert(script);
        assert(folder);

        r = spawn_child(&(Spawn) { .program = "/bin/sh",
                                   .argv = argv,
                                   .env = env,
                                   .folder = folder,
                                   .out_fd = STDERR_FILENO,
                                   .err_fd = STDERR_FILENO },
                        &pid);
        if (r < 0)
                return error_set(e, r, "cannot run a shell: %s", strerror(-r));
        r = spawn_wait(pid, &status);
        if (r < 0)
                return r;
        if (WIFSIGNALED(status))
                return error_set(e, -EIO, "it was killed by signal %d", WTERMSIG(status));
        if (WEXITSTATUS(status) == 127 && strstr(script, "node-gyp"))
                return error_set(e, -EIO,
                                 "node-gyp, or a program that it runs, is not installed (apt "
                                 "install node-gyp)");
        if (WEXITSTATUS(status) != 0)
                return error_set(e, -EIO, "it exited with status %d", WEXITSTATUS(status));
        return 0;
}
