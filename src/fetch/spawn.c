/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/spawn.h"

#include <fcntl.h>
#include <sys/wait.h>

static void file_actions_destroy(posix_spawn_file_actions_t *actions) {
        (void) posix_spawn_file_actions_destroy(actions);
}

static int add_actions(const Spawn *s, posix_spawn_file_actions_t *actions) {
        int r;

        r = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (r != 0)
                return r;
        r = posix_spawn_file_actions_adddup2(actions, s->out_fd, STDOUT_FILENO);
        if (r != 0)
                return r;
        r = posix_spawn_file_actions_adddup2(actions, s->err_fd, STDERR_FILENO);
        if (r != 0)
                return r;
        return s->folder ? posix_spawn_file_actions_addchdir_np(actions, s->folder) : 0;
}

int spawn_child(const Spawn *s, pid_t *ret) {
        _cleanup_(file_actions_destroy) posix_spawn_file_actions_t actions = {};
        int r;

        assert(s && s->program && s->argv);
        assert(ret);

        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = add_actions(s, &actions);
        if (r != 0)
                return -r;
        return -posix_spawnp(ret, s->program, &actions, s->attributes, s->argv, s->env);
}

int spawn_wait(pid_t pid, int *ret_status) {
        while (waitpid(pid, ret_status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return 0;
}
