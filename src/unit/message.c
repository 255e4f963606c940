/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/message.h"

#include <linux/capability.h>

#include "basic/error.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/denied-address.h"
#include "model/unit-spec.h"
#include "unit/bus.h"
#include "unit/property.h"

/* What differs from unit to unit. */
static const struct {
        const char *name;
        PropertyKind kind;
        size_t offset;
        const char *optional; /* left out where the manager does not know this one */
} fields[] = {
        { "Description", PROPERTY_TEXT, offsetof(UnitSpec, description) },
        { "Documentation", PROPERTY_STRINGS, offsetof(UnitSpec, documentation) },
        { "Slice", PROPERTY_STRING, offsetof(UnitSpec, slice) },
        { "Type", PROPERTY_STRING, offsetof(UnitSpec, type) },
        { "NotifyAccess", PROPERTY_STRING, offsetof(UnitSpec, notify_access) },
        { "SyslogIdentifier", PROPERTY_STRING, offsetof(UnitSpec, syslog_identifier) },
        { "LogExtraFields", PROPERTY_FIELDS, offsetof(UnitSpec, log_fields) },

        { "ExecStart", PROPERTY_COMMAND, offsetof(UnitSpec, argv) },
        { "Environment", PROPERTY_STRINGS, offsetof(UnitSpec, environment) },
        { "WorkingDirectory", PROPERTY_STRING, offsetof(UnitSpec, working_directory) },
        { "LoadCredential", PROPERTY_SOURCES, offsetof(UnitSpec, credentials) },
        { "SetCredential", PROPERTY_FALLBACKS, offsetof(UnitSpec, credentials) },
        { "StandardInputFileDescriptor", PROPERTY_FD, offsetof(UnitSpec, stdin_fd) },
        { "StandardOutputFileDescriptor", PROPERTY_FD, offsetof(UnitSpec, stdout_fd) },
        { "StandardErrorFileDescriptor", PROPERTY_FD, offsetof(UnitSpec, stderr_fd) },

        { "DynamicUser", PROPERTY_BOOL, offsetof(UnitSpec, dynamic_user) },
        { "User", PROPERTY_STRING, offsetof(UnitSpec, user) },
        { "Group", PROPERTY_STRING, offsetof(UnitSpec, group) },
        { "StateDirectory", PROPERTY_STRINGS, offsetof(UnitSpec, state_directory) },
        { "RuntimeDirectory", PROPERTY_STRINGS, offsetof(UnitSpec, runtime_directory) },
        { "CacheDirectory", PROPERTY_STRINGS, offsetof(UnitSpec, cache_directory) },
        { "ReadWritePaths", PROPERTY_STRINGS, offsetof(UnitSpec, read_write_paths) },
        { "ProtectHome", PROPERTY_STRING, offsetof(UnitSpec, protect_home) },
        { "PrivateTmp", PROPERTY_BOOL, offsetof(UnitSpec, private_tmp) },
        { "PrivateNetwork", PROPERTY_BOOL, offsetof(UnitSpec, private_network) },
        { "IPAddressAllow", PROPERTY_PREFIXES, offsetof(UnitSpec, addresses_allowed) },

        { "MemoryMax", PROPERTY_AMOUNT, offsetof(UnitSpec, memory_max) },
        { "TasksMax", PROPERTY_AMOUNT, offsetof(UnitSpec, tasks_max) },
        { "MemorySwapMax", PROPERTY_AMOUNT, offsetof(UnitSpec, memory_swap_max) },
        { "Restart", PROPERTY_STRING, offsetof(UnitSpec, restart) },
        { "RemainAfterExit", PROPERTY_BOOL, offsetof(UnitSpec, remain_after_exit) },
        { "RestartUSec", PROPERTY_AMOUNT, offsetof(UnitSpec, restart_usec) },
        { "RestartSteps", PROPERTY_COUNT, offsetof(UnitSpec, restart_steps), "RestartSteps" },
        { "RestartMaxDelayUSec", PROPERTY_AMOUNT, offsetof(UnitSpec, restart_max_usec),
          "RestartSteps" },
        { "RestartPreventExitStatus", PROPERTY_STATUSES, offsetof(UnitSpec, restart_prevent) },
        { "SuccessExitStatus", PROPERTY_STATUSES, offsetof(UnitSpec, success) },
        { "StartLimitBurst", PROPERTY_COUNT, offsetof(UnitSpec, start_limit_burst) },
        { "StartLimitIntervalUSec", PROPERTY_AMOUNT,
          offsetof(UnitSpec, start_limit_interval_usec) },
        { "TimeoutStartUSec", PROPERTY_AMOUNT, offsetof(UnitSpec, timeout_start_usec) },
        { "TimeoutStopUSec", PROPERTY_AMOUNT, offsetof(UnitSpec, timeout_stop_usec) },
        { "KillSignal", PROPERTY_NUMBER, offsetof(UnitSpec, kill_signal) },
        { "WatchdogUSec", PROPERTY_AMOUNT, offsetof(UnitSpec, watchdog_usec) },
        { "WatchdogSignal", PROPERTY_NUMBER, offsetof(UnitSpec, watchdog_signal) },
};

#define TIMER_ACCURACY (100 * USEC_PER_MSEC)

#define IN_SCRIPTS     (1U << SANDBOX_SCRIPTS)
#define IN_FETCH       (1U << SANDBOX_FETCH)
#define IN_SYSTEM      (1U << SANDBOX_SYSTEM | IN_FETCH | IN_SCRIPTS)
#define IN_USER        (1U << SANDBOX_USER)
#define OF_PM2CTL      (1U << SANDBOX_PM2CTL_SYSTEM)
#define OF_MODULES     (IN_SYSTEM | IN_USER)
#define OF_PM2CTL_ANY  (OF_PM2CTL | 1U << SANDBOX_PM2CTL_USER)
#define OF_ROOT        (IN_SYSTEM | OF_PM2CTL) /* made by the system's manager */
#define EVERYWHERE     (OF_MODULES | OF_PM2CTL_ANY)

#define YES            ((const bool[]) { true })
#define WORD(s)        ((const char *const[]) { s })
#define WORDS(...)     ((const char *const *const[]) { (const char *const[]) { __VA_ARGS__, NULL } })
#define COUNT(n)       ((const unsigned[]) { n })
#define AMOUNT(n)      ((const uint64_t[]) { n })
#define NUMBER(n)      ((const int[]) { n })

/* Folders that all users of the machine write to, on file systems without a limit of their own:
 * each unit gets small ones. */
#define BOUNDED_FOLDERS \
        "/dev/shm", "mode=1777,size=64M,nr_inodes=4096,nosuid,nodev,noexec", "/run/lock", \
                "mode=1777,size=1M,nr_inodes=256,nosuid,nodev,noexec"

/* Not in the list of modules, since node needs it: MemoryDenyWriteExecute= (V8 compiles as it
 * runs), ProcSubset=pid (os.cpus() would be empty), ProtectProc= (a monitoring module counts
 * processes).
 */
static const struct {
        unsigned where;
        const char *name;
        PropertyKind kind;
        const void *value;
        bool optional;
} constants[] = {
        { EVERYWHERE, "CollectMode", PROPERTY_STRING, WORD("inactive") },
        { EVERYWHERE, "KillMode", PROPERTY_STRING, WORD("control-group") },
        { EVERYWHERE, "OOMPolicy", PROPERTY_STRING, WORD("stop") },
        { EVERYWHERE, "CPUAccounting", PROPERTY_BOOL, YES },
        { EVERYWHERE, "MemoryAccounting", PROPERTY_BOOL, YES },
        { EVERYWHERE, "TasksAccounting", PROPERTY_BOOL, YES },
        { EVERYWHERE, "StateDirectoryMode", PROPERTY_COUNT, COUNT(0700) },
        { EVERYWHERE, "RuntimeDirectoryMode", PROPERTY_COUNT, COUNT(0700) },
        { EVERYWHERE, "CacheDirectoryMode", PROPERTY_COUNT, COUNT(0700) },

        { EVERYWHERE, "NoNewPrivileges", PROPERTY_BOOL, YES },
        { EVERYWHERE, "KeyringMode", PROPERTY_STRING, WORD("private") },
        { EVERYWHERE, "LockPersonality", PROPERTY_BOOL, YES },
        { OF_MODULES & ~IN_SCRIPTS, "RestrictAddressFamilies", PROPERTY_WORDS_ALLOWED,
          WORDS("AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK") },
        /* Through a socket of another user a script could pass on descriptors of its tree. Pairs of
         * sockets, which node has with its children, are not affected. */
        { IN_SCRIPTS, "RestrictAddressFamilies", PROPERTY_WORDS_ALLOWED,
          WORDS("AF_INET", "AF_INET6", "AF_NETLINK") },
        { OF_PM2CTL_ANY, "RestrictAddressFamilies", PROPERTY_WORDS_ALLOWED, WORDS("AF_UNIX") },
        /* An empty mask would be written as an empty setting, which restricts nothing after a
         * daemon-reload; so one kind stays allowed, that of cgroups, which gives nothing away. */
        { EVERYWHERE, "RestrictNamespaces", PROPERTY_AMOUNT, AMOUNT(0x2000000) },
        { EVERYWHERE, "RestrictRealtime", PROPERTY_BOOL, YES },
        { EVERYWHERE, "RestrictSUIDSGID", PROPERTY_BOOL, YES },
        { EVERYWHERE, "SystemCallArchitectures", PROPERTY_STRINGS, WORDS("native") },
        { EVERYWHERE, "SystemCallErrorNumber", PROPERTY_NUMBER, NUMBER(EPERM) },
        { OF_MODULES, "SystemCallFilter", PROPERTY_WORDS_ALLOWED,
          WORDS("@system-service", "@pkey") },
        /* a ring makes sockets of families that RestrictAddressFamilies= refuses to socket() */
        { OF_MODULES, "SystemCallFilter", PROPERTY_WORDS_DENIED,
          WORDS("io_uring_setup", "io_uring_enter", "io_uring_register") },
        /* memory and queues of all users, where the manager knows no PrivateIPC= */
        { IN_SCRIPTS, "SystemCallFilter", PROPERTY_WORDS_DENIED,
          WORDS("mq_open", "msgget", "semget", "shmget") },
        { OF_PM2CTL_ANY, "SystemCallFilter", PROPERTY_WORDS_ALLOWED, WORDS("@system-service") },
        { OF_PM2CTL_ANY, "SystemCallFilter", PROPERTY_WORDS_DENIED,
          WORDS("@privileged", "@resources") },
        { OF_PM2CTL_ANY, "MemoryDenyWriteExecute", PROPERTY_BOOL, YES },

        { IN_SYSTEM, "CapabilityBoundingSet", PROPERTY_AMOUNT, AMOUNT(0) },
        { IN_SYSTEM & ~IN_FETCH, "IPAddressDeny", PROPERTY_PREFIXES, WORDS(DENIED_ADDRESSES) },
        { IN_SYSTEM, "PrivateUsers", PROPERTY_BOOL, YES },
        { IN_SYSTEM, "RemoveIPC", PROPERTY_BOOL, YES },
        { IN_SYSTEM, "TemporaryFileSystem", PROPERTY_MOUNTS, WORDS(BOUNDED_FOLDERS) },

        /* pm2ctl looks at a linked folder as its user. Its own user is root, since the manager
         * starts units for no other; what those two take is all that is left open. */
        { OF_PM2CTL, "CapabilityBoundingSet", PROPERTY_AMOUNT,
          AMOUNT(1U << CAP_SETUID | 1U << CAP_SETGID) },
        { OF_PM2CTL, "SystemCallFilter", PROPERTY_WORDS_ALLOWED, WORDS("@setuid") },
        { OF_PM2CTL, "IPAddressDeny", PROPERTY_PREFIXES, WORDS("0.0.0.0/0", "::/0") },
        { OF_PM2CTL, "PrivateMounts", PROPERTY_BOOL, YES },
        { OF_PM2CTL, "ProcSubset", PROPERTY_STRING, WORD("pid") },
        { OF_PM2CTL, "ProtectProc", PROPERTY_STRING, WORD("invisible") },
        /* which ProtectSystem=strict leaves as they are */
        { OF_PM2CTL, "ReadOnlyPaths", PROPERTY_STRINGS, WORDS("/run", "/dev/shm") },

        { OF_ROOT, "DevicePolicy", PROPERTY_STRING, WORD("closed") },
        { OF_ROOT, "PrivateDevices", PROPERTY_BOOL, YES },
        { OF_ROOT, "ProtectClock", PROPERTY_BOOL, YES },
        { OF_ROOT, "ProtectControlGroups", PROPERTY_BOOL, YES },
        { OF_ROOT, "ProtectHostname", PROPERTY_BOOL, YES },
        { OF_ROOT, "ProtectKernelLogs", PROPERTY_BOOL, YES },
        { OF_ROOT, "ProtectKernelModules", PROPERTY_BOOL, YES },
        { OF_ROOT, "ProtectKernelTunables", PROPERTY_BOOL, YES },
        { OF_ROOT, "ProtectSystem", PROPERTY_STRING, WORD("strict") },
        { OF_ROOT, "UMask", PROPERTY_COUNT, COUNT(0077) },
        { OF_ROOT, "PrivateIPC", PROPERTY_BOOL, YES, .optional = true },
};

static int append_properties(sd_bus_message *m, const UnitSpec *s, char *const *without, Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "(sv)");
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(fields); i++) {
                if (fields[i].optional && strv_contains(without, fields[i].optional))
                        continue;
                r = property_append(m, fields[i].name, fields[i].kind,
                                    (const char *) s + fields[i].offset, e);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < ELEMENTSOF(constants); i++) {
                if (!(constants[i].where & 1U << s->sandbox) ||
                    strv_contains(without, constants[i].name))
                        continue;
                r = property_append(m, constants[i].name, constants[i].kind, constants[i].value, e);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

static int append_timer_properties(sd_bus_message *m, const UnitSpec *s, Error *e) {
        const struct {
                const char *name;
                PropertyKind kind;
                const void *value;
        } properties[] = {
                { "Description", PROPERTY_TEXT, &s->description },
                { "CollectMode", PROPERTY_STRING, WORD("inactive-or-failed") },
                { "TimersCalendar", PROPERTY_CALENDAR, &s->calendar },
                { "AccuracyUSec", PROPERTY_AMOUNT, AMOUNT(TIMER_ACCURACY) },
        };
        int r;

        r = sd_bus_message_open_container(m, 'a', "(sv)");
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(properties); i++) {
                r = property_append(m, properties[i].name, properties[i].kind, properties[i].value,
                                    e);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

/* A unit that a timer starts: the timer is what is asked for, the unit comes along. */
static int append_timer(sd_bus_message *m, const UnitSpec *s, char *const *without, Error *e) {
        int r;

        r = append_timer_properties(m, s, e);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'a', "(sa(sv))");
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'r', "sa(sv)");
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "s", s->unit);
        if (r < 0)
                return r;
        r = append_properties(m, s, without, e);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_arguments(sd_bus_message *m, const UnitSpec *s, char *const *without, Error *e) {
        int r;

        r = sd_bus_message_append(m, "ss", s->timer ? s->timer : s->unit, "fail");
        if (r < 0)
                return r;
        if (s->timer)
                return append_timer(m, s, without, e);
        r = append_properties(m, s, without, e);
        return r < 0 ? r : sd_bus_message_append(m, "a(sa(sv))", 0);
}

int start_message_new(sd_bus *bus, const UnitSpec *s, char *const *without, Error *e,
                      sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        assert(bus);
        assert(s);
        assert(s->unit);
        assert(ret);

        r = sd_bus_message_new_method_call(bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER,
                                           "StartTransientUnit");
        if (r < 0)
                return r;
        r = append_arguments(m, s, without, e);
        if (r < 0)
                return error_prefix(e, r, "%s", s->unit);

        *ret = TAKE_PTR(m);
        return 0;
}

bool property_is_optional(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                if (streq(fields[i].name, name))
                        return fields[i].optional;
        for (size_t i = 0; i < ELEMENTSOF(constants); i++)
                if (streq(constants[i].name, name))
                        return constants[i].optional;
        return false;
}
