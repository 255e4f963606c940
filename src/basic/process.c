/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/process.h"

#include <sys/wait.h>

int process_exec(char *const *argv) {
        (void) fflush(NULL);
        (void) execvp(argv[0], argv);
        return -errno;
}

int process_run_to_stderr(char *const *argv) {
        int status;
        pid_t pid;

        (void) fflush(NULL);
        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0) {
                if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
                        (void) execvp(argv[0], argv);
                _exit(127);
        }
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}
