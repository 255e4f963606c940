/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/bridge.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "launch/monitor.h"
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
        Mask *mask;
        bool debug;
        uint64_t handled; /* bytes since the heap was trimmed */
} Bridge;

extern char **environ;

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
        return report_message(&b->report, &masked);
}

static int handle_line(Bridge *b, const char *line, size_t size) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        if (b->debug) {
                r = report_debug(&b->report, "Module sent:", line, size);
                if (r < 0)
                        return r;
        }

        r = axm_message_parse(line, size, &e, &m);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return report_refused(&b->report, error_text(&e, r));
        return r > 0 ? pass_on(b, &m) : 0;
}

static int handle_oversize(Bridge *b, uint64_t size) {
        char reason[128];

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

static int wait_for_module(Bridge *b) {
        struct pollfd fd = { .fd = b->channel.fd, .events = POLLIN };
        uint64_t due = monitor_due(&b->monitor);
        int timeout = due == USEC_INFINITY ? -1 : (int) (due / USEC_PER_MSEC) + 1;

        if (due > 0 && poll(&fd, 1, timeout) < 0)
                return errno == EINTR ? 0 : -errno;
        return fd.revents != 0;
}

static void flush_monitor(Bridge *b) {
        int r;

        if (monitor_due(&b->monitor) > 0)
                return;
        r = monitor_flush(&b->monitor);
        if (r < 0)
                (void) log_warning_errno(r, "Failed to write the metrics, ignoring: %m");
}

static int run(Bridge *b) {
        int r;

        for (;;) {
                r = wait_for_module(b);
                if (r < 0)
                        return r;
                if (r > 0) {
                        r = channel_fill(&b->channel);
                        if (r <= 0)
                                return r;
                        handle_lines(b);
                }
                flush_monitor(b);
        }
}

/* The module is gone; what it said last must not lose its sender. */
static void finish(Bridge *b) {
        uint64_t now, until;

        if (channel_rest(&b->channel) > 0)
                (void) report_refused(&b->report, "the module ended in the middle of it");
        now = now_usec();
        until = b->report.sent_usec ? b->report.sent_usec + LINGER_USEC : 0;
        if (until > now)
                (void) usleep((useconds_t) (until - now));
        if (b->monitor.status)
                (void) sd_notify_barrier(/* unset_environment= */ 0, BARRIER_USEC);
}

/* -- the process ------------------------------------------------------------------------------- */

/* Whatever signal stops a unit reaches all its processes: the bridge ends when the module has. */
static void ignore_signals(void) {
        static const int left[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGCHLD };
        sigset_t none;

        for (int sig = 1; sig < SIGRTMAX; sig++)
                (void) signal(sig, SIG_IGN);
        for (size_t i = 0; i < ELEMENTSOF(left); i++)
                (void) signal(left[i], SIG_DFL);
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Standard error stays, to complain; everything but the channel goes. */
static int detach_files(int channel_fd) {
        _cleanup_(closep) int null = open("/dev/null", O_RDWR | O_CLOEXEC);

        if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
            dup2(channel_fd, CHANNEL_FD) < 0)
                return -errno;
        if (null == CHANNEL_FD)
                (void) TAKE_FD(null);
        return close_range(CHANNEL_FD + 1, ~0U, 0) < 0 || chdir("/") < 0 ? -errno : 0;
}

/* Others' variables may hold secrets, and /proc shows them as long as this process lives. */
static int drop_environment(void) {
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

/* What `systemctl status` shows of it. The arguments follow each other in memory, and the name is
 * shorter than the path that it stands for. */
static void rename_process(char **argv, const char *id) {
        char *start = argv[0], *end = start;

        STRV_FOREACH(word, argv)
                end = *word + strlen(*word);
        (void) memset(start, 0, (size_t) (end - start));
        (void) snprintf(start, (size_t) (end - start), BRIDGE_NAME "%c%s", 0, id);
        (void) prctl(PR_SET_NAME, BRIDGE_NAME);
}

/* Collects what the bridge needs of the plan, then lets go of all the rest. */
static int settle(Plan *p, char **argv, Bridge *b) {
        const char *given = getenv("RUNTIME_DIRECTORY");
        _cleanup_(freep) char *folder = NULL, *id = NULL;
        int r;

        if (given) {
                folder = strndup(given, strcspn(given, ":"));
                if (!folder)
                        return -ENOMEM;
        }
        id = strdup(argv[1]);
        if (!id)
                return -ENOMEM;
        r = plan_mask(p, &b->mask);
        if (r < 0)
                return r;
        b->debug = plan_debug(p);
        b->report = (Report){ .id = id, .mask = b->mask };
        rename_process(argv, TAKE_PTR(id));
        if (p->user_scope) {
                b->report.module = strdup(p->module.name);
                if (!b->report.module)
                        return -ENOMEM;
        }

        r = detach_files(b->channel.fd);
        if (r < 0)
                return r;
        b->channel.fd = CHANNEL_FD;
        r = monitor_init(&b->monitor, folder);
        if (r < 0)
                return r;
        plan_done(p);
        return drop_environment();
}

static _Noreturn void be_bridge(Plan *p, char **argv, Channel *channel) {
        Bridge b = { .channel = *channel };
        int r;

        ignore_signals();
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
