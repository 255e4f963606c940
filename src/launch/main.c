/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pm2-launch: what systemd starts for a module. Turns the module's settings into its environment,
 * opens its channel to PM2, leaves the bridge behind and becomes the module's interpreter, so that
 * the unit's main process is the module itself. */

#include <signal.h>

#include <fcntl.h>

#include "axm/channel.h"
#include "basic/env.h"
#include "basic/error.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "launch/bridge.h"
#include "launch/lifecycle.h"
#include "launch/notify.h"
#include "launch/plan-environment.h"
#include "launch/plan.h"
#include "launch/program.h"
#include "model/exit-status.h"
#include "model/name.h"

/* A restart that follows an exit must find nothing of ours changed. */
static void reset_signals(void) {
        sigset_t none;

        for (int sig = 1; sig < SIGRTMAX; sig++)
                (void) signal(sig, SIG_DFL);
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The module gets standard input, output, error and the channel. What else there is, the manager's
 * socket among it, stays until it is executed. */
static int hand_over_files(int module_fd) {
        if (module_fd == CHANNEL_FD) {
                if (fcntl(module_fd, F_SETFD, 0) < 0)
                        return -errno;
        } else if (dup2(module_fd, CHANNEL_FD) < 0)
                return -errno;
        return close_range(CHANNEL_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0 ? -errno : 0;
}

static int open_channel(Plan *p, char **argv) {
        _cleanup_(channel_done) Channel channel = CHANNEL_EMPTY;
        _cleanup_(closep) int module_fd = -EBADF;
        int r;

        lifecycle_block_signal();
        r = channel_open(&channel, &module_fd);
        if (r < 0)
                return r;
        r = bridge_start(p, argv, &channel);
        if (r < 0)
                return r;
        r = hand_over_files(module_fd);
        if (r < 0)
                return r;
        if (module_fd == CHANNEL_FD)
                (void) TAKE_FD(module_fd);
        return 0;
}

/* Unless the module says itself when it is ready, this is it. Not by the bridge: a module that ends
 * at once would be gone before the bridge's word arrived, and the manager would call that a
 * protocol error. All that can fail from here on is execve() itself, with a program that was found
 * executable. */
static int become_module(Plan *p, Error *e) {
        if (!p->app->wait_ready)
                (void) notify_send("READY=1");
        reset_signals();
        (void) execve(p->program, p->argv, p->env);
        return error_set(e, -errno, "cannot execute %s: %s", p->program, strerror(errno));
}

static int open_notify(Error *e) {
        int r;

        r = notify_open();
        if (r < 0)
                return error_set(e, r,
                                 "cannot reach systemd's notify socket (%s); a drop-in that resets "
                                 "ExecStartPre= has to reset InaccessiblePaths= too",
                                 strerror(-r));
        return 0;
}

/* Run by units/system/10-notify.conf before each start, as root and outside of the sandbox. */
static int keep_notify(void) {
        int r;

        r = notify_keep();
        if (r < 0)
                return log_error_errno(r, "Failed to connect to systemd's notify socket: %m"),
                       EXIT_STATUS_CHANNEL;
        return EXIT_SUCCESS;
}

/* Becomes the module, or returns the exit status that says which part failed. */
static int launch_module(char **argv, Plan *p, Error *e) {
        int r;

        if (plan_module(p, argv[1], e) < 0)
                return EXIT_STATUS_PACKAGE;
        if (plan_folder(p, e) < 0)
                return p->module.link ? EXIT_STATUS_FOLDER : EXIT_STATUS_PACKAGE;
        if (plan_app(p, argv + 1, e) < 0 || program_find_script(p, e) < 0)
                return EXIT_STATUS_PACKAGE;
        if (plan_settings(p, e) < 0 || plan_environment(p, e) < 0)
                return EXIT_STATUS_SETTINGS;
        if (program_build(p, e) < 0)
                return EXIT_STATUS_INTERPRETER;
        if (open_notify(e) < 0)
                return EXIT_STATUS_CHANNEL;
        r = open_channel(p, argv);
        if (r < 0)
                return error_set(e, r, "cannot open its channel: %s", strerror(-r)),
                       EXIT_STATUS_CHANNEL;
        (void) become_module(p, e);
        return EXIT_STATUS_INTERPRETER;
}

int main(int argc, char **argv) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(plan_done) Plan p = PLAN_EMPTY;
        _cleanup_(freep) char *name = NULL;
        int status;

        log_setup("pm2-launch");
        env_protect(/* not_for_root= */ NULL);
        if (argc < 2 || argc > 4) {
                log_error("Usage: pm2-launch MODULE-ID [APP [INSTANCE]]; called by units of "
                          "modules.");
                return EXIT_STATUS_USAGE;
        }

        if (streq(argv[1], NOTIFY_OPTION))
                return keep_notify();
        status = launch_module(argv, &p, &e);
        (void) module_name_from_id(argv[1], &name);
        log_error("Failed to start module '%s': %s", name ? name : argv[1],
                  error_text(&e, -ENOMEM));
        return status;
}
