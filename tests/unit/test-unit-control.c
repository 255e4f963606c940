/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is asked of a manager, in which order, and what is made of its answers; the manager is a
 * child process at the other end of a socketpair, which answers from a script. */

#include "unit/control.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "tap.h"
#include "unit/bus.h"
#include "unit/oneshot.h"
#include "unit/query.h"
#include "unit/stable.h"

/* One answer to a call. The scripted ones come first, once each, for their method; else what a
 * manager does that knows no unit. */
typedef struct Answer {
        const char *method;
        const char *error, *message; /* an error, or … */
        const char *result; /* … the end of the job, sent before the reply to it; "crash":
                               of the manager, after it */
} Answer;

#define NOT_KNOWN UNIT_NOT_KNOWN, "Unit pm2@x.service not loaded."

/* With it: what the unit is; it is not there if `active` is NULL. */
typedef struct Script {
        Answer answers[12];
        const char *active, *sub, *result;
        int exit_code, exit_status;
} Script;

typedef struct Manager {
        sd_bus *bus;
        Script script;
        bool used[12];
        unsigned job;
        FILE *log;
} Manager;

static const Answer *next_answer(Manager *m, const char *method) {
        for (size_t i = 0; i < ELEMENTSOF(m->script.answers); i++)
                if (m->script.answers[i].method && !m->used[i] &&
                    streq(m->script.answers[i].method, method)) {
                        m->used[i] = true;
                        return m->script.answers + i;
                }
        return NULL;
}

static int answer_job(Manager *m, sd_bus_message *call, const char *result) {
        char path[64];
        int r;

        (void) snprintf(path, sizeof(path), "/org/freedesktop/systemd1/job/%u", ++m->job);
        if (streq(result, "crash")) {
                (void) sd_bus_reply_method_return(call, "o", path);
                (void) sd_bus_flush(m->bus);
                _exit(0);
        }
        r = sd_bus_emit_signal(m->bus, SYSTEMD_PATH, MANAGER, "JobRemoved", "uoss", m->job, path,
                               "pm2@x.service", result);
        return r < 0 ? r : sd_bus_reply_method_return(call, "o", path);
}

static int answer_list(Manager *m, sd_bus_message *call) {
        if (!m->script.active)
                return sd_bus_reply_method_return(call, "a(ssssssouso)", 0);
        return sd_bus_reply_method_return(call, "a(ssssssouso)", 1, "pm2@x.service", "x", "loaded",
                                          m->script.active, m->script.sub, "", "/unit/x", 0, "",
                                          "/");
}

static int answer_property(Manager *m, sd_bus_message *call) {
        const char *interface, *name;
        int r;

        r = sd_bus_message_read(call, "ss", &interface, &name);
        if (r < 0)
                return r;
        if (streq(name, "Result"))
                return sd_bus_reply_method_return(call, "v", "s", m->script.result);
        if (streq(name, "ExecMainCode"))
                return sd_bus_reply_method_return(call, "v", "i", m->script.exit_code);
        if (streq(name, "ExecMainStatus"))
                return sd_bus_reply_method_return(call, "v", "i", m->script.exit_status);
        if (streq(name, "ControlGroup"))
                return sd_bus_reply_method_return(call, "v", "s", "/no/such/group");
        return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_PROPERTY, "Unknown property");
}

/* The properties of a StartTransientUnit in the log, as names alone. */
static void log_properties(Manager *m, sd_bus_message *call) {
        const char *unit, *mode, *name;

        (void) sd_bus_message_read(call, "ss", &unit, &mode);
        (void) sd_bus_message_enter_container(call, 'a', "(sv)");
        while (sd_bus_message_enter_container(call, 'r', "sv") > 0) {
                (void) sd_bus_message_read(call, "s", &name);
                if (streq(name, "PrivateIPC"))
                        (void) fputs("+PrivateIPC", m->log);
                (void) sd_bus_message_skip(call, "v");
                (void) sd_bus_message_exit_container(call);
        }
}

static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Manager *m = userdata;
        const char *method = sd_bus_message_get_member(call);
        const Answer *answer;

        if (!sd_bus_message_is_method_call(call, NULL, NULL))
                return 0;
        if (streq(method, "Get"))
                return answer_property(m, call) < 0 ? -EIO : 1;

        (void) fputs(method, m->log);
        if (streq(method, "StartTransientUnit"))
                log_properties(m, call);
        (void) fputc(' ', m->log);
        (void) fflush(m->log);

        answer = next_answer(m, method);
        if (answer && answer->error)
                return sd_bus_reply_method_errorf(call, answer->error, "%s", answer->message);
        if (answer && answer->result)
                return answer_job(m, call, answer->result) < 0 ? -EIO : 1;
        if (streq(method, "ListUnitsByPatterns"))
                return answer_list(m, call) < 0 ? -EIO : 1;
        if (streq(method, "Subscribe") || (streq(method, "ResetFailedUnit") && m->script.active))
                return sd_bus_reply_method_return(call, NULL);
        if (streq(method, "StartTransientUnit"))
                return answer_job(m, call, "done");
        return sd_bus_reply_method_errorf(call, UNIT_NOT_KNOWN, "Unit not loaded.");
}

static void serve(int fd, const Script *script, FILE *log) {
        Manager m = { .script = *script, .log = log };
        sd_id128_t id;
        int r;

        r = sd_bus_new(&m.bus);
        if (r >= 0)
                r = sd_bus_set_fd(m.bus, fd, fd);
        if (r >= 0)
                r = sd_id128_randomize(&id);
        if (r >= 0)
                r = sd_bus_set_server(m.bus, true, id);
        if (r >= 0)
                r = sd_bus_set_anonymous(m.bus, true);
        if (r >= 0)
                r = sd_bus_set_sender(m.bus, SYSTEMD_NAME);
        if (r >= 0)
                r = sd_bus_add_filter(m.bus, NULL, on_call, &m);
        if (r >= 0)
                r = sd_bus_start(m.bus);
        while (r >= 0) {
                r = sd_bus_process(m.bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(m.bus, UINT64_MAX);
        }
        _exit(0);
}

/* A manager and the connection to it. */
typedef struct Fixture {
        sd_bus *bus;
        FILE *log;
        pid_t pid;
} Fixture;

static Fixture begin(const Script *script) {
        Fixture f = { .log = tmpfile() };
        int fds[2], r;

        if (!f.log || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0 ||
            (f.pid = fork()) < 0) {
                puts("Bail out! no manager");
                exit(1);
        }
        if (f.pid == 0) {
                (void) close(fds[1]);
                serve(fds[0], script, f.log);
        }
        (void) close(fds[0]);
        r = sd_bus_new(&f.bus);
        if (r >= 0)
                r = sd_bus_set_fd(f.bus, fds[1], fds[1]);
        if (r >= 0)
                r = sd_bus_start(f.bus);
        ok(r >= 0);
        return f;
}

/* Ends it and checks what it was asked: " " after each method, "Subscribe" left out. */
static void end(Fixture *f, const char *expected) {
        _cleanup_(freep) char *log = NULL;
        char *t, *p;

        bus_close(f->bus);
        (void) kill(f->pid, SIGTERM);
        (void) waitpid(f->pid, NULL, 0);
        (void) lseek(fileno(f->log), 0, SEEK_SET);
        ok(read_fd(fileno(f->log), 65536, &log, NULL) == 0);
        while ((p = strstr(log, "Subscribe "))) {
                t = p + strlen("Subscribe ");
                memmove(p, t, strlen(t) + 1);
        }
        ok_str(log, expected);
        (void) fclose(f->log);
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
                  "if it has a file",
                  START START START },
                { { .answers = { { "StartTransientUnit", SD_BUS_ERROR_PROPERTY_READ_ONLY,
                                   "Cannot set property User, or unknown property." } } },
                  -EROFS,
                  "Cannot set property User",
                  START },
                { { .answers = { { "StartTransientUnit", SD_BUS_ERROR_ACCESS_DENIED, "no" } } },
                  -EACCES,
                  "only root",
                  START },
                { { .answers = { { "StartTransientUnit", .result = "canceled" } } },
                  -ECANCELED,
                  "another command",
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
                  "only root",
                  "StopUnit " },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Fixture f = begin(&table[i].script);
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
        Fixture f = begin(&script);
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
        Fixture f = begin(&script);
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
                Fixture f = begin(&table[i].script);

                ok(unit_stop(f.bus, "pm2@x.service", NULL) == table[i].r);
                end(&f, table[i].calls);
        }
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
                Fixture f = begin(&table[i].script);

                ok(unit_restart(f.bus, "pm2@x.service", NULL) == table[i].r);
                end(&f, table[i].calls);
        }
}

static void test_disconnected(void) {
        const Script script = {};
        Fixture f = begin(&script);
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
        Fixture f;

        /* nor is there another one to be found */
        (void) setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
        (void) setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", 1);

        f = begin(&script);
        ok(unit_start(f.bus, &s, &e) < 0);
        ok(e.message && strstr(e.message, "connection"));
        error_clear(&e);
        end(&f, START);

        f = begin(&script);
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
                { { .answers = { { "StartTransientUnit", SD_BUS_ERROR_INVALID_ARGS, "bad" } } },
                  -EINVAL,
                  -1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Fixture f = begin(&table[i].script);
                OneshotIO io = { .output_max = 100 };
                OneshotResult result;
                UnitSpec s = small_spec();
                Error e = ERROR_NULL;

                s.slice = "system.slice";
                ok(oneshot_run(f.bus, &s, &io, &e, &result) == table[i].r);
                ok(result.status == table[i].status);
                ok(!e.message == (table[i].r == 0));
                error_clear(&e);
                oneshot_result_done(&result);
                end(&f, table[i].r == -EINVAL || table[i].r == 0 ? START "StopUnit "
                                                                 : START
                                "ListUnitsByPatterns StopUnit ");
        }
}

int main(void) {
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
