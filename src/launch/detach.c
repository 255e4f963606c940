/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/detach.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>

#include "basic/macro.h"
#include "basic/strv.h"

extern char **environ;

void detach_signals(void) {
        /* one that is ignored would not be kept for who waits for it */
        static const int left[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGCHLD, SIGCONT };
        sigset_t blocked;

        for (int sig = 1; sig < SIGRTMAX; sig++)
                (void) signal(sig, SIG_IGN);
        for (size_t i = 0; i < ELEMENTSOF(left); i++)
                (void) signal(left[i], SIG_DFL);
        (void) sigemptyset(&blocked);
        (void) sigaddset(&blocked, SIGCONT);
        (void) sigprocmask(SIG_SETMASK, &blocked, NULL);
}

int detach_files(int fd, int wanted) {
        _cleanup_(closep) int null = open("/dev/null", O_RDWR | O_CLOEXEC);

        if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
            dup2(fd, wanted) < 0)
                return -errno;
        if (null == wanted)
                (void) TAKE_FD(null);
        return close_range((unsigned) wanted + 1, ~0U, 0) < 0 || chdir("/") < 0 ? -errno : 0;
}

int detach_environment(void) {
        _cleanup_(freep) char *notify = NULL;
        const char *given = getenv("NOTIFY_SOCKET");

        if (given) {
                notify = strdup(given);
                if (!notify)
                        return -ENOMEM;
        }
        STRV_FOREACH(variable, environ)
                explicit_bzero(*variable, strlen(*variable));
        if (clearenv() != 0 || (notify && setenv("NOTIFY_SOCKET", notify, 1) < 0))
                return -ENOMEM;
        return 0;
}

/* The arguments follow each other in memory, and the name is shorter than the path that it stands
 * for. */
void detach_name(char **argv, const char *name, const char *argument) {
        char *start = argv[0], *end = start;

        STRV_FOREACH(word, argv)
                end = *word + strlen(*word);
        (void) memset(start, 0, (size_t) (end - start));
        (void) snprintf(start, (size_t) (end - start), "%s%c%s", name, 0, argument);
        (void) prctl(PR_SET_NAME, name);
}
