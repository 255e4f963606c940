/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/name.h"
#include "tap.h"

static void test_valid(void) {
        char longest[MODULE_NAME_MAX + 2] = {};

        memset(longest, 'a', MODULE_NAME_MAX);
        ok(module_name_is_valid("pm2-server-monit"));
        ok(module_name_is_valid("@acme/tool"));
        ok(module_name_is_valid("foo.js"));
        ok(module_name_is_valid("JSONStream"));
        ok(module_name_is_valid(longest));

        longest[MODULE_NAME_MAX] = 'a';
        ok(!module_name_is_valid(longest));

        const char *const invalid[] = { "",    ".",        "..",     "a/b",   "a/b/c", "@a",
                                        "@/b", "@a/",      "@a/b/c", "@a/..", "@../b", "-x",
                                        "_x",  "a b",      "a\nb",   "a:b",   "a@b",   "a~b",
                                        "a%b", "\xc3\xa4", "@a/-b",  "a\\b" };
        for (size_t i = 0; i < ELEMENTSOF(invalid); i++)
                ok(!module_name_is_valid(invalid[i]));

        const char *const old[] = { "all",         "0",          "2024",
                                    "JSONStream",  "@Acme/tool", "node_modules",
                                    "favicon.ico", ".x" };
        for (size_t i = 0; i < ELEMENTSOF(old); i++)
                ok(module_name_check_new(old[i], NULL) == -EINVAL);
        const char *const new[] = { "tool", "@acme/all", "@acme/0",
                                    "0x",   "alls",      "@acme/node_modules" };
        for (size_t i = 0; i < ELEMENTSOF(new); i++)
                ok(module_name_check_new(new[i], NULL) == 0);
}

static void test_round_trip(void) {
        static const struct {
                const char *name, *id, *folder, *user;
        } table[] = {
                { "tool", "tool", "tool", "pm2-tool" },
                { "@acme/tool", "acme:tool", "@acme+tool", NULL },
                { "foo.js", "foo.js", "foo.js", NULL },
                { "pm2-server-monit", "pm2-server-monit", "pm2-server-monit",
                  "pm2-pm2-server-monit" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *id = NULL, *folder = NULL, *back = NULL, *back2 = NULL,
                                      *user = NULL;

                ok(module_id_from_name(table[i].name, &id) == 0);
                ok_str(id, table[i].id);
                ok(module_name_from_id(id, &back) == 0);
                ok_str(back, table[i].name);
                ok(module_folder_from_name(table[i].name, &folder) == 0);
                ok_str(folder, table[i].folder);
                ok(module_name_from_folder(folder, &back2) == 0);
                ok_str(back2, table[i].name);
                ok(module_user_name(table[i].name, &user) == 0);
                ok(strlen(user) <= 31);
                if (table[i].user)
                        ok_str(user, table[i].user);
        }
}

static void test_units(void) {
        static const struct {
                const char *name, *app;
                unsigned instance;
                const char *unit, *folder;
        } table[] = {
                { "tool", NULL, 0, "pm2@tool.service", "tool" },
                { "@acme/tool", NULL, 0, "pm2@acme:tool.service", "@acme+tool" },
                { "@acme/tool", "worker", 0, "pm2@acme:tool@worker.service", "@acme+tool@worker" },
                { "tool", "worker", 3, "pm2@tool@worker@3.service", "tool@worker@3" },
        };
        static const char *const foreign[] = { "pm2@.service",      "pm2@x.timer",
                                               "pm2-root.service",  "pm2@x@.service",
                                               "pm2@x@y@0.service", "pm2@x@y@z.service",
                                               "pm2@../x.service",  "pm2@x@y@01.service" };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *unit = NULL, *folder = NULL, *name = NULL, *app = NULL;
                unsigned instance = 99;

                ok(module_unit_name(table[i].name, table[i].app, table[i].instance, &unit) == 0);
                ok_str(unit, table[i].unit);
                ok(module_unit_folder(table[i].name, table[i].app, table[i].instance, &folder) ==
                   0);
                ok_str(folder, table[i].folder);
                ok(module_from_unit_name(unit, &name, &app, &instance) == 0);
                ok_str(name, table[i].name);
                ok_str(app, table[i].app);
                ok(instance == table[i].instance);
        }
        for (size_t i = 0; i < ELEMENTSOF(foreign); i++) {
                char *name = NULL;

                ok(module_from_unit_name(foreign[i], &name, NULL, NULL) == -EINVAL);
        }
}

static void test_words(void) {
        char *const names[] = { (char *) "tool", (char *) "@acme/tool", (char *) "x.service",
                                (char *) "x", NULL };
        static const struct {
                const char *word, *name;
        } table[] = {
                { "tool", "tool" },
                { "@acme/tool", "@acme/tool" },
                { "x.service", "x.service" },
                { "pm2@tool.service", "tool" },
                { "pm2@tool", "tool" },
                { "pm2@acme:tool", "@acme/tool" },
                { "pm2@acme:tool@web@2.service", "@acme/tool" },
                { "pm2@tool@web", "tool" },
                { "pm2@x.service", "x" },
                { "pm2@other", NULL },
                { "pm2@tool.timer", NULL },
                { "pm2-watch@tool.service", NULL },
                { "too", NULL },
                { "", NULL },
        };
        _cleanup_(freep) char *name = NULL, *unit = NULL;

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                ok_str(module_find(names, table[i].word), table[i].name);
        ok(module_find(NULL, "tool") == NULL);
        ok(module_from_unit_word("pm2@acme:tool@web", &name, &unit) == 0);
        ok_str(name, "@acme/tool");
        ok_str(unit, "pm2@acme:tool@web.service");
}

static void test_users_differ(void) {
        _cleanup_(freep) char *a = NULL, *b = NULL, *c = NULL, *d = NULL;

        ok(module_user_name("@acme/tool", &a) == 0);
        ok(module_user_name("acmetool", &b) == 0);
        ok(module_user_name("@acm/etool", &c) == 0);
        ok(module_user_name_hashed("acmetool", &d) == 0);
        ok(strcmp(a, b) != 0 && strcmp(a, c) != 0 && strcmp(b, c) != 0);
        ok(strlen(d) <= 31 && strcmp(b, d) != 0);
}

int main(void) {
        test_valid();
        test_round_trip();
        test_units();
        test_words();
        test_users_differ();
        return tap_done();
}
