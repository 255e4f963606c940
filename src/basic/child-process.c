/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/child-process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/path.h"
#include "basic/string-util.h"

int process_exec(char *const *argv) {
        (void) fflush(NULL);
        (void) execvp(argv[0], argv);
        return -errno;
}

int process_run(char *const *argv, int stdout_fd) {
        int status;
        pid_t pid;

        (void) fflush(NULL);
        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0) {
                if (dup2(stdout_fd, STDOUT_FILENO) >= 0)
                        (void) execvp(argv[0], argv);
                _exit(127);
        }
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

void process_adopt_strays(void) {
        (void) prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void process_end_strays(void) {
        _cleanup_(freep) char *path = NULL;

        if (strdupf(&path, "/proc/self/task/%d/children", (int) getpid()) < 0)
                return;
        for (;;) {
                _cleanup_(fclosep) FILE *f = fopen(path, "re");
                pid_t pid;

                for (int n; f && fscanf(f, "%d", &n) == 1;)
                        (void) kill((pid_t) n, SIGKILL);
                pid = f ? waitpid(-1, NULL, 0) : -1;
                if (pid < 0 && errno != EINTR)
                        return;
        }
}

int find_program(const char *path, const char *name, char **ret) {
        while (path && *path) {
                size_t n = strcspn(path, ":");
                _cleanup_(freep) char *folder = strndup(path, n), *file = NULL;
                struct stat st;

                file = folder ? path_join(folder, name) : NULL;
                if (!file)
                        return -ENOMEM;
                if (file[0] == '/' && stat(file, &st) >= 0 && S_ISREG(st.st_mode) &&
                    access(file, X_OK) >= 0) {
                        *ret = TAKE_PTR(file);
                        return 1;
                }
                path += n + (path[n] == ':');
        }
        return 0;
}
