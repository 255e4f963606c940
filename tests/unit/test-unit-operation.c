/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is asked of a manager, in which order, and what is made of its answers. */

#include "unit/operation.h"

#include <signal.h>

#include "basic/error.h"
#include "fake-manager.h"
#include "model/unit-spec.h"
#include "tap.h"
#include "unit/oneshot.h"
#include "unit/query.h"
#include "unit/stable.h"
#include "unit/state.h"
#include "unit/unit-outcome.h"

/* Ends the manager, which must have been asked this. */
static void end(FakeManager *f, const char *expected) {
        _cleanup_(freep) char *log = fake_manager_end(f);

        ok_str(log, expected);
}

static UnitSpec small_spec(void) {
        UnitSpec s = UNIT_SPEC_EMPTY;

        s.unit = (char *) "pm2@x.service";
        s.sandbox = SANDBOX_SYSTEM;
        return s;
}

#define START "StopUnit StartTransientUnit+PrivateIPC "

static void test_start(void) {
        static const struct {
                Script script;
                int r;
                const char *clause, *calls;
        } table[] = {
                { { .active = NULL }, 0, NULL, START },
                /* what is there is stopped and forgotten first */
                { { .answers = { { "StopUnit", .result = "done" } } },
                  0,
                  NULL,
                  "StopUnit ResetFailedUnit StartTransientUnit+PrivateIPC " },
                /* somebody was faster: once more */
                { { .answers = { { "StartTransientUnit", UNIT_EXISTS, "Unit exists." },
                                 { "StartTransientUnit", .result = "done" } } },
                  0,
                  NULL,
                  START START },
                { { .answers = { { "StartTransientUnit", UNIT_EXISTS, "Unit exists." },
                                 { "StartTransientUnit", UNIT_EXISTS, "Unit exists." },
                                 { "StartTransientUnit", UNIT_EXISTS, "Unit exists." } } },
                  -EEXIST,
                  "if it has a unit file",
                  START START START },
                { { .answers = { { "StartTransientUnit", SD_BUS_ERROR_PROPERTY_READ_ONLY,
                                   "Cannot set property User, or unknown property." } } },
                  -EROFS,
                  "Cannot set property User",
                  START },
                { { .answers = { { "StartTransientUnit", SD_BUS_ERROR_ACCESS_DENIED, "no" } } },
                  -EACCES,
                  "use sudo",
                  START },
                { { .answers = { { "StartTransientUnit", .result = "canceled" } } },
                  -ECANCELED,
                  "replaced by another one",
                  START },
                { { .answers = { { "StartTransientUnit", .result = "dependency" } } },
                  -EPIPE,
                  "depends on",
                  START },
                /* why it failed is asked of the unit */
                { { .answers = { { "StartTransientUnit", .result = "failed" } },
                    .active = "failed",
                    .sub = "failed",
                    .result = "exit-code",
                    .exit_code = CLD_EXITED,
                    .exit_status = 173 },
                  -ECHILD,
                  "interpreter",
                  START "ListUnitsByPatterns " },
                { { .answers = { { "StartTransientUnit", .result = "failed" } },
                    .active = "activating",
                    .sub = "auto-restart",
                    .result = "signal",
                    .exit_code = CLD_KILLED,
                    .exit_status = SIGSEGV },
                  -EAGAIN,
                  "SIGSEGV",
                  START "ListUnitsByPatterns " },
                { { .answers = { { "StartTransientUnit", .result = "failed" } },
                    .active = "failed",
                    .sub = "failed",
                    .result = "oom-kill" },
                  -ENOMEM,
                  "memory",
                  START "ListUnitsByPatterns " },
                { { .answers = { { "StartTransientUnit", .result = "timeout" } },
                    .active = "failed",
                    .sub = "failed",
                    .result = "timeout" },
                  -ETIMEDOUT,
                  "in time",
                  START "ListUnitsByPatterns " },
                /* a stop that does not come about leaves the rest */
                { { .answers = { { "StopUnit", SD_BUS_ERROR_ACCESS_DENIED, "no" } } },
                  -EACCES,
                  "use sudo",
                  "StopUnit " },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                FakeManager f = fake_manager_begin(&table[i].script);
                UnitSpec s = small_spec();
                Error e = ERROR_NULL;

                ok(unit_start(f.bus, &s, &e) == table[i].r);
                ok(!e.message == !table[i].clause);
                ok(!table[i].clause || (e.message && strstr(e.message, table[i].clause)));
                error_clear(&e);
                end(&f, table[i].calls);
        }
}

/* What is left out once stays left out: the warning is one, and so is the refused call. */
static void test_old_manager(void) {
        const Script script = {
                .answers = { { "StartTransientUnit", SD_BUS_ERROR_PROPERTY_READ_ONLY,
                               "Cannot set property PrivateIPC, or unknown property." } },
        };
        FakeManager f = fake_manager_begin(&script);
        UnitSpec s = small_spec();

        ok(unit_start(f.bus, &s, NULL) == 0);
        ok(unit_start(f.bus, &s, NULL) == 0);
        end(&f, START "StartTransientUnit StopUnit StartTransientUnit ");
}

static void test_start_many(void) {
        const Script script = {
                .answers = { { "StartTransientUnit", .result = "done" },
                             { "StartTransientUnit", SD_BUS_ERROR_INVALID_ARGS, "bad" },
                             { "StartTransientUnit", .result = "done" } },
        };
        FakeManager f = fake_manager_begin(&script);
        UnitSpec specs[] = { small_spec(), small_spec(), small_spec() };
        UnitOutcome *outcomes = NULL;

        ok(units_start(f.bus, specs, 3, NULL, &outcomes) == 0);
        ok(outcomes && outcomes[0].r == 0 && outcomes[1].r == -EINVAL && outcomes[2].r == 0);
        ok_str(outcomes[1].error.message, "bad");
        unit_outcomes_free(outcomes, 3);
        end(&f, "StopUnit StopUnit StopUnit StartTransientUnit+PrivateIPC "
                "StartTransientUnit+PrivateIPC StartTransientUnit+PrivateIPC ");
}

static void test_stop(void) {
        static const struct {
                Script script;
                int r;
                const char *calls;
        } table[] = {
                { { .active = NULL }, 0, "StopUnit " },
                { { .answers = { { "StopUnit", .result = "done" } } },
                  0,
                  "StopUnit ResetFailedUnit " },
                { { .answers = { { "StopUnit", .result = "canceled" } } },
                  -ECANCELED,
                  "StopUnit " },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                FakeManager f = fake_manager_begin(&table[i].script);

                ok(unit_stop(f.bus, "pm2@x.service", NULL) == table[i].r);
                end(&f, table[i].calls);
        }
}

static int restart_one(sd_bus *bus, const char *unit) {
        UnitOutcome *outcomes = NULL;
        int r;

        r = units_restart(bus, (char *[]) { (char *) unit, NULL }, /* e= */ NULL, &outcomes);
        if (r < 0)
                return r;
        r = outcomes[0].r;
        unit_outcomes_free(outcomes, 1);
        return r;
}

/* A failed unit must not be reset, or it is gone. */
static void test_restart(void) {
        static const struct {
                Script script;
                int r;
                const char *calls;
        } table[] = {
                { { .active = NULL }, -ENOENT, "ListUnitsByPatterns " },
                { { .active = "failed", .sub = "failed", .result = "exit-code" },
                  -ENOENT,
                  "ListUnitsByPatterns " },
                { { .answers = { { "RestartUnit", .result = "done" } },
                    .active = "active",
                    .sub = "running",
                    .result = "success" },
                  0,
                  "ListUnitsByPatterns ResetFailedUnit RestartUnit " },
                { { .answers = { { "RestartUnit", NOT_KNOWN } },
                    .active = "activating",
                    .sub = "auto-restart",
                    .result = "success" },
                  -ENOENT,
                  "ListUnitsByPatterns ResetFailedUnit RestartUnit " },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                FakeManager f = fake_manager_begin(&table[i].script);

                ok(restart_one(f.bus, "pm2@x.service") == table[i].r);
                end(&f, table[i].calls);
        }
}

static void test_disconnected(void) {
        const Script script = {};
        FakeManager f = fake_manager_begin(&script);
        UnitSpec s = small_spec();
        Error e = ERROR_NULL;

        (void) kill(f.pid, SIGKILL);
        ok(unit_start(f.bus, &s, &e) < 0);
        ok(e.message);
        error_clear(&e);
        ok(unit_wait_stable(f.bus, "pm2@x.service", 1, &e) < 0);
        error_clear(&e);
        end(&f, "");
}

/* The manager goes away while it is waited for. */
static void test_crash(void) {
        const Script script = { .answers = { { "StartTransientUnit", .result = "crash" } } };
        UnitSpec s = small_spec();
        OneshotIO io = {};
        OneshotResult result;
        Error e = ERROR_NULL;
        FakeManager f;

        /* nor is there another one to be found */
        (void) setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
        (void) setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", 1);

        f = fake_manager_begin(&script);
        ok(unit_start(f.bus, &s, &e) < 0);
        ok(e.message && strstr(e.message, "connection"));
        error_clear(&e);
        end(&f, START);

        f = fake_manager_begin(&script);
        s.slice = "app.slice";
        s.sandbox = SANDBOX_USER;
        ok(oneshot_run(f.bus, &s, &io, &e, &result) == -EHOSTDOWN);
        ok(e.message && strstr(e.message, "enable-linger"));
        error_clear(&e);
        oneshot_result_done(&result);
        end(&f, "StopUnit StartTransientUnit ");
}

static void test_oneshot(void) {
        static const struct {
                Script script;
                int r, status;
                const char *sentence;
        } table[] = {
                { { .active = NULL }, 0, 0 },
                { { .answers = { { "StartTransientUnit", .result = "failed" } },
                    .active = "failed",
                    .sub = "failed",
                    .result = "exit-code",
                    .exit_code = CLD_EXITED,
                    .exit_status = 9 },
                  -ECHILD,
                  9 },
                { { .answers = { { "StartTransientUnit", .result = "timeout" } },
                    .active = "failed",
                    .sub = "failed",
                    .result = "timeout" },
                  -ETIMEDOUT,
                  -1 },
                { { .answers = { { "StartTransientUnit", .result = "failed" } },
                    .active = "failed",
                    .sub = "failed",
                    .result = "oom-kill",
                    .exit_code = CLD_KILLED,
                    .exit_status = SIGTERM },
                  -ENOMEM,
                  -1,
                  "more memory than MemoryMax= allows" },
                { { .answers = { { "StartTransientUnit", .result = "failed" } },
                    .active = "failed",
                    .sub = "failed",
                    .result = "signal",
                    .exit_code = CLD_KILLED,
                    .exit_status = SIGKILL },
                  -ECHILD,
                  -1,
                  "exceeded MemoryMax= or the machine's memory" },
                { { .answers = { { "StartTransientUnit", .result = "failed" } },
                    .active = "failed",
                    .sub = "failed",
                    .result = "signal",
                    .exit_code = CLD_KILLED,
                    .exit_status = SIGSEGV },
                  -ECHILD,
                  -1,
                  "it was killed by SIGSEGV" },
                { { .answers = { { "StartTransientUnit", SD_BUS_ERROR_INVALID_ARGS, "bad" } } },
                  -EINVAL,
                  -1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                FakeManager f = fake_manager_begin(&table[i].script);
                OneshotIO io = { .output_max = 100 };
                OneshotResult result;
                UnitSpec s = small_spec();
                Error e = ERROR_NULL;

                s.slice = "system.slice";
                ok(oneshot_run(f.bus, &s, &io, &e, &result) == table[i].r);
                ok(result.status == table[i].status);
                ok(!e.message == (table[i].r == 0));
                ok(!table[i].sentence || strstr(e.message, table[i].sentence));
                error_clear(&e);
                oneshot_result_done(&result);
                end(&f, table[i].r == -EINVAL || table[i].r == 0 ? START "StopUnit "
                                                                 : START
                                "ListUnitsByPatterns StopUnit ");
        }
}

/* The reason that is told of a unit that failed. */
static void test_reasons(void) {
        static const struct {
                const char *result;
                int code, status;
                unsigned n_restarts;
                const char *text;
        } table[] = {
                { "exit-code", CLD_EXITED, 3, 16, "it exited with status 3" },
                { "signal", CLD_KILLED, SIGSEGV, 16, "it was killed by SIGSEGV" },
                { "start-limit-hit", CLD_EXITED, 0, 16,
                  "it exited with status 0; it was started 16 times in too short a time" },
                { "start-limit-hit", CLD_KILLED, SIGTERM, 2,
                  "it was killed by SIGTERM; it was started 2 times in too short a time" },
                { "start-limit-hit", CLD_EXITED, 0, 0,
                  "it was started too often in too short a time" },
                { "start-limit-hit", 0, 0, 3, "it was started too often in too short a time" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                const UnitState s = { .active = (char *) "failed",
                                      .sub = (char *) "failed",
                                      .result = (char *) table[i].result,
                                      .exit_code = table[i].code,
                                      .exit_status = table[i].status,
                                      .n_restarts = table[i].n_restarts };

                ok(unit_state_to_error(&s, &e) == -ECHILD);
                ok_str(error_text(&e, -ECHILD), table[i].text);
        }
}

/* sd-bus puts the errno's text into the error of a call that never came back. */
static void test_interrupted(void) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r = sd_bus_error_set_errno(&error, EINTR);

        ok(r == -EINTR && error.message);
        ok(manager_error(&error, r, &e) == -EINTR);
        ok_str(error_text(&e, 0), "it was interrupted");
}

int main(void) {
        test_reasons();
        test_interrupted();
        test_start();
        test_start_many();
        test_stop();
        test_restart();
        test_disconnected();
        test_crash();
        test_oneshot();
        test_old_manager(); /* last: this process leaves the property out from then on */
        return tap_done();
}
