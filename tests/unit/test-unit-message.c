/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/message.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "basic/string-util.h"
#include "basic/strv.h"
#include "tap.h"
#include "unit/property.h"

/* Messages need a bus to belong to, though none to go to. */
static sd_bus *fake_bus(void) {
        sd_bus *bus = NULL;
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0 || sd_bus_new(&bus) < 0 ||
            sd_bus_set_fd(bus, fds[0], fds[0]) < 0 || sd_bus_start(bus) < 0) {
                puts("Bail out! no bus over a socketpair");
                exit(1);
        }
        (void) close(fds[1]);
        return bus;
}

/* A value as text: basic ones as they are, containers in brackets. */
static void dump(sd_bus_message *m, FILE *f) {
        const char *contents, *s;
        uint64_t t;
        uint32_t u;
        uint8_t y;
        int i;
        char type;

        while (sd_bus_message_peek_type(m, &type, &contents) > 0)
                switch (type) {
                case 's':
                        (void) sd_bus_message_read_basic(m, 's', &s);
                        fprintf(f, "%s,", s);
                        break;
                case 't':
                        (void) sd_bus_message_read_basic(m, 't', &t);
                        fprintf(f, "%llu,", (unsigned long long) t);
                        break;
                case 'u':
                        (void) sd_bus_message_read_basic(m, 'u', &u);
                        fprintf(f, "%u,", u);
                        break;
                case 'y':
                        (void) sd_bus_message_read_basic(m, 'y', &y);
                        fprintf(f, "%c", y);
                        break;
                case 'h':
                        (void) sd_bus_message_read_basic(m, 'h', &i);
                        fprintf(f, "fd,");
                        break;
                case 'b':
                case 'i':
                        (void) sd_bus_message_read_basic(m, type, &i);
                        fprintf(f, "%d,", i);
                        break;
                default:
                        (void) sd_bus_message_enter_container(m, type, contents);
                        fputc('[', f);
                        dump(m, f);
                        fputc(']', f);
                        (void) sd_bus_message_exit_container(m);
                }
}

/* The message's properties as "NAME=TYPE VALUE" lines. */
static char **read_properties(sd_bus_message *m) {
        char **lines = NULL;
        const char *name, *type;

        (void) sd_bus_message_skip(m, "ss");
        (void) sd_bus_message_enter_container(m, 'a', "(sv)");
        while (sd_bus_message_enter_container(m, 'r', "sv") > 0) {
                _cleanup_(freep) char *value = NULL;
                size_t size;
                FILE *f = open_memstream(&value, &size);

                (void) sd_bus_message_read_basic(m, 's', &name);
                (void) sd_bus_message_peek_type(m, NULL, &type);
                (void) sd_bus_message_enter_container(m, 'v', type);
                fprintf(f, "%s ", type);
                dump(m, f);
                (void) fclose(f);
                (void) sd_bus_message_exit_container(m);
                (void) sd_bus_message_exit_container(m);
                (void) strv_env_set(&lines, name, value);
        }
        return lines;
}

static int properties_of(const UnitSpec *s, char *const *without, Error *e, char ***ret) {
        _cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = fake_bus();
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = start_message_new(bus, s, without, e, &m);
        if (r < 0)
                return r;
        ok(sd_bus_message_seal(m, 1, 0) >= 0);
        ok_str(sd_bus_message_get_signature(m, true), "ssa(sv)a(sa(sv))");
        ok_str(sd_bus_message_get_member(m), "StartTransientUnit");
        *ret = read_properties(m);
        return 0;
}

/* The specification of a small package in the system scope. */
static void make_spec(const char *description, UnitSpec *ret) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(freep) char *text = NULL;
        ModuleUnit m = {
                .scope = SCOPE_SYSTEM,
                .name = "@acme/tool",
                .folder = "/srv/100% tool",
                .package = &p,
                .config = "/etc/pm2ctl",
                .state = "/var/lib/pm2ctl",
                .launcher = "/usr/libexec/pm2ctl/pm2-launch",
        };

        ok(asprintf(&text,
                    "{ \"name\": \"@acme/tool\", \"homepage\": \"https://x/y\", \"apps\": [ {"
                    "\"script\": \"a\", \"max_memory_restart\": \"1M\", \"stop_exit_codes\": [ 3 ] "
                    "} "
                    "] }") > 0);
        ok(package_parse(text, strlen(text), NULL, &p) == 0);
        ok(free_and_strdup(&p.description, description) == 0);
        ok(unit_spec_module(&m, NULL, ret) == 0);
}

static void test_contents(void) {
        static const char *const expected[][2] = {
                { "Description", "s @acme/tool: a thing," },
                { "Documentation", "as [https://x/y,]" },
                { "Slice", "s pm2.slice," },
                { "Type", "s notify," },
                { "SyslogIdentifier", "s acme:tool," },
                { "LogExtraFields", "aay [[PM2_MODULE=@acme/tool][PM2CTL=module]]" },
                { "ExecStart", "a(sasb) [[/usr/libexec/pm2ctl/pm2-launch,[/usr/libexec/pm2ctl/"
                               "pm2-launch,acme:tool,]0,]]" },
                { "WorkingDirectory", "s /srv/100% tool," },
                { "LoadCredential", "a(ss) [[global,/etc/pm2ctl/settings.ini,][module,/etc/pm2ctl/"
                                    "modules/@acme+tool.ini,]]" },
                { "SetCredential", "a(say) [[global,[\n]][module,[\n]]]" },
                { "DynamicUser", "b 1," },
                { "StateDirectory", "as [pm2ctl-data/@acme+tool,]" },
                { "StateDirectoryMode", "u 448," },
                { "RuntimeDirectory", "as [pm2ctl/@acme+tool,]" },
                { "MemoryMax", "t 1048576," },
                { "MemorySwapMax", "t 0," },
                { "OOMPolicy", "s stop," },
                { "Restart", "s always," },
                { "RestartPreventExitStatus", "(aiai) [[3,170,171,172,173,174,][]]" },
                { "SuccessExitStatus", "(aiai) [[130,143,3,][]]" },
                { "StartLimitBurst", "u 16," },
                { "StartLimitIntervalUSec", "t 16000000," },
                { "TimeoutStopUSec", "t 1600000," },
                { "KillSignal", "i 2," },
                { "CapabilityBoundingSet", "t 0," },
                { "RestrictNamespaces", "t 33554432," },
                { "RestrictAddressFamilies", "(bas) [1,[AF_UNIX,AF_INET,AF_INET6,AF_NETLINK,]]" },
                { "SystemCallFilter", "(bas) [1,[@system-service,@pkey,]]" },
                { "SystemCallErrorNumber", "i 1," },
                { "ProtectHome", "s yes," },
                { "PrivateTmp", "b 1," },
                { "UMask", "u 63," },
                /* unset ones are not sent */
                { "RestartUSec", NULL },
                { "TimeoutStartUSec", NULL },
                { "Group", NULL },
                { "Environment", NULL },
                { "PrivateNetwork", NULL },
                { "StandardOutputFileDescriptor", NULL },
        };
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        _cleanup_(strv_freep) char **got = NULL;

        make_spec("a thing", &s);
        ok(properties_of(&s, NULL, NULL, &got) == 0);
        for (size_t i = 0; i < ELEMENTSOF(expected); i++)
                ok_str(strv_env_get(got, expected[i][0]), expected[i][1]);
}

static void test_user_scope(void) {
        static const char *const never[] = {
                "DynamicUser",  "User",         "ProtectSystem",
                "PrivateUsers", "DevicePolicy", "CapabilityBoundingSet"
        };
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        _cleanup_(strv_freep) char **got = NULL;

        make_spec("a thing", &s);
        s.sandbox = SANDBOX_USER;
        s.dynamic_user = false;
        free(s.user);
        s.user = NULL;
        ok(properties_of(&s, NULL, NULL, &got) == 0);
        for (size_t i = 0; i < ELEMENTSOF(never); i++)
                ok(!strv_env_get(got, never[i]));
        ok_str(strv_env_get(got, "NoNewPrivileges"), "b 1,");
}

static void test_without(void) {
        char *const without[] = { (char *) "PrivateIPC", NULL };
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        _cleanup_(strv_freep) char **with_it = NULL, **got = NULL;

        make_spec("a thing", &s);
        ok(properties_of(&s, NULL, NULL, &with_it) == 0);
        ok_str(strv_env_get(with_it, "PrivateIPC"), "b 1,");
        ok(properties_of(&s, without, NULL, &got) == 0);
        ok(!strv_env_get(got, "PrivateIPC"));
        ok(strv_length(with_it) == strv_length(got) + 1);

        ok(property_is_optional("PrivateIPC"));
        ok(!property_is_optional("NoNewPrivileges"));
        ok(!property_is_optional("User"));
        ok(!property_is_optional("NoSuchThing"));
}

static void test_descriptors(void) {
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        _cleanup_(strv_freep) char **got = NULL;

        make_spec("a thing", &s);
        s.stdin_fd = s.stdout_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        ok(s.stdin_fd >= 0);
        ok(properties_of(&s, NULL, NULL, &got) == 0);
        ok_str(strv_env_get(got, "StandardInputFileDescriptor"), "h fd,");
        ok_str(strv_env_get(got, "StandardOutputFileDescriptor"), "h fd,");
        ok(!strv_env_get(got, "StandardErrorFileDescriptor"));
        (void) close(s.stdin_fd);
}

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
                        s.credentials = (UnitCredentials){ &c, 1 };
                        ok(start_message_new(bus, &s, NULL, &e, &m) == -EINVAL);
                        ok(e.message && strstr(e.message, "Credential"));
                        error_clear(&e);
                }
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
                _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
                _cleanup_(strv_freep) char **got = NULL;

                make_spec(hostile[h], &s);
                ok(properties_of(&s, NULL, NULL, &got) == 0);
                ok(!has_control(strv_env_get(got, "Description")));
                ok(startswith(strv_env_get(got, "Description"), "s @acme/tool:"));
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
        test_contents();
        test_user_scope();
        test_without();
        test_descriptors();
        test_hostile_refused();
        test_hostile_credentials();
        test_hostile_description();
        test_quotes();
        test_limits();
        test_command();
        return tap_done();
}
