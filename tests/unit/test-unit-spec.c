/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/package.h"
#include "model/unit-spec-module.h"
#include "model/unit-spec-oneshot.h"

#include <signal.h>

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "model/unit-spec.h"
#include "tap.h"

static const char plain[] = "{ \"name\": \"tool\", \"version\": \"1.0.0\", \"main\": \"a.js\" }";

static void parse(const char *text, Package *ret) {
        Error e = ERROR_NULL;

        if (package_parse(text, strlen(text), &e, ret) < 0) {
                printf("Bail out! %s\n", error_text(&e, 0));
                exit(1);
        }
}

static ModuleUnit module_of(const Package *p) {
        return (ModuleUnit) {
                .scope = SCOPE_SYSTEM,
                .name = p->name,
                .folder = "/var/lib/pm2ctl/modules/tool/current",
                .package = p,
                .config = "/etc/pm2ctl",
                .state = "/var/lib/pm2ctl",
        };
}

static bool has_status(const UnitStatuses *s, int status) {
        return s->n > 0 && memchr(s->codes, status, s->n);
}

static void test_defaults(void) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        ModuleUnit m;

        parse(plain, &p);
        m = module_of(&p);
        ok(unit_spec_module(&m, NULL, &s) == 0);

        ok_str(s.unit, "pm2@tool.service");
        ok_str(s.description, "PM2 module tool");
        ok(!s.documentation);
        ok_str(s.type, "notify");
        ok_str(s.notify_access, "all");
        ok_str(s.slice, "pm2.slice");
        ok_str(s.syslog_identifier, "tool");
        ok(strv_length(s.log_fields) == 2);
        ok_str(s.log_fields[0], "PM2_MODULE=tool");
        ok_str(s.log_fields[1], "PM2CTL=module");
        ok(strv_length(s.argv) == 2);
        ok_str(s.argv[1], "tool");
        ok(!s.environment);
        ok_str(s.working_directory, "/var/lib/pm2ctl/modules/tool/current");

        ok(s.sandbox == SANDBOX_SYSTEM && s.dynamic_user && s.private_tmp);
        ok_str(s.protect_home, "yes");
        ok_str(s.user, "pm2-tool");
        ok(s.user_fallback && !streq(s.user, s.user_fallback));
        ok(!s.group && !s.read_write_paths && !s.cache_directory);
        ok_str(s.state_directory[0], "pm2ctl-data/tool");
        ok_str(s.runtime_directory[0], "pm2ctl/tool");
        ok(s.credentials.n == 2);
        ok_str(s.credentials.items[0].id, "global");
        ok_str(s.credentials.items[0].path, "/etc/pm2ctl/settings.ini");
        ok_str(s.credentials.items[1].id, "module");
        ok_str(s.credentials.items[1].path, "/etc/pm2ctl/modules/tool.ini");

        ok(s.memory_max == UNIT_MEMORY_MAX && s.memory_swap_max == UNIT_UNSET);
        ok(s.tasks_max == UNIT_TASKS_MAX);
        ok_str(s.restart, "always");
        ok(s.restart_usec == UNIT_UNSET);
        ok(s.start_limit_burst == 16 && s.start_limit_interval_usec == 16 * USEC_PER_SEC);
        ok(s.timeout_stop_usec == 1600 * USEC_PER_MSEC);
        ok(s.kill_signal == SIGINT);
        ok(s.watchdog_usec == UNIT_WATCHDOG && s.watchdog_signal == SIGINT);
        ok(has_status(&s.success, 130) && has_status(&s.success, 143) && s.success.n == 2);
        ok(has_status(&s.restart_prevent, 172) && !has_status(&s.restart_prevent, 1));
}

static void test_scoped(void) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        ModuleUnit m;

        parse("{ \"name\": \"@acme/tool\", \"version\": \"1.0.0\", \"description\": "
              "\"Does\\nthings\","
              "\"homepage\": \"https://example.com/#top\","
              "\"apps\": [ { \"script\": \"a.js\", \"cwd\": \"lib/x\" }, { \"script\": \"b.js\","
              "\"name\": \"worker\" }, { \"script\": \"c.js\", \"name\": \"a b\" } ] }",
              &p);
        m = module_of(&p);
        ok(unit_spec_module(&m, NULL, &s) == 0);
        ok_str(s.unit, "pm2@acme:tool.service");
        ok_str(s.argv[1], "acme:tool");
        ok_str(s.state_directory[0], "pm2ctl-data/@acme+tool");
        ok_str(s.credentials.items[1].path, "/etc/pm2ctl/modules/@acme+tool.ini");
        ok_str(s.working_directory, "/var/lib/pm2ctl/modules/tool/current/lib/x");
        ok_str(s.documentation[0], "https://example.com/#top");
        ok_str(s.description, "@acme/tool: Does\nthings"); /* src/unit makes it harmless */
        unit_spec_done(&s);

        m.instance.app = 1;
        ok(unit_spec_module(&m, NULL, &s) == 0);
        ok_str(s.unit, "pm2@acme:tool@worker.service");
        ok_str(s.argv[2], "worker");
        ok(!s.argv[3]);
        ok_str(s.syslog_identifier, "acme:tool@worker");
        ok(startswith(s.user, "pm2-acmetool-")); /* all units share it, and the data */
        ok_str(s.state_directory[0], "pm2ctl-data/@acme+tool");
        ok_str(s.runtime_directory[0], "pm2ctl/@acme+tool@worker");
        unit_spec_done(&s);

        m.instance.number = 2;
        ok(unit_spec_module(&m, NULL, &s) == 0);
        ok_str(s.unit, "pm2@acme:tool@worker@2.service");
        ok_str(s.argv[2], "worker");
        ok_str(s.argv[3], "2");
        ok_str(s.runtime_directory[0], "pm2ctl/@acme+tool@worker@2");
        m.instance.number = 0;
        unit_spec_done(&s);

        m.instance.app = 2;
        ok(unit_spec_module(&m, NULL, &s) == 0);
        ok_str(s.unit, "pm2@acme:tool@2.service");
}

static void test_lifecycle(void) {
        static const struct {
                const char *fields;
                const char *restart;
                uint64_t restart_usec;
                unsigned burst;
                uint64_t interval_usec, stop_usec, memory;
        } table[] = {
                { "\"max_restarts\": 4, \"min_uptime\": 5000", "always", UNIT_UNSET, 4,
                  20 * USEC_PER_SEC, 1600000, UNIT_UNSET },
                /* the time that a crash and the delay after it take */
                { "\"restart_delay\": 3000", "always", 3000000, 16, 64 * USEC_PER_SEC, 1600000,
                  UNIT_UNSET },
                { "\"min_uptime\": 1", "always", UNIT_UNSET, 16, 16 * USEC_PER_SEC, 1600000,
                  UNIT_UNSET },
                { "\"autorestart\": false", "no", UNIT_UNSET, 16, 16 * USEC_PER_SEC, 1600000,
                  UNIT_UNSET },
                { "\"max_restarts\": 0", "no", UNIT_UNSET, 16, 16 * USEC_PER_SEC, 1600000,
                  UNIT_UNSET },
                { "\"max_memory_restart\": \"100M\"", "always", UNIT_UNSET, 16, 16 * USEC_PER_SEC,
                  1600000, 100 * 1024 * 1024 },
                /* what would wait for ever, or not at all */
                { "\"kill_timeout\": 0", "always", UNIT_UNSET, 16, 16 * USEC_PER_SEC, 1000,
                  UNIT_UNSET },
                { "\"kill_timeout\": 9000000000000000", "always", UNIT_UNSET, 16, 16 * USEC_PER_SEC,
                  UNIT_STOP_MAX, UNIT_UNSET },
                { "\"max_restarts\": 2000000000, \"min_uptime\": 9000000000000000,"
                  "\"restart_delay\": 9000000000000000",
                  "always", UNIT_TIME_MAX, 2000000000, UNIT_TIME_MAX, 1600000, UNIT_UNSET },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(package_done) Package p = {};
                _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
                _cleanup_(freep) char *text = NULL;
                ModuleUnit m;

                ok(asprintf(&text,
                            "{ \"name\": \"tool\", \"apps\": [ { \"script\": \"a\", %s } ] }",
                            table[i].fields) > 0);
                parse(text, &p);
                m = module_of(&p);
                ok(unit_spec_module(&m, NULL, &s) == 0);
                ok_str(s.restart, table[i].restart);
                ok(s.restart_usec == table[i].restart_usec);
                ok(s.start_limit_burst == table[i].burst);
                ok(s.start_limit_interval_usec == table[i].interval_usec);
                ok(s.timeout_stop_usec == table[i].stop_usec);
                ok(s.memory_max ==
                   (table[i].memory == UNIT_UNSET ? UNIT_MEMORY_MAX : table[i].memory));
                ok(s.memory_swap_max == (table[i].memory == UNIT_UNSET ? UNIT_UNSET : 0));
        }
}

static void test_exit_codes(void) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        ModuleUnit m;

        parse("{ \"name\": \"tool\", \"apps\": [ { \"script\": \"a\", \"stop_exit_codes\": [ 0, 7 "
              "] } "
              "] }",
              &p);
        m = module_of(&p);
        ok(unit_spec_module(&m, NULL, &s) == 0);
        ok(has_status(&s.restart_prevent, 0) && has_status(&s.restart_prevent, 7));
        ok(has_status(&s.success, 7) && !has_status(&s.success, 172));
}

/* A linked folder runs as somebody, and that somebody may write to it. */
static void test_linked(void) {
        static const struct {
                const char *link, *protect_home, *optional;
        } table[] = {
                { "/home/alice/my tool", "read-only", "-/home/alice/my tool" },
                { "/root/x", "read-only", "-/root/x" },
                { "/srv/x", "read-only", "-/srv/x" },
                { "/tmpfoo", "read-only", "-/tmpfoo" },
        };
        _cleanup_(package_done) Package p = {};

        parse(plain, &p);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
                ModuleUnit m = module_of(&p);

                m.link = m.folder = table[i].link;
                m.user = "1000";
                ok(unit_spec_module(&m, NULL, &s) == 0);
                ok(!s.dynamic_user && !s.user_fallback);
                ok_str(s.user, "1000");
                ok_str(s.protect_home, table[i].protect_home);
                ok(s.private_tmp);
                ok(strv_length(s.read_write_paths) == 1);
                ok_str(s.read_write_paths[0], table[i].optional);
                ok_str(s.working_directory, table[i].optional);
        }
}

/* A name that would not fit into that of a private folder. */
static void test_long_name(void) {
        _cleanup_(package_done) Package p = {};
        char name[MODULE_NAME_MAX + 1] = {};

        memset(name, 'n', MODULE_NAME_MAX);
        parse(plain, &p);
        for (size_t n = 150; n <= MODULE_NAME_MAX; n++) {
                _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
                ModuleUnit m = module_of(&p);

                m.name = name + MODULE_NAME_MAX - n;
                Error e = ERROR_NULL;
                int r = unit_spec_module(&m, &e, &s);

                ok(r == (n <= 187 ? 0 : -ENAMETOOLONG));
                ok(r == 0 || (e.message && strstr(e.message, m.name)));
                error_clear(&e);
                unit_spec_done(&s);
                m.scope = SCOPE_USER;
                ok(unit_spec_module(&m, NULL, &s) == 0);
        }
}

static void test_group(void) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        ModuleUnit m;

        parse(plain, &p);
        m = module_of(&p);
        m.group = "adm";
        ok(unit_spec_module(&m, NULL, &s) == 0);
        ok(s.dynamic_user);
        ok_str(s.user, "pm2-tool");
        ok_str(s.group, "adm");
}

static void test_user_scope(void) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        Error e = ERROR_NULL;
        ModuleUnit m;

        parse(plain, &p);
        m = module_of(&p);
        m.scope = SCOPE_USER;
        m.state = "/home/a/.local/state/pm2ctl";
        m.config = "/home/a/.config/pm2ctl";
        ok(unit_spec_module(&m, NULL, &s) == 0);
        ok(s.sandbox == SANDBOX_USER && !s.dynamic_user && !s.user && !s.private_tmp);
        ok(!s.state_directory && !s.protect_home);
        ok_str(s.runtime_directory[0], "pm2ctl/tool");
        ok_str(strv_env_get(s.environment, "PM2CTL_STATE"), "/home/a/.local/state/pm2ctl");
        ok_str(s.credentials.items[0].path, "/home/a/.config/pm2ctl/settings.ini");
        unit_spec_done(&s);

        m.user = "bob";
        ok(unit_spec_module(&m, &e, &s) == -EINVAL);
        ok(e.message && strstr(e.message, "--uid"));
        error_clear(&e);

        m.user = NULL;
        m.config = "/home/a b/.config/pm2ctl";
        ok(unit_spec_module(&m, &e, &s) == -EINVAL);
        ok(e.message && strstr(e.message, "XDG_CONFIG_HOME"));
        error_clear(&e);
}

static void test_oneshot(void) {
        char *const argv[] = { (char *) "/bin/true", NULL };
        OneshotUnit o = {
                .unit = "pm2-x@1.service", .description = "x", .argv = argv, .user = "x"
        };
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;

        ok(o.scope == SCOPE_SYSTEM && unit_spec_oneshot(&o, &s) == 0);
        ok(s.sandbox == SANDBOX_FETCH && s.dynamic_user && !s.account && s.private_network);
        unit_spec_done(&s);
        o.scripts = true;
        ok(unit_spec_oneshot(&o, &s) == 0 && s.sandbox == SANDBOX_SCRIPTS);
        unit_spec_done(&s);
        o.account = true;
        ok(unit_spec_oneshot(&o, &s) == 0 && s.dynamic_user && s.account);
        unit_spec_done(&s);
        o.scope = SCOPE_USER;
        ok(unit_spec_oneshot(&o, &s) == 0 && s.sandbox == SANDBOX_USER && !s.account && !s.user);
}

static void test_homepage(void) {
        static const char *const safe[] = {
                "https://example.com",
                "http://a.b/c?d=e&f#g",
                "https://x/~y/@z+1",
                "http://h:80/",
        };
        static const char *const unsafe[] = {
                "",
                "https://",
                "ftp://x/",
                "git+https://x/",
                "javascript:alert(1)",
                "https://x/\n[Service]",
                "https://x/%h",
                "https://x/ y",
                "https://x/\xc3\xa4",
                "https://x/\"",
                "https://x/\\",
                "x",
        };

        for (size_t i = 0; i < ELEMENTSOF(safe); i++)
                ok(documentation_is_safe(safe[i]));
        for (size_t i = 0; i < ELEMENTSOF(unsafe); i++)
                ok(!documentation_is_safe(unsafe[i]));
}

int main(void) {
        test_defaults();
        test_scoped();
        test_lifecycle();
        test_exit_codes();
        test_linked();
        test_long_name();
        test_group();
        test_user_scope();
        test_oneshot();
        test_homepage();
        return tap_done();
}
