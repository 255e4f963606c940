/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/bridge.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "axm/channel.h"
#include "axm/mask.h"
#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "journal/send.h"
#include "launch/control-server.h"
#include "launch/detach.h"
#include "launch/heartbeat.h"
#include "launch/lifecycle.h"
#include "launch/message-handler.h"
#include "launch/monitor.h"
#include "launch/notify.h"
#include "launch/plan.h"
#include "launch/profile-saver.h"
#include "launch/report.h"

#define BRIDGE_NAME "pm2-bridge"

/* journald looks up the sender of an entry when it has read it, and finds none that is gone. */
#define LINGER_USEC  (300 * USEC_PER_MSEC)
#define JOURNAL_USEC (1 * USEC_PER_SEC) /* together less than kill_timeout by default */

typedef struct Bridge {
        Channel channel;
        Mask *mask;
        Report report;
        Monitor monitor;
        ControlServer control;
        ProfileSaver profile;
        Lifecycle lifecycle;
        Heartbeat heartbeat;
        MessageHandler handler;
} Bridge;

/* -- the loop ---------------------------------------------------------------------------------- */

/* What is waited for: the module's channel, the manager's signal, clients of the control socket. */
enum {
        POLL_CHANNEL,
        POLL_STOP,
        POLL_CONTROL,
        _POLL_MAX = POLL_CONTROL + CONTROL_POLL_MAX,
};

/* Fills in what happened; how many that are. */
static int bridge_wait(Bridge *b, struct pollfd fds[static _POLL_MAX]) {
        uint64_t due = MIN2(MIN2(monitor_due(&b->monitor), heartbeat_due(&b->heartbeat)),
                            control_server_due(&b->control));
        int timeout = due == USEC_INFINITY ? -1 : due == 0 ? 0 : (int) (due / USEC_PER_MSEC) + 1;
        size_t n = POLL_CONTROL + control_server_poll(&b->control, fds + POLL_CONTROL);

        fds[POLL_CHANNEL] = (struct pollfd) {
                .fd = b->channel.fd,
                .events = (short) (POLLIN | (channel_is_full(&b->channel) ? POLLOUT : 0)),
        };
        fds[POLL_STOP] = (struct pollfd) { .fd = b->lifecycle.stop_fd, .events = POLLIN };
        if (poll(fds, (nfds_t) n, timeout) < 0) {
                if (errno != EINTR)
                        return -errno;
                for (size_t i = 0; i < n; i++)
                        fds[i].revents = 0;
        }
        return (int) n;
}

static void bridge_flush_monitor(Bridge *b) {
        int r;

        if (monitor_due(&b->monitor) > 0)
                return;
        r = monitor_flush(&b->monitor);
        if (r < 0)
                (void) log_warning_errno(r, "Failed to write the metrics to the runtime directory, "
                                            "ignoring until it can be written to: %m");
}

/* 1 as long as the module may say more. */
static int bridge_handle_channel(Bridge *b, short events) {
        int r;

        if (events & POLLOUT)
                (void) channel_flush(&b->channel); /* one that is gone is seen by reading */
        if (!(events & ~POLLOUT))
                return 1;
        r = channel_fill(&b->channel);
        if (r <= 0)
                return r;
        message_handler_take_lines(&b->handler);
        return 1;
}

static int bridge_loop(Bridge *b) {
        struct pollfd fds[_POLL_MAX];
        int n, r;

        for (;;) {
                n = bridge_wait(b, fds);
                if (n < 0)
                        return n;
                r = bridge_handle_channel(b, fds[POLL_CHANNEL].revents);
                if (r <= 0)
                        return r;
                if (fds[POLL_STOP].revents)
                        lifecycle_handle_signal(&b->lifecycle, &b->channel, &b->report);
                control_server_handle(&b->control, fds + POLL_CONTROL, (size_t) n - POLL_CONTROL);
                bridge_flush_monitor(b);
                heartbeat_beat(&b->heartbeat);
        }
}

/* The module is gone; what it said last must not lose its sender. */
static void bridge_finish(Bridge *b) {
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

/* What the unit and the module are called; this lives as long as the process. */
static int bridge_setup_report(Bridge *b, const Plan *p, char **argv) {
        char *id, *module;
        int r;

        r = plan_mask(p, &b->mask);
        if (r < 0)
                return r;
        id = strv_join(argv + 1, "@"); /* of the unit's name */
        module = strdup(p->module.name);
        if (!id || !module)
                return -ENOMEM;

        b->report = (Report) {
                .id = id,
                .module = p->scope.kind == SCOPE_USER ? module : NULL,
                .mask = b->mask,
                .debug = plan_debug(p),
        };
        b->control = (ControlServer) {
                .module = module,
                .channel = &b->channel,
                .report = &b->report,
        };
        detach_name(argv, BRIDGE_NAME, id);
        return 0;
}

/* Keeps its end of the channel and the manager's socket; from here on the numbers have changed. */
static int bridge_setup_files(Bridge *b) {
        int notify, r;

        r = detach_files(b->channel.fd, notify_fd(), &notify);
        if (r < 0)
                return r;
        b->channel.fd = CHANNEL_FD;
        notify_set_fd(notify);
        b->handler = (MessageHandler) {
                .channel = &b->channel,
                .mask = b->mask,
                .report = &b->report,
                .monitor = &b->monitor,
                .control = &b->control,
                .profile = &b->profile,
                .lifecycle = &b->lifecycle,
        };
        b->channel.overflow = message_handler_take_overflow;
        b->channel.userdata = &b->handler;
        return 0;
}

/* Collects what the bridge needs of the plan, then lets go of all the rest. */
static int bridge_setup(Bridge *b, Plan *p, char **argv) {
        const char *given = getenv("RUNTIME_DIRECTORY");
        _cleanup_(freep) char *folder = given ? strndup(given, strcspn(given, ":")) : NULL;
        int r;

        if (given && !folder)
                return -ENOMEM;
        r = bridge_setup_report(b, p, argv);
        if (r < 0)
                return r;
        r = bridge_setup_files(b);
        if (r < 0)
                return r;
        b->profile = (ProfileSaver) { .folder = TAKE_PTR(p->data), .dir_fd = -EBADF };
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
                (void) log_warning_errno(r, "Failed to create the control socket, so 'pm2ctl "
                                            "trigger' will not work: %m");
        plan_done(p);
        detach_environment();
        return 0;
}

static int bridge_run(Plan *p, char **argv, Channel *channel) {
        Bridge b = { .channel = *channel, .lifecycle = LIFECYCLE_NULL };
        int r;

        detach_signals();
        (void) umask(0077);
        r = bridge_setup(&b, p, argv);
        if (r < 0)
                return r;
        (void) malloc_trim(0);
        r = bridge_loop(&b);
        bridge_finish(&b);
        return r;
}

static _Noreturn void bridge_main(Plan *p, char **argv, Channel *channel) {
        int r;

        r = bridge_run(p, argv, channel);
        if (r < 0)
                (void) log_error_errno(r, "Failed to read the module's channel: %m");
        _exit(r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

int bridge_start(Plan *p, char **argv, Channel *channel) {
        int status;
        pid_t pid;

        assert(p);
        assert(argv);
        assert(channel);

        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0) {
                /* Before there is a module that it has to be kept from: a process of the same user
                 * could otherwise read the bridge's memory, and take its descriptors. */
                if (setsid() < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
                        _exit(errno);
                pid = fork();
                if (pid < 0)
                        _exit(errno);
                if (pid == 0)
                        bridge_main(p, argv, channel);
                _exit(EXIT_SUCCESS);
        }

        channel_done(channel);
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}
