/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake-manager.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/string-util.h"

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

/* Whether the property that a unit can do without was sent. */
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

static sd_bus *connect_over(int fd) {
        sd_bus *bus = NULL;

        if (sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 || sd_bus_start(bus) < 0) {
                puts("Bail out! no connection over a socketpair");
                exit(1);
        }
        return bus;
}

FakeManager fake_manager_begin(const Script *script) {
        FakeManager f = { .log = tmpfile() };
        int fds[2];

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
        f.bus = connect_over(fds[1]);
        return f;
}

char *fake_manager_end(FakeManager *f) {
        char *log = NULL, *p;

        bus_close(f->bus);
        (void) kill(f->pid, SIGTERM);
        (void) waitpid(f->pid, NULL, 0);
        (void) lseek(fileno(f->log), 0, SEEK_SET);
        if (read_fd(fileno(f->log), 65536, &log, NULL) < 0)
                return NULL;
        (void) fclose(f->log);
        while ((p = strstr(log, "Subscribe ")))
                memmove(p, p + strlen("Subscribe "), strlen(p + strlen("Subscribe ")) + 1);
        return log;
}

sd_bus *fake_bus(void) {
        sd_bus *bus;
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
                puts("Bail out! no socketpair");
                exit(1);
        }
        bus = connect_over(fds[0]);
        (void) close(fds[1]);
        return bus;
}
