/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/lifecycle.h"

#include <signal.h>
#include <sys/signalfd.h>

#include "basic/log.h"
#include "basic/string-util.h"
#include "launch/notify.h"
#include "launch/report.h"
#include "model/app.h"

/* As the channel carries them, and as PM2 has them. */
#define READY    "\"ready\""
#define SHUTDOWN "\"shutdown\""

static sigset_t stop_signal(void) {
        sigset_t set;

        (void) sigemptyset(&set);
        (void) sigaddset(&set, SIGCONT);
        return set;
}

void lifecycle_block_signal(void) {
        const sigset_t set = stop_signal();

        (void) sigprocmask(SIG_BLOCK, &set, NULL);
}

int lifecycle_open(const App *app, Lifecycle *ret) {
        const sigset_t set = stop_signal();

        assert(app);
        assert(ret);

        *ret = (Lifecycle) { .waits = app->wait_ready, .stop_fd = -EBADF };
        if (!app->shutdown_with_message)
                return 0;
        ret->stop_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        return ret->stop_fd < 0 ? -errno : 0;
}

void lifecycle_take_line(Lifecycle *l, const char *line) {
        assert(l);
        assert(line);

        if (!l->waits || !streq(line, READY))
                return;
        l->waits = false;
        l->notified = true;
        (void) notify_send("READY=1");
}

/* The manager has adopted the bridge, so it is the parent; from any other process the signal means
 * what it always does. */
void lifecycle_handle_signal(Lifecycle *l, Channel *channel, Report *report) {
        struct signalfd_siginfo info;
        int r;

        assert(l);
        assert(l->stop_fd >= 0);

        if (read(l->stop_fd, &info, sizeof(info)) != sizeof(info) ||
            (pid_t) info.ssi_pid != getppid())
                return;
        r = report_and_send(report, channel, SHUTDOWN);
        if (r < 0)
                (void) log_warning_errno(r, "Failed to send the module its shutdown message, so it "
                                            "will be killed after its kill_timeout: %m");
}
