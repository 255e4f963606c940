/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/detach.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>

#include "basic/macro.h"
#include "basic/strv.h"
#include "launch/plan.h"

extern char **environ;

void detach_signals(void) {
        /* an ignored signal could not be waited for */
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

int detach_files(int channel_fd, int notify_fd, int *ret_notify_fd) {
        _cleanup_(closep) int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        int last = CHANNEL_FD;

        assert(channel_fd >= 0);
        assert(ret_notify_fd);

        if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
            dup2(channel_fd, CHANNEL_FD) < 0 || (notify_fd >= 0 && dup2(notify_fd, ++last) < 0))
                return -errno;
        if (null <= last)
                (void) TAKE_FD(null);
        if (close_range((unsigned) last + 1, ~0U, 0) < 0 || chdir("/") < 0)
                return -errno;
        *ret_notify_fd = notify_fd >= 0 ? last : -EBADF;
        return 0;
}

void detach_environment(void) {
        STRV_FOREACH(variable, environ)
                explicit_bzero(*variable, strlen(*variable));
        (void) clearenv();
}

/* The arguments follow each other in memory, and the name is shorter than the path that it stands
 * for. */
void detach_name(char **argv, const char *name, const char *argument) {
        char *start = argv[0], *end = start;

        assert(argv[0]);
        assert(name);
        assert(argument);

        STRV_FOREACH(word, argv)
                end = *word + strlen(*word);
        (void) memset(start, 0, (size_t) (end - start));
        (void) snprintf(start, (size_t) (end - start), "%s%c%s", name, 0, argument);
        (void) prctl(PR_SET_NAME, name);
}
