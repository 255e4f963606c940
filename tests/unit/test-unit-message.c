/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/unit-spec-module.h"
#include "model/unit-spec.h"
#include "unit/message.h"

#include <fcntl.h>

#include "basic/string-util.h"
#include "basic/strv.h"
#include "fake-manager.h"
#include "model/package.h"
#include "tap.h"

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
                (void) strv_extendf(&lines, "%s=%s", name, value); /* a name may come twice */
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
                { "NotifyAccess", "s all," },
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
                { "RestartPreventExitStatus", "(aiai) [[3,170,171,172,173,174,175,][]]" },
                { "SuccessExitStatus", "(aiai) [[130,143,3,][]]" },
                { "StartLimitBurst", "u 16," },
                { "StartLimitIntervalUSec", "t 16000000," },
                { "TimeoutStopUSec", "t 1600000," },
                { "KillSignal", "i 2," },
                { "WatchdogUSec", "t 180000000," },
                { "WatchdogSignal", "i 2," },
                { "CapabilityBoundingSet", "t 0," },
                { "RestrictNamespaces", "t 33554432," },
                { "RestrictAddressFamilies", "(bas) [1,[AF_UNIX,AF_INET,AF_INET6,AF_NETLINK,]]" },
                { "SystemCallFilter", "(bas) [1,[@system-service,@pkey,]]" },
                { "TasksMax", "t 512," },
                { "TemporaryFileSystem",
                  "a(ss) [[/dev/shm,mode=1777,size=64M,nr_inodes=4096,nosuid,nodev,noexec,]"
                  "[/run/lock,mode=1777,size=1M,nr_inodes=256,nosuid,nodev,noexec,]]" },
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
        ok(strv_contains(got, "SystemCallFilter=(bas) [0,[io_uring_setup,io_uring_enter,"
                              "io_uring_register,]]"));
}

/* Units that run pm2ctl: what one has and the other has not. */
static void test_pm2ctl(void) {
        static const struct {
                const char *property;
                bool system, user;
        } expected[] = {
                { "NoNewPrivileges=b 1,", true, true },
                { "MemoryDenyWriteExecute=b 1,", true, true },
                { "RestrictAddressFamilies=(bas) [1,[AF_UNIX,]]", true, true },
                { "SystemCallFilter=(bas) [1,[@system-service,]]", true, true },
                { "SystemCallFilter=(bas) [0,[@privileged,@resources,]]", true, true },
                { "SystemCallFilter=(bas) [1,[@setuid,]]", true, false },
                { "CapabilityBoundingSet=t 192,", true, false },
                { "ProtectSystem=s strict,", true, false },
                { "ReadOnlyPaths=as [/run,/dev/shm,]", true, false },
                { "PrivateUsers=b 1,", false, false },
                { "CapabilityBoundingSet=t 0,", false, false },
        };
        _cleanup_(strv_freep) char **system = NULL, **user = NULL;
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;

        make_spec("a thing", &s);
        s.sandbox = SANDBOX_PM2CTL_SYSTEM;
        ok(properties_of(&s, NULL, NULL, &system) == 0);
        s.sandbox = SANDBOX_PM2CTL_USER;
        ok(properties_of(&s, NULL, NULL, &user) == 0);
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                printf("# %s\n", expected[i].property);
                ok(strv_contains(system, expected[i].property) == expected[i].system);
                ok(strv_contains(user, expected[i].property) == expected[i].user);
        }
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

/* What modules may and scripts may not. */
static void test_scripts(void) {
        static const char *const denied =
                "SystemCallFilter=(bas) [0,[mq_open,msgget,semget,shmget,]]";
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        _cleanup_(strv_freep) char **module = NULL, **got = NULL;

        make_spec("a thing", &s);
        ok(properties_of(&s, NULL, NULL, &module) == 0);
        s.sandbox = SANDBOX_SCRIPTS;
        ok(properties_of(&s, NULL, NULL, &got) == 0);
        ok(strv_length(got) == strv_length(module) + 1);
        ok_str(strv_env_get(got, "RestrictAddressFamilies"),
               "(bas) [1,[AF_INET,AF_INET6,AF_NETLINK,]]");
        ok(strv_contains(got, denied) && !strv_contains(module, denied));
        ok_str(strv_env_get(got, "ProtectSystem"), "s strict,");
        ok_str(strv_env_get(got, "PrivateIPC"), "b 1,");
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

int main(void) {
        test_contents();
        test_pm2ctl();
        test_user_scope();
        test_scripts();
        test_without();
        test_descriptors();
        return tap_done();
}
