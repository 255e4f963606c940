/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Strings that would be something else in a unit file than they are on the bus. */

#include "basic/error.h"
#include "basic/string-util.h"
#include "fake-manager.h"
#include "model/unit-spec.h"
#include "tap.h"
#include "unit/message.h"
#include "unit/property-check.h"
#include "unit/property.h"

static const char *const hostile[] = {
        "x\n[Service]\nExecStartPre=+/bin/touch /root/owned",
        "x\rExecStart=/bin/sh",
        "x\x7f",
        "x\x01",
        "x\ty",
        "x\x1b[2Jy",
        "x\\",
        "x ",
        " x",
        "x\n",
        "\n",
        "x\xff",
        "x\\\n",
        "\xed\xa0\x80",
};

/* Each string field of a specification, and the name that the refusal must have. */
static void test_hostile_refused(void) {
        static const struct {
                const char *property;
                size_t offset;
        } strings[] = {
                { "SyslogIdentifier", offsetof(UnitSpec, syslog_identifier) },
                { "WorkingDirectory", offsetof(UnitSpec, working_directory) },
                { "User", offsetof(UnitSpec, user) },
                { "Group", offsetof(UnitSpec, group) },
                { "Type", offsetof(UnitSpec, type) },
                { "NotifyAccess", offsetof(UnitSpec, notify_access) },
                { "Slice", offsetof(UnitSpec, slice) },
                { "Restart", offsetof(UnitSpec, restart) },
                { "ProtectHome", offsetof(UnitSpec, protect_home) },
        }, lists[] = {
                { "Documentation", offsetof(UnitSpec, documentation) },
                { "LogExtraFields", offsetof(UnitSpec, log_fields) },
                { "ExecStart", offsetof(UnitSpec, argv) },
                { "Environment", offsetof(UnitSpec, environment) },
                { "StateDirectory", offsetof(UnitSpec, state_directory) },
                { "RuntimeDirectory", offsetof(UnitSpec, runtime_directory) },
                { "CacheDirectory", offsetof(UnitSpec, cache_directory) },
                { "ReadWritePaths", offsetof(UnitSpec, read_write_paths) },
        };
        _cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = fake_bus();

        for (size_t h = 0; h < ELEMENTSOF(hostile); h++) {
                for (size_t i = 0; i < ELEMENTSOF(strings) + ELEMENTSOF(lists); i++) {
                        bool list = i >= ELEMENTSOF(strings);
                        const char *property = list ? lists[i - ELEMENTSOF(strings)].property
                                                    : strings[i].property;
                        UnitSpec s = UNIT_SPEC_EMPTY; /* owns nothing */
                        char *vector[] = { (char *) "/x", (char *) hostile[h], NULL };
                        sd_bus_message *m = NULL;
                        Error e = ERROR_NULL;

                        s.unit = (char *) "pm2@x.service";
                        if (list)
                                *(char ***) ((char *) &s +
                                             lists[i - ELEMENTSOF(strings)].offset) = vector;
                        else
                                *(const char **) ((char *) &s + strings[i].offset) = hostile[h];

                        ok(start_message_new(bus, &s, NULL, &e, &m) == -EINVAL);
                        ok(!m && e.message && strstr(e.message, property));
                        error_clear(&e);
                }
        }
}

static void test_hostile_credentials(void) {
        _cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = fake_bus();

        for (size_t h = 0; h < ELEMENTSOF(hostile); h++)
                for (int which = 0; which < 2; which++) {
                        UnitSpec s = UNIT_SPEC_EMPTY;
                        UnitCredential c = { (char *) (which ? hostile[h] : "id"),
                                             (char *) (which ? "/path" : hostile[h]) };
                        sd_bus_message *m = NULL;
                        Error e = ERROR_NULL;

                        s.unit = (char *) "pm2@x.service";
                        s.credentials = (UnitCredentials) { &c, 1 };
                        ok(start_message_new(bus, &s, NULL, &e, &m) == -EINVAL);
                        ok(e.message && strstr(e.message, "Credential"));
                        error_clear(&e);
                }
}

/* Whether a message with this description can be made. */
static int description_of(const char *description) {
        _cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = fake_bus();
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        UnitSpec s = UNIT_SPEC_EMPTY;

        s.unit = (char *) "pm2@x.service";
        s.description = (char *) description;
        return start_message_new(bus, &s, NULL, NULL, &m);
}

/* What people read is made harmless instead, and stays readable. */
static void test_hostile_description(void) {
        static const char *const table[][2] = {
                { "plain", "plain" },
                { "two\nlines", "two lines" },
                { "  blanks\t ", "blanks" },
                { "back\\", "back" },
                { "back \\ \\\\ ", "back" },
                { "a\\b", "a\\b" },
                { "100% $HOME; \"x\"", "100% $HOME; \"x\"" },
                { "x\n[Service]\nExecStartPre=+/bin/sh", "x [Service] ExecStartPre=+/bin/sh" },
                { "x\x1b[2J", "x\\x1b[2J" },
                { "\xc3\xa4\xe2\x80\xae", "\xc3\xa4\\u202e" },
                { "\xff", "\\xff" },
                { "\\", "" },
                { "", "" },
        };
        char big[PROPERTY_TEXT_MAX * 2 + 1];
        _cleanup_(freep) char *cut = NULL;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *harmless = property_harmless(table[i][0]);

                ok_str(harmless, table[i][1]);
                ok(property_check("Description", harmless, NULL) == 0);
        }
        for (size_t h = 0; h < ELEMENTSOF(hostile); h++) {
                _cleanup_(freep) char *harmless = property_harmless(hostile[h]);

                ok(property_check("Description", harmless, NULL) == 0);
                ok(description_of(hostile[h]) == 0);
        }

        /* cut between characters, whatever their size */
        memset(big, 'x', sizeof(big));
        for (size_t i = 1; i + 2 < sizeof(big); i += 3)
                memcpy(big + i, "\xe2\x82\xac", 3);
        big[sizeof(big) - 1] = 0;
        cut = property_harmless(big);
        ok(cut && strlen(cut) <= PROPERTY_TEXT_MAX && strlen(cut) > PROPERTY_TEXT_MAX - 4);
        ok(cut && utf8_is_valid(cut, strlen(cut)));
}

/* A quote is right in a single string and wrong in a list. */
static void test_quotes(void) {
        _cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = fake_bus();
        char *const bad[] = { (char *) "/a\"b", (char *) "/a\\b" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                UnitSpec s = UNIT_SPEC_EMPTY;
                char *paths[] = { bad[i], NULL };
                sd_bus_message *m = NULL;
                Error e = ERROR_NULL;

                s.unit = (char *) "pm2@x.service";
                s.working_directory = bad[i];
                ok(start_message_new(bus, &s, NULL, NULL, &m) == 0);
                m = sd_bus_message_unref(m);
                s.read_write_paths = paths;
                ok(start_message_new(bus, &s, NULL, &e, &m) == -EINVAL);
                ok(e.message && strstr(e.message, "ReadWritePaths"));
                error_clear(&e);
        }
}

static void test_limits(void) {
        char longest[PROPERTY_STRING_MAX + 2];

        memset(longest, 'x', sizeof(longest));
        longest[PROPERTY_STRING_MAX] = 0;
        ok(property_check("X", longest, NULL) == 0);
        longest[PROPERTY_STRING_MAX] = 'x';
        longest[PROPERTY_STRING_MAX + 1] = 0;
        ok(property_check("X", longest, NULL) == -EINVAL);
        ok(property_check("X", "", NULL) == 0);
        ok(property_check("X", "a b%c$d;e\"f'g#h\\i=\xc3\xa4", NULL) == 0);
}

/* Words that a unit file reads differently are refused in a command alone. */
static void test_command(void) {
        static const char *const bad[] = { "a b",   "$x",   "a;b", ";", "a%b",
                                           "\"a\"", "a\\b", "'a'", "" };
        _cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = fake_bus();

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                char *argv[] = { (char *) "/bin/true", (char *) bad[i], NULL };
                UnitSpec s = UNIT_SPEC_EMPTY;
                sd_bus_message *m = NULL;
                Error e = ERROR_NULL;

                s.unit = (char *) "pm2@x.service";
                s.argv = argv;
                ok(start_message_new(bus, &s, NULL, &e, &m) == -EINVAL);
                ok(e.message && strstr(e.message, "ExecStart"));
                error_clear(&e);
        }
}

int main(void) {
        test_hostile_refused();
        test_hostile_credentials();
        test_hostile_description();
        test_quotes();
        test_limits();
        test_command();
        return tap_done();
}
