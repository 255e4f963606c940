/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/oneshot-child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "basic/child-process.h"
#include "basic/error.h"
#include "basic/interrupt.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/unit-spec.h"
#include "unit/oneshot.h"
#include "unit/stop-signals.h"

typedef struct Child {
        const UnitSpec *spec;
        sd_event *event;
        StopSignals signals;
        pid_t pid;
        Capture *output, *errors;
        bool ended, interrupted, timed_out;
        siginfo_t status;
} Child;

static void child_done(Child *c) {
        if (c->pid > 0 && !c->ended) {
                (void) kill(-c->pid, SIGKILL);
                (void) waitpid(c->pid, NULL, 0);
        }
        (void) capture_free(c->output);
        (void) capture_free(c->errors);
        c->event = sd_event_unref(c->event);
        stop_signals_done(&c->signals);
}

/* -- stopping ------------------------------------------------------------------------- */

static int on_too_slow(sd_event_source *source, uint64_t usec, void *userdata) {
        Child *c = userdata;

        (void) kill(-c->pid, SIGKILL);
        return 0;
}

static void child_stop(Child *c) {
        if (c->ended || kill(-c->pid, c->spec->kill_signal) < 0)
                return;
        (void) sd_event_add_time_relative(c->event, NULL, CLOCK_MONOTONIC,
                                          c->spec->timeout_stop_usec, 0, on_too_slow, c);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Child *c = userdata;

        c->interrupted = true;
        interrupt_note((int) info->ssi_signo);
        child_stop(c);
        return 0;
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        Child *c = userdata;

        c->timed_out = true;
        child_stop(c);
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

/* There is no manager to copy the credential, so its file has to be called as the program wants
 * it. */
static int add_credentials(char ***env, const UnitCredentials *credentials) {
        const UnitCredential *first = credentials->items;
        _cleanup_(freep) char *folder = NULL;

        if (credentials->n == 0)
                return 0;
        assert(credentials->n == 1 && streq(path_basename(first->path), first->id));
        folder = strndup(first->path, (size_t) (path_basename(first->path) - 1 - first->path));
        return folder ? strv_env_set(env, "CREDENTIALS_DIRECTORY", folder) : -ENOMEM;
}

/* The caller's environment may hold what is none of the program's business, such as tokens. */
static int make_environment(const UnitSpec *spec, char ***ret) {
        static const char *const kept[] = { "PATH",           "HOME",        "USER",
                                            "LOGNAME",        "SHELL",       "LANG",
                                            "LC_ALL",         "TMPDIR",      "TZ",
                                            "http_proxy",     "https_proxy", "no_proxy",
                                            "XDG_RUNTIME_DIR" };
        _cleanup_(strv_freep) char **env = NULL;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(kept); i++) {
                r = strv_env_set(&env, kept[i], getenv(kept[i]));
                if (r < 0)
                        return r;
        }
        STRV_FOREACH(variable, spec->environment) {
                r = strv_extend(&env, *variable);
                if (r < 0)
                        return r;
        }
        r = add_credentials(&env, &spec->credentials);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(env);
        return 0;
}

/* In the child; only returns if that fails. */
static void become_program(const Child *c, char *const *env, int input, int output, int errors) {
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
        stop_signals_reset();
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        (void) execve(c->spec->argv[0], c->spec->argv, env);
}

static int child_fork(Child *c, char *const *env, int output, int errors, Error *e) {
        _cleanup_(closep) int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

        if (null_fd < 0)
                return -errno;
        process_adopt_strays();
        (void) fflush(NULL);
        c->pid = fork();
        if (c->pid < 0)
                return error_set(e, -errno, "cannot start a process: %s", strerror(errno));
        if (c->pid == 0) {
                become_program(c, env, c->spec->stdin_fd >= 0 ? c->spec->stdin_fd : null_fd,
                               output >= 0 ? output : null_fd, errors >= 0 ? errors : null_fd);
                _exit(127);
        }
        /* in both processes: child_stop() counts on it */
        (void) setpgid(c->pid, c->pid);
        return 0;
}

static int child_start(Child *c, const OneshotIO *io, Error *e) {
        _cleanup_(closep) int output = -EBADF, errors = -EBADF;
        _cleanup_(strv_freep) char **env = NULL;
        int r;

        r = make_environment(c->spec, &env);
        if (r < 0)
                return r;
        if (io->output_max > 0) {
                r = capture_new(c->event, NULL, NULL, io->output_max, &c->output, &output);
                if (r < 0)
                        return r;
        }
        if (io->on_line) {
                r = capture_new(c->event, io->on_line, io->userdata, 0, &c->errors, &errors);
                if (r < 0)
                        return r;
        }
        r = child_fork(c, env, output, errors, e);
        if (r < 0)
                return r;
        r = sd_event_add_child(c->event, NULL, c->pid, WEXITED, on_end, c);
        if (r < 0)
                return r;
        return sd_event_add_time_relative(c->event, NULL, CLOCK_MONOTONIC,
                                          c->spec->timeout_start_usec, 0, on_timeout, c);
}

/* -- running -------------------------------------------------------------------------- */

static int child_loop(Child *c) {
        int r;

        while (!(c->ended && capture_ended(c->output) && capture_ended(c->errors))) {
                r = sd_event_run(c->event, UINT64_MAX);
                if (r < 0)
                        return r;
                if (capture_error(c->output) < 0 || capture_error(c->errors) < 0)
                        child_stop(c);
                if (c->ended)
                        process_end_strays();
        }
        return 0;
}

static int child_judge(const Child *c, Error *e, int *ret_status) {
        int worst = MIN2(capture_error(c->output), capture_error(c->errors));

        if (c->interrupted)
                return error_set(e, -EINTR, "it was interrupted");
        if (c->timed_out)
                return error_set(e, -ETIMEDOUT, "it took longer than %llu s",
                                 (unsigned long long) (c->spec->timeout_start_usec / USEC_PER_SEC));
        if (worst == -EFBIG)
                return error_set(e, worst, "it printed more than is allowed");
        if (worst < 0)
                return worst;
        if (c->status.si_code != CLD_EXITED)
                return error_set(e, -ECHILD, "it was ended by signal %d", c->status.si_status);
        *ret_status = c->status.si_status;
        if (c->status.si_status == 127)
                return error_set(e, -ECHILD, "cannot run %s", c->spec->argv[0]);
        if (c->status.si_status != 0)
                return error_set(e, -ECHILD, "it exited with status %d", c->status.si_status);
        return 0;
}

static int child_run(Child *c, const OneshotIO *io, Error *e, int *ret_status) {
        int r;

        r = sd_event_new(&c->event);
        if (r < 0)
                return r;
        r = stop_signals_catch(&c->signals, c->event, on_signal, c);
        if (r < 0)
                return r;
        r = interrupt_check(e); /* what comes from here on is seen by the loop */
        if (r < 0)
                return r;
        r = child_start(c, io, e);
        if (r < 0)
                return r;
        r = child_loop(c);
        if (r < 0)
                return r;
        return child_judge(c, e, ret_status);
}

int oneshot_run_child(const UnitSpec *spec, const OneshotIO *io, Error *e, OneshotResult *ret) {
        _cleanup_(child_done) Child c = { .spec = spec };
        int r;

        assert(spec);
        assert(io);
        assert(!io->input);
        assert(ret);

        *ret = (OneshotResult) { .status = -1 };
        r = child_run(&c, io, e, &ret->status);
        if (c.output)
                ret->output = capture_take(c.output, &ret->output_size);
        return r;
}
