/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/shell.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

static void file_actions_destroy(posix_spawn_file_actions_t *actions) {
        (void) posix_spawn_file_actions_destroy(actions);
}

static int spawn_shell(const char *script, const char *folder, char *const *env, pid_t *ret) {
        char *const argv[] = { (char *) "sh", (char *) "-c", (char *) script, NULL };
        _cleanup_(file_actions_destroy) posix_spawn_file_actions_t actions = {};
        int r;

        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_addchdir_np(&actions, folder);
        if (r != 0)
                return -r;
        return -posix_spawn(ret, "/bin/sh", &actions, NULL, argv, env);
}

int shell_run(const char *script, const char *folder, char *const *env, Error *e) {
        pid_t pid;
        int r, status;

        assert(script);
        assert(folder);

        r = spawn_shell(script, folder, env, &pid);
        if (r < 0)
                return error_set(e, r, "cannot run a shell: %s", strerror(-r));
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        if (WIFSIGNALED(status))
                return error_set(e, -EIO, "it was ended by signal %d", WTERMSIG(status));
        if (WEXITSTATUS(status) == 127 && strstr(script, "node-gyp"))
                return error_set(e, -EIO,
                                 "it needs node-gyp or another program that is not installed (apt "
                                 "install node-gyp)");
        if (WEXITSTATUS(status) != 0)
                return error_set(e, -EIO, "it ended with status %d", WEXITSTATUS(status));
        return 0;
}
