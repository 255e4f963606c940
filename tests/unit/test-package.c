/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "model/package-units.h"
#include "model/package.h"
#include "tap.h"

#define HEAD "{\"name\":\"m\",\"version\":\"1.0.0\","

static int parse(const char *text, Error *e, Package *ret) {
        error_clear(e);
        return package_parse(text, strlen(text), e, ret);
}

static void test_entry_points(void) {
        static const struct {
                const char *text, *script;
        } table[] = {
                { HEAD "\"apps\":[{\"script\":\"./a.js\"}],\"main\":\"b.js\"}", "a.js" },
                { HEAD "\"apps\":{\"script\":\"a.js\"}}", "a.js" },
                { HEAD "\"apps\":\"a.js\"}", "a.js" },
                { HEAD "\"pm2\":[{\"script\":\"p.js\"}],\"bin\":\"b\"}", "p.js" },
                { HEAD "\"bin\":{\"x\":\"bin/x.js\",\"y\":\"y.js\"},\"main\":\"m.js\"}",
                  "bin/x.js" },
                { HEAD "\"bin\":\"bin.js\"}", "bin.js" },
                { HEAD "\"main\":\"lib/index\"}", "lib/index" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Error e = ERROR_NULL;
                Package p = {};

                ok(parse(table[i].text, &e, &p) == 0);
                ok(p.n_apps == 1);
                ok_str(p.apps[0].script, table[i].script);
                package_done(&p);
        }
}

static void test_refused(void) {
        static const struct {
                const char *text, *clause;
        } table[] = {
                { "", "unexpected end of data" },
                { "{", "unexpected end of data" },
                { "[]", "must be a JSON object, not an array" },
                { "{\"version\":\"1.0.0\"}", "field 'name' is missing" },
                { "{\"name\":7}", "field 'name' must be a string" },
                { "{\"name\":\"..\"}", "field 'name'" },
                { "{\"name\":\"a\",\"version\":\"1\\n[Service]\"}", "field 'version'" },
                { "{\"name\":\"a\",\"version\":\"../../x\"}", "field 'version'" },
                { HEAD "\"config\":[]}", "field 'config' must be an object" },
                { HEAD "\"x\":1}", "no entry point" },
                { HEAD "\"apps\":[]}", "field 'apps' lists no apps" },
                { HEAD "\"apps\":[{}]}", "field 'apps[0]' has no 'script'" },
                { HEAD "\"apps\":[{\"script\":\"../a\"}]}",
                  "field 'apps[0].script': must be a path inside" },
                { HEAD "\"apps\":[{\"script\":\"/a\"}]}",
                  "field 'apps[0].script': must be a path inside" },
                { HEAD "\"apps\":[{\"script\":\"a\\nb\"}]}", "control characters" },
                { HEAD "\"apps\":[{\"script\":\"a\\u0000b\"}]}", "field 'apps[0].script'" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"cwd\":\"..\"}]}", "field 'apps[0].cwd'" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"max_restarts\":-1}]}",
                  "field 'apps[0].max_restarts'" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"max_memory_restart\":\"1X\"}]}",
                  "K, M or G, as \"300M\", not '1X'" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"max_restarts\":false}]}", "a whole number" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"increment_var\":\"PATH\"}]}",
                  "that a package can set" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"instance_var\":\"1A\"}]}",
                  "field 'apps[0].instance_var'" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"cron_timezone\":\"../etc/passwd\"}]}",
                  "as Europe/Berlin" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"min_uptime\":\"5 s\"}]}", "as \"10s\"" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"max_memory_restart\":\"99999999999G\"}]}",
                  "too large" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"autorestart\":\"no\"}]}",
                  "must be true or false" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"stop_exit_codes\":[256]}]}",
                  "from 0 to 255" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"args\":[{}]}]}", "field 'apps[0].args'" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"instances\":65}]}",
                  "field 'apps[0].instances'" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"instances\":\"many\"}]}", "not 'many'" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"instances\":2.5}]}", "a whole number" },
                { HEAD "\"apps\":[{\"script\":\"a\",\"instances\":64},"
                       "{\"script\":\"a\",\"instances\":64},{\"script\":\"a\",\"instances\":64},"
                       "{\"script\":\"a\",\"instances\":64},{\"script\":\"b\"}]}",
                  "field 'apps[4]': more than 256 processes" },
                { HEAD "\"apps\":[7]}", "must be an object or a script's path" },
                { HEAD "\"main\":7}", "field 'main'" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Error e = ERROR_NULL;
                Package p = {};

                ok(parse(table[i].text, &e, &p) < 0);
                ok(e.message && strstr(e.message, table[i].clause));
                if (!e.message || !strstr(e.message, table[i].clause))
                        printf("# got: %s\n", e.message);
                ok(!p.name && !p.apps);
                error_clear(&e);
        }
}

static void test_app(void) {
        static const char text[] = HEAD
                "\"description\":\"x\",\"homepage\":7,\"config\":{\"a\":1},\"apps\":[{\"script\":"
                "\"a.js\","
                "\"args\":\"-a 'b c' \\\"\\\" "
                "d\",\"node_args\":[\"--max-old-space-size=64\",3],\"cwd\":\"./sub/\","
                "\"max_memory_restart\":\"100M\",\"restart_delay\":\"3000\",\"min_uptime\":\"2s\","
                "\"max_restarts\":4,"
                "\"kill_timeout\":500,\"stop_exit_codes\":[0,12],\"autorestart\":false,\"pmx\":"
                "false,"
                "\"env\":{\"A\":\"1\"},\"env_production\":{\"A\":\"2\"},\"watch\":true,"
                "\"instances\":1,"
                "\"exec_mode\":\"fork\",\"out_file\":\"/"
                "x\",\"uid\":0,\"interpreter\":null,\"cron_restart\":false,"
                "\"instance_var\":\"NODE_APP_INSTANCE\",\"increment_var\":\"PORT\"}]}";
        Error e = ERROR_NULL;
        Package p = {};
        App *a;

        ok(parse(text, &e, &p) == 0);
        ok(!p.homepage);
        ok(json_get_int(p.config, "a", 0) == 1);
        a = p.apps;
        ok(strv_length(a->args) == 4);
        ok(!a->instance_variable);
        ok_str(a->increment_variable, "PORT");
        ok_str(a->args[1], "b c");
        ok_str(a->args[2], "");
        ok_str(a->interpreter_args[1], "3");
        ok_str(a->cwd, "sub");
        ok(a->max_memory == 100 * 1024 * 1024);
        ok(a->restart_delay_usec == 3000000);
        ok(a->min_uptime_usec == 2000000);
        ok(a->max_restarts == 4);
        ok(a->kill_timeout_usec == 500000);
        ok(a->n_stop_exit_codes == 2 && a->stop_exit_codes[1] == 12);
        ok(!a->autorestart && !a->preload);
        ok_str(json_get_string(a->env, "A"), "1");
        ok_str(json_get_string(json_get(a->envs, "production"), "A"), "2");
        ok(strv_length(a->ignored) == 2);
        ok(strv_contains(a->ignored, "out_file") && strv_contains(a->ignored, "uid"));
        ok(a->watch == WATCH_YES && !a->watch_paths && !a->cron);
        ok(!a->interpreter);
        package_done(&p);
}

static void test_units(void) {
        static const char text[] = HEAD
                "\"apps\":[{\"script\":\"a\",\"instances\":2},"
                "{\"script\":\"b\",\"name\":\"worker\",\"instances\":\"3\"},"
                "{\"script\":\"c\",\"name\":\"worker\"},{\"script\":\"d\",\"name\":\"1\"},"
                "{\"script\":\"e\",\"name\":\"a b\"}]}";
        static const char *const expected[] = {
                "pm2@tool.service",          "pm2@tool@0@1.service",      "pm2@tool@worker.service",
                "pm2@tool@worker@1.service", "pm2@tool@worker@2.service", "pm2@tool@2.service",
                "pm2@tool@3.service",        "pm2@tool@4.service",
        };
        _cleanup_(strv_freep) char **names = NULL, **some = NULL;
        Error e = ERROR_NULL;
        Package p = {};
        AppInstance which;

        ok(parse(text, &e, &p) == 0);
        ok(package_unit_names(&p, "tool", APPS_ALL, &names) == 0);
        ok(strv_length(names) == ELEMENTSOF(expected));
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                _cleanup_(freep) char *name = NULL, *app = NULL, *again = NULL;
                unsigned instance;

                ok_str(names[i], expected[i]);
                ok(module_from_unit_name(names[i], &name, &app, &instance) == 0);
                ok(package_find_unit(&p, app, instance, &which) == 1);
                ok(package_unit_name(&p, "tool", which, &again) == 0);
                ok_str(again, expected[i]);
        }
        ok(package_unit_names(&p, "tool", 1, &some) == 0);
        ok(strv_length(some) == 3);
        ok_str(some[0], "pm2@tool@worker.service");
        ok(package_find_unit(&p, "other", 0, &which) == 0);
        ok(package_find_unit(&p, "0", 0, &which) == 0);
        package_done(&p);
}

static void test_instances(void) {
        unsigned processors = (unsigned) MIN2(sysconf(_SC_NPROCESSORS_ONLN), APP_INSTANCES_MAX);

        ok(app_count_instances(&(App) { .instances = 1 }) == 1);
        ok(app_count_instances(&(App) { .instances = 7 }) == 7);
        ok(app_count_instances(&(App) { .instances = 0 }) == processors);
        ok(app_count_instances(&(App) { .instances = -1 }) == MAX2(processors - 1, 1));
        ok(app_count_instances(&(App) { .instances = -64 }) == 1);
}

int main(void) {
        test_units();
        test_instances();
        test_entry_points();
        test_refused();
        test_app();
        return tap_done();
}
