/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/bridge.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "launch/control.h"
#include "launch/detach.h"
#include "launch/heartbeat.h"
#include "launch/lifecycle.h"
#include "launch/monitor.h"
#include "launch/profile.h"
#include "launch/report.h"

#define BRIDGE_NAME "pm2-bridge"

/* journald looks up who sent an entry when it reads it: whoever is gone by then is nobody. */
#define LINGER_USEC  (300 * USEC_PER_MSEC)
#define BARRIER_USEC (5 * USEC_PER_SEC)

/* Messages and their parts leave holes in the heap; after this many bytes of them they are given
 * back, which takes less time than one message does. */
#define TRIM_SIZE 65536U

typedef struct Bridge {
        Channel channel;
        Report report;
        Monitor monitor;
        Control control;
        ProfileSaver profile;
        Lifecycle lifecycle;
        Heartbeat heartbeat;
        Mask *mask;
        uint64_t handled; /* bytes since the heap was trimmed */
} Bridge;

/* -- messages ---------------------------------------------------------------------------------- */

static int pass_on(Bridge *b, const AxmMessage *m) {
        _cleanup_(axm_message_done) AxmMessage masked = { .type = m->type };
        int r;

        if (m->type == AXM_MONITOR) {
                r = monitor_update(&b->monitor, b->mask, m->data);
                return r > 0 ? report_refused(&b->report, "it has more metrics than are kept") : r;
        }

        r = mask_json(b->mask, m->document, &masked.document);
        if (r < 0)
                return r;
        masked.name = json_get_string(masked.document, "type");
        masked.data = json_get(masked.document, "data");
        control_take(&b->control, m, &masked);
        return report_message(&b->report, &masked);
}

/* A profile that has come to its end: the journal gets the name of its file. */
static int save_profile(Bridge *b) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        SavedProfile saved = {};
        int r;

        r = profile_save(&b->profile, &e, &saved);
        if (r < 0)
                return report_refused(&b->report, error_text(&e, r));
        r = report_profile(&b->report, saved.type, saved.size, saved.file);
        free(saved.file);
        return r;
}

/* Of a line that is too long to be a message: it may be a profile. */
static void take_overflow(void *userdata, uint64_t skipped, const char *piece, size_t size) {
        Bridge *b = userdata;
        int r;

        if (!profile_is_open(&b->profile) && !(skipped == 0 && profile_begins(piece, size)))
                return;
        r = profile_take(&b->profile, piece, size);
        if (r < 0)
                (void) log_warning_errno(r, "Failed to save a profile: %m");
}

static int handle_line(Bridge *b, const char *line, size_t size) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = report_debug(&b->report, "Module sent:", line, size);
        if (r < 0)
                return r;
        lifecycle_take(&b->lifecycle, line);
        r = axm_message_parse(line, size, &e, &m);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return report_refused(&b->report, error_text(&e, r));
        if (r > 0 && m.type == AXM_PROFILING && profile_take(&b->profile, line, size) >= 0)
                return save_profile(b);
        return r > 0 ? pass_on(b, &m) : 0;
}

static int handle_oversize(Bridge *b, uint64_t size) {
        char reason[128];

        if (profile_is_open(&b->profile))
                return save_profile(b);
        (void) snprintf(reason, sizeof(reason), "it has %llu bytes, and %u is the limit",
                        (unsigned long long) size, AXM_MESSAGE_MAX);
        return report_refused(&b->report, reason);
}

/* Whatever befalls one message, the next one is read: only a closed channel ends the bridge. */
static void handle_lines(Bridge *b) {
        uint64_t size;
        char *line;
        int r;

        while ((r = channel_next(&b->channel, &line, &size)) != 0) {
                r = r < 0 ? handle_oversize(b, size) : handle_line(b, line, (size_t) size);
                if (r < 0)
                        (void) log_warning_errno(r, "Failed to pass on a message, ignoring: %m");
                b->handled += size;
                if (b->handled >= TRIM_SIZE) {
                        (void) malloc_trim(0);
                        b->handled = 0;
                }
        }
}

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
        uint64_t due = MIN2(monitor_due(&b->monitor), heartbeat_due(&b->heartbeat));
        int timeout = due == USEC_INFINITY ? -1 : due == 0 ? 0 : (int) (due / USEC_PER_MSEC) + 1;
        size_t n = POLL_CONTROL + control_poll(&b->control, fds + POLL_CONTROL);

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
                (void) log_warning_errno(r, "Failed to write the metrics, ignoring: %m");
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
        handle_lines(b);
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
                control_handle(&b->control, fds + POLL_CONTROL, (size_t) n - POLL_CONTROL);
                flush_monitor(b);
                heartbeat_beat(&b->heartbeat);
        }
}

/* The module is gone; what it said last must not lose its sender. */
static void finish(Bridge *b) {
        uint64_t now, until;
        bool ended;

        ended = heartbeat_end(&b->heartbeat);
        profile_drop(&b->profile);
        if (channel_rest(&b->channel) > 0)
                (void) report_refused(&b->report, "the module ended in the middle of it");
        now = now_usec();
        until = b->report.sent_usec ? b->report.sent_usec + LINGER_USEC : 0;
        if (until > now)
                (void) usleep((useconds_t) (until - now));
        if (ended || b->monitor.status || b->lifecycle.notified)
                (void) sd_notify_barrier(/* unset_environment= */ 0, BARRIER_USEC);
}

/* -- the process ------------------------------------------------------------------------------- */

/* Collects what the bridge needs of the plan, then lets go of all the rest. */
static int settle(Plan *p, char **argv, Bridge *b) {
        const char *given = getenv("RUNTIME_DIRECTORY");
        _cleanup_(freep) char *folder = NULL, *stem = NULL, *module = NULL;
        int r;

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
        b->control = (Control){
                .module = module,
                .channel = &b->channel,
                .report = &b->report,
        };
        if (p->user_scope)
                b->report.module = module;
        (void) TAKE_PTR(module);

        r = detach_files(b->channel.fd, CHANNEL_FD);
        if (r < 0)
                return r;
        b->channel.fd = CHANNEL_FD;
        b->channel.overflow = take_overflow;
        b->channel.userdata = b;
        b->profile = (ProfileSaver){ .folder = TAKE_PTR(p->data), .dir_fd = -EBADF };
        heartbeat_init(&b->heartbeat);
        r = monitor_init(&b->monitor, folder);
        if (r < 0)
                return r;
        r = lifecycle_open(p->app, &b->lifecycle);
        if (r < 0)
                return r;
        r = control_open(&b->control, b->monitor.dir_fd);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                (void) log_warning_errno(r, "Failed to make the control socket, so that nothing "
                                            "can be triggered: %m");
        plan_done(p);
        return detach_environment();
}

static _Noreturn void be_bridge(Plan *p, char **argv, Channel *channel) {
        Bridge b = { .channel = *channel, .lifecycle = LIFECYCLE_NULL };
        int r;

        detach_signals();
        (void) umask(0077);
        (void) prctl(PR_SET_DUMPABLE, 0); /* the module, of the same user, may not read it */

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
                if (setsid() < 0)
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
