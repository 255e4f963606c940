/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/bridge.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "journal/send.h"
#include "launch/bridge-internal.h"
#include "launch/detach.h"
#include "launch/notify.h"

#define BRIDGE_NAME "pm2-bridge"

/* journald looks up who sent an entry when it has read it: whoever is gone by then is nobody. */
#define LINGER_USEC  (300 * USEC_PER_MSEC)
#define JOURNAL_USEC (1 * USEC_PER_SEC) /* together less than kill_timeout by default */

/* -- the loop ---------------------------------------------------------------------------------- */

/* What is waited for: the module's channel, the manager's signal, then whoever wants something. */
enum {
        POLL_CHANNEL,
        POLL_STOP,
        POLL_CONTROL,
        _POLL_MAX = POLL_CONTROL + CONTROL_POLL_MAX,
};

/* Fills in what happened; how many that are. */
static int wait_for_events(Bridge *b, struct pollfd fds[static _POLL_MAX]) {
        uint64_t due = MIN2(MIN2(monitor_due(&b->monitor), heartbeat_due(&b->heartbeat)),
                            control_server_due(&b->control));
        int timeout = due == USEC_INFINITY ? -1 : due == 0 ? 0 : (int) (due / USEC_PER_MSEC) + 1;
        size_t n = POLL_CONTROL + control_server_poll(&b->control, fds + POLL_CONTROL);

        fds[POLL_CHANNEL] = (struct pollfd){
                .fd = b->channel.fd,
                .events = (short) (POLLIN | (channel_is_full(&b->channel) ? POLLOUT : 0)),
        };
        fds[POLL_STOP] = (struct pollfd){ .fd = b->lifecycle.stop_fd, .events = POLLIN };
        if (poll(fds, (nfds_t) n, timeout) < 0) {
                if (errno != EINTR)
                        return -errno;
                for (size_t i = 0; i < n; i++)
                        fds[i].revents = 0;
        }
        return (int) n;
}

static void flush_monitor(Bridge *b) {
        int r;

        if (monitor_due(&b->monitor) > 0)
                return;
        r = monitor_flush(&b->monitor);
        if (r < 0)
                (void) log_warning_errno(r, "Failed to write the metrics to the runtime folder, "
                                            "ignoring until it can be written to: %m");
}

/* 1 as long as the module may say more. */
static int handle_channel(Bridge *b, short events) {
        int r;

        if (events & POLLOUT)
                (void) channel_flush(&b->channel); /* one that is gone is seen by reading */
        if (!(events & ~POLLOUT))
                return 1;
        r = channel_fill(&b->channel);
        if (r <= 0)
                return r;
        bridge_handle_lines(b);
        return 1;
}

static int run(Bridge *b) {
        struct pollfd fds[_POLL_MAX];
        int n, r;

        for (;;) {
                n = wait_for_events(b, fds);
                if (n < 0)
                        return n;
                r = handle_channel(b, fds[POLL_CHANNEL].revents);
                if (r <= 0)
                        return r;
                if (fds[POLL_STOP].revents)
                        lifecycle_stop(&b->lifecycle, &b->channel, &b->report);
                control_server_handle(&b->control, fds + POLL_CONTROL, (size_t) n - POLL_CONTROL);
                flush_monitor(b);
                heartbeat_beat(&b->heartbeat);
        }
}

/* The module is gone; what it said last must not lose its sender. */
static void finish(Bridge *b) {
        uint64_t begin, read, until;
        bool ended;

        ended = heartbeat_end(&b->heartbeat);
        profile_saver_drop(&b->profile);
        if (channel_rest(&b->channel) > 0)
                (void) report_refused(&b->report, "the module ended in the middle of it");
        if (b->report.sent_usec) {
                begin = now_usec();
                (void) journal_wait_read(JOURNAL_USEC);
                read = now_usec();
                until = b->report.sent_usec + LINGER_USEC + (read - begin);
                if (until > read)
                        (void) usleep((useconds_t) (until - read));
        }
        if (ended || b->monitor.status || b->lifecycle.notified)
                notify_barrier();
}

/* -- the process ------------------------------------------------------------------------------- */

/* Collects what the bridge needs of the plan, then lets go of all the rest. */
static int settle(Plan *p, char **argv, Bridge *b) {
        const char *given = getenv("RUNTIME_DIRECTORY");
        _cleanup_(freep) char *folder = NULL, *stem = NULL, *module = NULL;
        int r, notify;

        if (given) {
                folder = strndup(given, strcspn(given, ":"));
                if (!folder)
                        return -ENOMEM;
        }
        stem = strv_join(argv + 1, "@"); /* of the unit's name */
        if (!stem)
                return -ENOMEM;
        r = plan_mask(p, &b->mask);
        if (r < 0)
                return r;
        b->report = (Report){ .id = stem, .mask = b->mask, .debug = plan_debug(p) };
        detach_name(argv, BRIDGE_NAME, TAKE_PTR(stem));
        module = strdup(p->module.name);
        if (!module)
                return -ENOMEM;
        b->control = (ControlServer){
                .module = module,
                .channel = &b->channel,
                .report = &b->report,
        };
        if (p->scope.kind == SCOPE_USER)
                b->report.module = module;
        (void) TAKE_PTR(module);

        r = detach_files(b->channel.fd, notify_fd(), &notify);
        if (r < 0)
                return r;
        b->channel.fd = CHANNEL_FD;
        notify_moved(notify);
        b->channel.overflow = bridge_take_overflow;
        b->channel.userdata = b;
        b->profile = (ProfileSaver){ .folder = TAKE_PTR(p->data), .dir_fd = -EBADF };
        heartbeat_init(&b->heartbeat);
        r = monitor_init(&b->monitor, folder);
        if (r < 0)
                return r;
        r = lifecycle_open(p->app, &b->lifecycle);
        if (r < 0)
                return r;
        r = control_server_open(&b->control, b->monitor.dir_fd);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                (void) log_warning_errno(r, "Failed to make the control socket, so that nothing "
                                            "can be triggered: %m");
        plan_done(p);
        detach_environment();
        return 0;
}

static _Noreturn void be_bridge(Plan *p, char **argv, Channel *channel) {
        Bridge b = { .channel = *channel, .lifecycle = LIFECYCLE_NULL };
        int r;

        detach_signals();
        (void) umask(0077);

        r = settle(p, argv, &b);
        if (r >= 0) {
                (void) malloc_trim(0);
                r = run(&b);
                finish(&b);
        }
        if (r < 0)
                (void) log_error_errno(r, "Failed to read the module's channel: %m");
        _exit(r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

int bridge_start(Plan *p, char **argv, Channel *channel) {
        int status;
        pid_t pid;

        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0) {
                /* Before there is a module that it has to be kept from: of the same user, it would
                 * else read the bridge's memory, and take its descriptors. */
                if (setsid() < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
                        _exit(errno);
                pid = fork();
                if (pid < 0)
                        _exit(errno);
                if (pid == 0)
                        be_bridge(p, argv, channel);
                _exit(EXIT_SUCCESS);
        }

        channel_done(channel);
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}
