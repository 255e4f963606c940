/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/oneshot.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include "basic/error.h"
#include "basic/fs.h"
#include "basic/interrupt.h"
#include "basic/string-util.h"
#include "model/unit-spec.h"
#include "unit/bus.h"
#include "unit/cgroup.h"
#include "unit/job.h"
#include "unit/operation.h"
#include "unit/query.h"
#include "unit/state.h"
#include "unit/stop-signals.h"
#include "unit/transient.h"

#define REOPEN_TRIES 20  /* of 100 ms each, while systemd replaces itself */
#define EMPTY_TRIES  500 /* of 10 ms each, for processes to vanish that were sent SIGKILL */

/* A program on its way. */
typedef struct Run {
        sd_bus *bus;
        const UnitSpec *spec;
        sd_event *event;
        StopSignals signals;
        JobWaiter *waiter;
        Capture *output, *errors;
        bool stopping, interrupted;
} Run;

/* Takes the run off the event loop: what follows waits in its own way. */
static void run_detach(Run *run) {
        stop_signals_detach(&run->signals);
        (void) sd_bus_detach_event(run->bus);
        run->waiter = job_waiter_free(run->waiter);
        run->event = sd_event_unref(run->event);
}

static void run_done(Run *run) {
        (void) capture_free(run->output);
        (void) capture_free(run->errors);
        run_detach(run);
        /* last, since a second signal may be waiting to end us */
        stop_signals_done(&run->signals);
}

/* Without waiting: how it ends shows as ever. */
static void run_stop_soon(Run *run) {
        if (run->stopping)
                return;
        run->stopping = true;
        (void) sd_bus_call_method_async(run->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER,
                                        "StopUnit", NULL, NULL, "ss", run->spec->unit, "replace");
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Run *run = userdata;

        run->interrupted = true;
        interrupt_note((int) info->ssi_signo);
        run_stop_soon(run);
        return 0;
}

static int run_watch(Run *run, Error *e) {
        int r;

        r = job_waiter_new(run->bus, e, &run->waiter);
        if (r < 0)
                return r;
        r = sd_event_new(&run->event);
        if (r < 0)
                return r;

        r = stop_signals_catch(&run->signals, run->event, on_signal, run);
        if (r < 0)
                return r;
        return sd_bus_attach_event(run->bus, run->event, SD_EVENT_PRIORITY_NORMAL);
}

/* A file of its own, so that a program that does not read it holds nothing up. */
static int make_input(const OneshotIO *io, int *ret) {
        _cleanup_(closep) int fd = -EBADF;
        int r;

        if (!io->input) {
                *ret = UNIT_FD_NONE;
                return 0;
        }
        fd = memfd_create("input", MFD_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = write_all(fd, io->input, io->input_size);
        if (r < 0)
                return r;
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        *ret = TAKE_FD(fd);
        return 0;
}

/* Starts it with its ends of the pipes, of which no copy stays here. */
static int run_start(Run *run, const OneshotIO *io, Error *e) {
        _cleanup_(closep) int input = -EBADF, output = -EBADF, errors = -EBADF;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        UnitSpec spec = *run->spec; /* borrows everything */
        int r;

        r = make_input(io, &input);
        if (r < 0)
                return r;
        if (io->output_max > 0) {
                r = capture_new(run->event, NULL, NULL, io->output_max, &run->output, &output);
                if (r < 0)
                        return r;
        }
        if (io->on_line) {
                r = capture_new(run->event, io->on_line, io->userdata, 0, &run->errors, &errors);
                if (r < 0)
                        return r;
        }

        if (input >= 0)
                spec.stdin_fd = input;
        spec.stdout_fd = output;
        spec.stderr_fd = errors;
        r = transient_start(run->bus, &spec, e, &reply);
        return r < 0 ? r : job_waiter_add(run->waiter, reply, 0);
}

static int run_loop(Run *run, Error *e) {
        int r;

        while (!(job_waiter_done(run->waiter) && capture_ended(run->output) &&
                 capture_ended(run->errors))) {
                r = sd_event_run(run->event, UINT64_MAX);
                if (r < 0)
                        return r;
                if (capture_error(run->output) < 0 || capture_error(run->errors) < 0)
                        run_stop_soon(run);
                if (sd_bus_is_open(run->bus) <= 0)
                        return error_set(e, -ECONNRESET,
                                         "systemd closed the connection, as it does when it is "
                                         "updated: try again");
        }
        return 0;
}

/* How it ended; the unit is still there if not in order. */
static int run_judge(const Run *run, Error *e, int *ret_status) {
        _cleanup_(unit_state_done) UnitState state = {};
        const char *result = job_waiter_result(run->waiter, 0);
        int r;

        *ret_status = -1;
        if (run->interrupted)
                return error_set(e, -EINTR, "it was interrupted");
        if (capture_error(run->output) == -EFBIG)
                return error_set(e, -EFBIG, "it printed more than is allowed");
        if (capture_error(run->output) < 0 || capture_error(run->errors) < 0)
                return MIN2(capture_error(run->output), capture_error(run->errors));
        if (result && streq(result, "done")) {
                *ret_status = 0;
                return 0;
        }

        r = unit_query(run->bus, run->spec->unit, e, &state);
        if (r < 0)
                return r;
        if (r > 0 && state.exit_code == CLD_EXITED)
                *ret_status = state.exit_status;
        if (r > 0 && streq_ptr(state.result, "timeout"))
                return error_set(
                        e, -ETIMEDOUT, "it took longer than %llu s",
                        (unsigned long long) (run->spec->timeout_start_usec / USEC_PER_SEC));
        /* with cgroup v1 systemd does not see what for: it has no "oom-kill" there */
        if (r > 0 && streq_ptr(state.result, "signal") && state.exit_status == SIGKILL)
                return error_set(e, -ECHILD,
                                 "it was killed by SIGKILL, probably because it exceeded "
                                 "MemoryMax= or the machine's memory");
        r = r > 0 ? unit_state_to_error(&state, e) : 0;
        return r < 0 ? r : job_result_to_error(result ? result : "failed", e);
}

int oneshot_stop(sd_bus *bus, const char *slice, const char *unit, Error *e) {
        _cleanup_(freep) char *root = NULL, *group = NULL;
        int r;

        assert(slice);
        assert(unit);

        r = manager_control_group(bus, e, &root);
        if (r < 0)
                return r;
        r = strdupf(&group, "%s/%s/%s", root, slice, unit);
        if (r < 0)
                return r;

        r = unit_stop(bus, unit, e);
        if (r < 0)
                return r;
        for (int i = 0; !cgroup_is_empty(group); i++) {
                if (i == EMPTY_TRIES)
                        return error_set(e, -EBUSY, "processes of unit %s cannot be ended", unit);
                (void) usleep(10 * USEC_PER_MSEC);
        }
        return 0;
}

/* Stops the unit, over a connection of its own if the caller's is gone. */
static int stop_finally(const Run *run, Error *e) {
        ScopeKind scope = run->spec->sandbox == SANDBOX_USER ? SCOPE_USER : SCOPE_SYSTEM;
        _cleanup_(bus_closep) sd_bus *fresh = NULL;
        int r;

        if (sd_bus_is_open(run->bus) > 0)
                return oneshot_stop(run->bus, run->spec->slice, run->spec->unit, e);

        for (int i = 0; !fresh; i++) {
                error_clear(e);
                r = bus_open(scope, e, &fresh);
                if (r < 0 && i == REOPEN_TRIES)
                        return r;
                if (r < 0)
                        (void) usleep(100 * USEC_PER_MSEC);
        }
        return oneshot_stop(fresh, run->spec->slice, run->spec->unit, e);
}

static int run_through(Run *run, const OneshotIO *io, Error *e, int *ret_status) {
        int r;

        r = run_watch(run, e);
        if (r < 0)
                return r;
        r = interrupt_check(e); /* what comes from here on is seen by the loop */
        if (r < 0)
                return r;
        r = run_start(run, io, e);
        if (r < 0)
                return r;
        r = run_loop(run, e);
        if (r < 0)
                return r;
        return run_judge(run, e, ret_status);
}

static int run_to_end(Run *run, const OneshotIO *io, Error *e, OneshotResult *ret) {
        int r;

        r = run_through(run, io, e, &ret->status);
        if (run->output)
                ret->output = capture_take(run->output, &ret->output_size);
        run_detach(run);
        return r;
}

void oneshot_result_done(OneshotResult *result) {
        free(result->output);
        *result = (OneshotResult) {};
}

int oneshot_run(sd_bus *bus, const UnitSpec *spec, const OneshotIO *io, Error *e,
                OneshotResult *ret) {
        _cleanup_(run_done) Run run = { .bus = bus, .spec = spec };
        Error left = ERROR_NULL;
        int r, k;

        assert(bus);
        assert(spec);
        assert(io);
        assert(ret);

        *ret = (OneshotResult) { .status = -1 };

        /* a command that was killed may have left it */
        r = oneshot_stop(bus, spec->slice, spec->unit, e);
        if (r < 0)
                return r;

        r = run_to_end(&run, io, e, ret);
        k = stop_finally(&run, &left);
        if (k < 0) {
                /* worse than whatever became of the program */
                error_clear(e);
                r = error_copy(e, k, &left);
        }
        error_clear(&left);
        return r;
}
