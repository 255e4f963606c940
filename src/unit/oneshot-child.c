/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a oneshot unit does, done by a child: for users without a manager of their own. It keeps
 * nothing apart but what the child's environment would tell. */

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "basic/child-process.h"
#include "basic/interrupt.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "unit/oneshot.h"

typedef struct Child {
        const UnitSpec *spec;
        sd_event *event;
        pid_t pid;
        Capture *output, *errors;
        sigset_t mask; /* the caller's */
        bool masked, ended, interrupted, timed_out;
        siginfo_t status;
} Child;

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };

static void child_done(Child *c) {
        if (c->pid > 0 && !c->ended) {
                (void) kill(-c->pid, SIGKILL);
                (void) waitpid(c->pid, NULL, 0);
        }
        (void) capture_free(c->output);
        (void) capture_free(c->errors);
        c->event = sd_event_unref(c->event);
        if (c->masked)
                (void) sigprocmask(SIG_SETMASK, &c->mask, NULL);
}

/* -- stopping ------------------------------------------------------------------------- */

static int on_too_slow(sd_event_source *source, uint64_t usec, void *userdata) {
        Child *c = userdata;

        (void) kill(-c->pid, SIGKILL);
        return 0;
}

static void stop(Child *c) {
        if (c->ended || kill(-c->pid, c->spec->kill_signal) < 0)
                return;
        (void) sd_event_add_time_relative(c->event, NULL, CLOCK_MONOTONIC,
                                          c->spec->timeout_stop_usec, 0, on_too_slow, c);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Child *c = userdata;

        c->interrupted = true;
        interrupt_note((int) info->ssi_signo);
        stop(c);
        return 0;
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        Child *c = userdata;

        c->timed_out = true;
        stop(c);
        return 0;
}

/* What it left behind goes too, or the pipes would stay open. */
static int on_end(sd_event_source *source, const siginfo_t *info, void *userdata) {
        Child *c = userdata;

        c->ended = true;
        c->status = *info;
        (void) kill(-c->pid, SIGKILL);
        return 0;
}

/* -- starting ------------------------------------------------------------------------- */

/* The caller's environment may hold what is none of the program's business, such as tokens. */
static int make_environment(const UnitSpec *spec, char ***ret) {
        static const char *const kept[] = { "PATH",           "HOME",        "USER",
                                            "LOGNAME",        "SHELL",       "LANG",
                                            "LC_ALL",         "TMPDIR",      "TZ",
                                            "http_proxy",     "https_proxy", "no_proxy",
                                            "XDG_RUNTIME_DIR" };
        _cleanup_(strv_freep) char **env = NULL;
        _cleanup_(freep) char *folder = NULL;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(kept); i++)
                r = strv_env_set(&env, kept[i], getenv(kept[i]));
        STRV_FOREACH(variable, spec->environment)
                if (r >= 0)
                        r = strv_extend(&env, *variable);
        if (r >= 0 && spec->credentials.n > 0) {
                const UnitCredential *first = spec->credentials.items;

                /* there is no manager to copy it, so it has to be called as the program wants it */
                assert(spec->credentials.n == 1 && streq(path_basename(first->path), first->id));
                folder = strndup(first->path,
                                 (size_t) (path_basename(first->path) - 1 - first->path));
                r = folder ? strv_env_set(&env, "CREDENTIALS_DIRECTORY", folder) : -ENOMEM;
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(env);
        return 0;
}

/* A signal to stop that came since the fork is to end the child, not to be noted by the parent's
 * handler and forgotten by execve(). What is ignored stays so. */
static void reset_stop_signals(void) {
        for (size_t i = 0; i < ELEMENTSOF(stop_signals); i++)
                if (signal(stop_signals[i], SIG_DFL) == SIG_IGN)
                        (void) signal(stop_signals[i], SIG_IGN);
}

/* In the child; only returns if that fails. */
static void become(const Child *c, char *const *env, int input, int output, int errors) {
        const int fds[] = { input, output, errors };
        sigset_t none;

        (void) setpgid(0, 0);
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        for (int i = 0; i < (int) ELEMENTSOF(fds); i++)
                if (fds[i] >= 0 && dup2(fds[i], i) < 0)
                        return;
        if (c->spec->working_directory && chdir(c->spec->working_directory) < 0)
                return;
        (void) signal(SIGPIPE, SIG_DFL);
        reset_stop_signals();
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        (void) execve(c->spec->argv[0], c->spec->argv, env);
}

static int start(Child *c, const OneshotIO *io, Error *e) {
        _cleanup_(closep) int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC), output = -EBADF,
                              errors = -EBADF;
        _cleanup_(strv_freep) char **env = NULL;
        int r = null_fd < 0 ? -errno : 0;

        if (r >= 0)
                r = make_environment(c->spec, &env);
        if (r >= 0 && io->output_max > 0)
                r = capture_new(c->event, NULL, NULL, io->output_max, &c->output, &output);
        if (r >= 0 && io->on_line)
                r = capture_new(c->event, io->on_line, io->userdata, 0, &c->errors, &errors);
        if (r < 0)
                return r;

        process_adopt_strays();
        (void) fflush(NULL);
        c->pid = fork();
        if (c->pid < 0)
                return error_set(e, -errno, "cannot start a process: %s", strerror(errno));
        if (c->pid == 0) {
                become(c, env, c->spec->stdin_fd >= 0 ? c->spec->stdin_fd : null_fd,
                       output >= 0 ? output : null_fd, errors >= 0 ? errors : null_fd);
                _exit(127);
        }
        (void) setpgid(c->pid, c->pid); /* whoever comes first: stop() counts on it */
        r = sd_event_add_child(c->event, NULL, c->pid, WEXITED, on_end, c);
        if (r >= 0)
                r = sd_event_add_time_relative(c->event, NULL, CLOCK_MONOTONIC,
                                               c->spec->timeout_start_usec, 0, on_timeout, c);
        return r;
}

static int watch(Child *c) {
        sigset_t block;
        int r;

        r = sd_event_new(&c->event);
        if (r < 0)
                return r;
        (void) sigemptyset(&block);
        (void) sigaddset(&block, SIGCHLD);
        for (size_t i = 0; i < ELEMENTSOF(stop_signals); i++)
                (void) sigaddset(&block, stop_signals[i]);
        c->masked = sigprocmask(SIG_BLOCK, &block, &c->mask) >= 0;
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(stop_signals); i++)
                r = sd_event_add_signal(c->event, NULL, stop_signals[i], on_signal, c);
        return r;
}

static int judge(const Child *c, Error *e, int *ret_status) {
        int worst = MIN2(capture_error(c->output), capture_error(c->errors));

        if (c->interrupted)
                return error_set(e, -EINTR, "it was interrupted");
        if (c->timed_out)
                return error_set(e, -ETIMEDOUT, "it took longer than %llu s",
                                 (unsigned long long) (c->spec->timeout_start_usec / USEC_PER_SEC));
        if (worst == -EFBIG)
                return error_set(e, worst, "it printed more than it may");
        if (worst < 0)
                return worst;
        if (c->status.si_code != CLD_EXITED)
                return error_set(e, -ECHILD, "it was ended by signal %d", c->status.si_status);
        *ret_status = c->status.si_status;
        if (c->status.si_status == 127)
                return error_set(e, -ECHILD, "cannot run %s", c->spec->argv[0]);
        return c->status.si_status == 0
                       ? 0
                       : error_set(e, -ECHILD, "it exited with status %d", c->status.si_status);
}

int oneshot_run_child(const UnitSpec *spec, const OneshotIO *io, Error *e, OneshotResult *ret) {
        _cleanup_(child_done) Child c = { .spec = spec };
        int r;

        assert(!io->input);

        *ret = (OneshotResult) { .status = -1 };
        r = watch(&c);
        if (r >= 0)
                r = interrupt_check(e); /* what comes from here on is seen by the loop */
        if (r >= 0)
                r = start(&c, io, e);
        if (r < 0)
                return r;
        while (r >= 0 && !(c.ended && capture_ended(c.output) && capture_ended(c.errors))) {
                r = sd_event_run(c.event, UINT64_MAX);
                if (capture_error(c.output) < 0 || capture_error(c.errors) < 0)
                        stop(&c);
                if (c.ended)
                        process_end_strays();
        }
        if (r >= 0)
                r = judge(&c, e, &ret->status);
        if (c.output)
                ret->output = capture_take(c.output, &ret->output_size);
        return r;
}
