/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/number.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/environment.h"
#include "model/package.h"
#include "tap.h"

static json_object *document(const char *text) {
        json_object *o = NULL;

        if (text && json_parse(text, strlen(text), /* e= */ NULL, &o) < 0)
                abort();
        return o;
}

/* One package with one app, and settings, from JSON texts; NULL leaves a part out. */
typedef struct Case {
        Package package;
        EnvironmentSource source;
        char **env;
        json_object *document, *origins;
} Case;

static int case_build(Case *c, const char *name, const char *config, const char *app_env,
                      char *const *base, const char *global, const char *module, Error *e) {
        _cleanup_(freep) char *text = NULL;
        EnvironmentFacts facts = {
                .pm_id = 7,
                .script = "/m/index.js",
                .cwd = "/m",
                .interpreter = "/usr/bin/node",
                .home = "/data",
                .pm2_home = "/data/.pm2",
                .channel_fd = 3,
        };
        int r;

        *c = (Case) {};
        if (asprintf(&text,
                     "{\"name\":\"%s\",\"version\":\"1.2.3\",\"config\":%s,"
                     "\"apps\":[{\"script\":\"index.js\",\"env\":%s}]}",
                     name, config ? config : "{}", app_env ? app_env : "{}") < 0)
                abort();
        r = package_parse(text, strlen(text), e, &c->package);
        if (r < 0)
                return r;
        c->source = (EnvironmentSource) {
                .package = &c->package,
                .app = c->package.apps,
                .base = base,
                .global = document(global),
                .module = document(module),
        };
        r = environment_build(&c->source, &facts, e, &c->env, &c->document);
        if (r < 0)
                return r;
        (void) json_object_put(c->document);
        return environment_document(&c->source, &c->document, &c->origins);
}

static void case_done(Case *c) {
        (void) json_object_put(c->source.global);
        (void) json_object_put(c->source.module);
        (void) json_object_put(c->document);
        (void) json_object_put(c->origins);
        c->env = strv_free(c->env);
        package_done(&c->package);
}

static const char *variable(const Case *c, const char *name) {
        return strv_env_get(c->env, name);
}

static void test_order(void) {
        char *base[] = { (char *) "d=4", (char *) "g=4",          (char *) "PATH=/bin",
                         (char *) "x=1", (char *) "only=drop-in", NULL };
        Case c;

        ok(case_build(&c, "tool", "{\"p\":1,\"a\":1,\"d\":1,\"g\":1,\"m\":1}",
                      "{\"a\":2,\"d\":2,\"g\":2,\"m\":2,\"own\":\"app\",\"x\":2}", base,
                      "{\"g\":5,\"m\":5,\"pmx_timeout\":\"value\"}", "{\"m\":6}", NULL) == 0);
        ok_str(variable(&c, "p"), "1");
        ok_str(variable(&c, "a"), "2");
        ok_str(variable(&c, "d"), "4");
        ok_str(variable(&c, "g"), "5");
        ok_str(variable(&c, "m"), "6");
        ok_str(variable(&c, "own"), "app");
        ok_str(variable(&c, "x"), "1");
        ok_str(variable(&c, "only"), "drop-in");
        ok_str(variable(&c, "pmx_timeout"), "value");
        ok_str(variable(&c, "PATH"), "/bin");
        ok_str(json_text(c.document),
               "{\"p\":1,\"a\":2,\"d\":\"4\",\"g\":5,\"m\":6,\"pmx_timeout\":\"value\"}");
        ok_str(variable(&c, "tool"), json_text(c.document));
        ok_str(json_text(c.origins),
               "{\"p\":\"package\",\"a\":\"app\",\"d\":\"drop-in\",\"g\":\"global\","
               "\"m\":\"module\",\"pmx_timeout\":\"global\"}");
        case_done(&c);
}

static void test_contract(void) {
        Case c;

        ok(case_build(&c, "@acme/tool", NULL, NULL, NULL, NULL, NULL, NULL) == 0);
        ok_str(variable(&c, "name"), "@acme/tool");
        ok_str(variable(&c, "@acme/tool"), "{}");
        ok_str(variable(&c, "pmx_module"), "true");
        ok_str(variable(&c, "pm_id"), "7");
        ok_str(variable(&c, "version"), "1.2.3");
        ok_str(variable(&c, "namespace"), "default");
        ok_str(variable(&c, "NODE_APP_INSTANCE"), "0");
        ok_str(variable(&c, "pm_cwd"), "/m");
        ok_str(variable(&c, "pm_exec_path"), "/m/index.js");
        ok_str(variable(&c, "PM2_HOME"), "/data/.pm2");
        ok_str(variable(&c, "HOME"), "/data");
        ok_str(variable(&c, "NODE_CHANNEL_FD"), "3");
        ok_str(variable(&c, "NODE_CHANNEL_SERIALIZATION_MODE"), "json");
        case_done(&c);
}

/* What a package may not set, an administrator may; the channel is nobody's. */
static void test_reserved(void) {
        static const char *const names[] = { "PATH",       "HOME",         "USER",
                                             "LD_PRELOAD", "NODE_OPTIONS", "name",
                                             "pm_id",      "version",      "SHELL",
                                             "PM2_HOME",   "PM2CTL_STATE" };
        char *base[] = { (char *) "PATH=/bin", (char *) "HOME=/root", NULL };
        _cleanup_(freep) char *all = NULL;
        Case c;

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char *grown;

                if (asprintf(&grown, "%s\"%s\":\"evil\",", all ? all : "{", names[i]) < 0)
                        abort();
                free(all);
                all = grown;
        }
        all[strlen(all) - 1] = '}';

        ok(case_build(&c, "tool", all, all, base, NULL, NULL, NULL) == 0);
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                ok(!streq_ptr(variable(&c, names[i]), "evil"));
                ok_str(json_get_string(c.document, names[i]), "evil");
                ok_str(json_get_string(c.origins, names[i]), "package");
        }
        ok_str(variable(&c, "PATH"), "/bin");
        case_done(&c);

        ok(case_build(&c, "PATH", NULL, NULL, base, NULL, NULL, NULL) == 0);
        ok_str(variable(&c, "PATH"), "/bin");
        case_done(&c);

        ok(case_build(&c, "tool", NULL, NULL, base, NULL, all, NULL) == 0);
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                ok_str(variable(&c, names[i]), "evil");
        case_done(&c);

        ok(case_build(&c, "tool", NULL, "{\"NODE_ENV\":\"production\"}", NULL, NULL,
                      "{\"NODE_CHANNEL_FD\":\"9\",\"NODE_CHANNEL_SERIALIZATION_MODE\":\"x\"}",
                      NULL) == 0);
        ok_str(variable(&c, "NODE_ENV"), "production");
        ok_str(variable(&c, "NODE_CHANNEL_FD"), "3");
        ok_str(variable(&c, "NODE_CHANNEL_SERIALIZATION_MODE"), "json");
        case_done(&c);
}

static void test_values(void) {
        Case c;

        ok(case_build(&c, "tool",
                      "{\"s\":\"a b\\n\\u00e4\",\"n\":1e3,\"f\":0.1,\"t\":true,\"z\":null,"
                      "\"o\":{\"k\":[1]},\"l\":[],\"nul\":\"a\\u0000b\",\"a=b\":1,\"\":2,"
                      "\"with space\":3,\"big\":9007199254740993}",
                      NULL, NULL, NULL, NULL, NULL) == 0);
        ok_str(variable(&c, "s"), "a b\n\xc3\xa4");
        ok_str(variable(&c, "n"), "1000");
        ok_str(variable(&c, "f"), "0.1");
        ok_str(variable(&c, "t"), "true");
        ok_str(variable(&c, "z"), "null");
        ok_str(variable(&c, "o"), "{\"k\":[1]}");
        ok_str(variable(&c, "l"), "[]");
        ok_str(variable(&c, "with space"), "3");
        ok_str(variable(&c, "big"), "9007199254740993");
        ok(!variable(&c, "nul"));
        ok(!variable(&c, "a"));
        ok(!variable(&c, ""));
        ok(json_has(c.document, "nul") && json_has(c.document, "a=b") && json_has(c.document, ""));
        case_done(&c);
}

static void test_nested(void) {
        Case c;

        ok(case_build(&c, "tool", "{\"o\":{\"a\":1,\"b\":{\"c\":2}},\"s\":5,\"e\":{}}", NULL, NULL,
                      "{\"o\":{\"b\":{\"d\":3}}}", "{\"o\":{\"a\":[1]},\"s\":{\"x\":1}}",
                      NULL) == 0);
        ok_str(json_text(c.document),
               "{\"o\":{\"a\":[1],\"b\":{\"c\":2,\"d\":3}},\"s\":{\"x\":1},\"e\":{}}");
        ok_str(json_text(c.origins),
               "{\"o\":{\"a\":\"module\",\"b\":{\"c\":\"package\",\"d\":\"global\"}},"
               "\"s\":{\"x\":\"module\"},\"e\":\"package\"}");
        ok_str(variable(&c, "o"), "{\"a\":[1],\"b\":{\"c\":2,\"d\":3}}");
        case_done(&c);
}

/* pmx would print every message, secrets and all, where it finds the variable. */
static void test_debug(void) {
        char *base[] = { (char *) "MODULE_DEBUG=1", NULL };
        Case c;

        ok(case_build(&c, "tool", "{\"MODULE_DEBUG\":true}", "{\"MODULE_DEBUG\":true}", base,
                      "{\"MODULE_DEBUG\":true}", "{\"MODULE_DEBUG\":true}", NULL) == 0);
        ok(!variable(&c, "MODULE_DEBUG"));
        ok(json_get_bool(c.document, "MODULE_DEBUG", false));
        case_done(&c);
}

static int build_with_length(size_t length, const char *key, Error *e) {
        _cleanup_(freep) char *text = NULL, *filling = calloc(1, length + 1);
        Case c;
        int r;

        if (!filling)
                abort();
        memset(filling, 'x', length);
        if (asprintf(&text, "{\"%s\":\"%s\"}", key, filling) < 0)
                abort();
        r = case_build(&c, "tool", NULL, NULL, NULL, NULL, text, e);
        case_done(&c);
        return r;
}

static void test_limits(void) {
        /* tool={"k":"…"} */
        const size_t most = ENVIRONMENT_STRING_MAX - strlen("tool={\"k\":\"\"}");
        _cleanup_(error_clear) Error e = ERROR_NULL, e2 = ERROR_NULL;
        char *base[] = { NULL, NULL };
        Case c;

        ok(build_with_length(most, "k", NULL) == 0);
        ok(build_with_length(most + 1, "k", &e) == -E2BIG);
        ok(e.message && strstr(e.message, "its settings are"));

        base[0] = calloc(1, ENVIRONMENT_STRING_MAX + 2);
        memset(base[0], 'v', ENVIRONMENT_STRING_MAX + 1);
        base[0][3] = '=';
        ok(case_build(&c, "tool", NULL, NULL, base, NULL, NULL, &e2) == -E2BIG);
        ok(e2.message && strstr(e2.message, "variable 'vvv' is 131072 bytes long"));
        case_done(&c);
        free(base[0]);
}

static void test_numbers(void) {
        static const struct {
                double number;
                const char *text;
        } written[] = {
                { 0, "0" },
                { -0.0, "0" },
                { 7, "7" },
                { 0.1, "0.1" },
                { 1e21, "1e+21" },
                { 1e-7, "1e-7" },
                { 123456.5, "123456.5" },
                { 0.000001, "0.000001" },
                { -1.5e-9, "-1.5e-9" },
                { 1e20, "100000000000000000000" },
                { 1.0 / 3, "0.3333333333333333" },
                { 1.7976931348623157e308, "1.7976931348623157e+308" },
        };
        static const struct {
                const char *text;
                double number;
        } read[] = {
                { "7", 7 },     { "007", 7 },   { "1e3", 1000 },  { "0x10", 16 }, { "", 0 },
                { " \t\n", 0 }, { " 5 ", 5 },   { "-2.5", -2.5 }, { ".5", 0.5 },  { "5.", 5 },
                { "0b101", 5 }, { "0o17", 15 }, { "+3", 3 },
        };
        static const char *const none[] = { "x",   "1x",  "0x",       "0xg",  "-0x10", "1 2",
                                            "inf", "nan", "0x1p3",    "true", "1e",    ".",
                                            "10M", "--5", "infinity", "0x1.8" };
        char text[NUMBER_TEXT_MAX];
        double d;

        for (size_t i = 0; i < ELEMENTSOF(written); i++) {
                number_text(written[i].number, text);
                ok_str(text, written[i].text);
        }
        for (size_t i = 0; i < ELEMENTSOF(read); i++)
                ok(number_parse(read[i].text, &d) && number_equal(d, read[i].number));
        for (size_t i = 0; i < ELEMENTSOF(none); i++)
                ok(!number_parse(none[i], &d));
        ok(number_parse("-Infinity", &d) && d < 0);
}

int main(void) {
        test_order();
        test_contract();
        test_reserved();
        test_values();
        test_nested();
        test_debug();
        test_limits();
        test_numbers();
        return tap_done();
}
