/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything a transient unit of ours is made of, as a plain structure; src/unit turns it into
 * properties. What a field means is what systemd's property of that name means. NULL, false and the
 * *_UNSET values leave systemd's default. */

#include "basic/macro.h"

#define UNIT_UNSET    UINT64_MAX /* of amounts and times: systemd's "infinity" or its default */
#define UNIT_TIME_MAX (24 * 3600 * USEC_PER_SEC) /* of any delay a package may ask for */
#define UNIT_WATCHDOG (180 * USEC_PER_SEC)       /* within which a lost bridge is missed */
#define UNIT_STOP_MAX (3600 * USEC_PER_SEC) /* a package must not hold up a shutdown for ever */
#define UNIT_FD_NONE  (-EBADF)
/* What a module gets unless its package or a drop-in says otherwise. V8 keeps its heap below 2
 * to 4 GiB by default, and node has about a dozen threads. Both are there so that one module cannot
 * take the machine along, not to find out what one needs. */
#define UNIT_MEMORY_MAX (UINT64_C(4) * 1024 * 1024 * 1024)
#define UNIT_TASKS_MAX  512

/* Which list of constant properties goes with the unit. */
typedef enum Sandbox {
        SANDBOX_USER,          /* what an unprivileged user manager can do; keeps nothing apart */
        SANDBOX_SYSTEM,        /* all that lets node and what it calls work */
        SANDBOX_FETCH,         /* the same, and all addresses: name servers may be link-local */
        SANDBOX_SCRIPTS,       /* that of modules without sockets and memory of other processes */
        SANDBOX_PM2CTL_USER,   /* those of units that run pm2ctl: they ask the manager, and read; */
        SANDBOX_PM2CTL_SYSTEM, /* in the system scope as root, or as a linked folder's user */
} Sandbox;

/* A file handed to the unit under $CREDENTIALS_DIRECTORY; one that is missing arrives as "\n". */
typedef struct UnitCredential {
        char *id;
        char *path;
} UnitCredential;

typedef struct UnitCredentials {
        UnitCredential *items;
        size_t n;
} UnitCredentials;

/* Exit statuses of the main process. */
typedef struct UnitStatuses {
        uint8_t *codes;
        size_t n;
} UnitStatuses;

typedef struct UnitSpec {
        char *unit;
        char *timer;     /* what is started in its place, to start it at these times; or NULL */
        char **calendar; /* systemd.time(7)'s calendar events */
        Sandbox sandbox;

        /* foreign texts, for people */
        char *description;
        char **documentation;

        const char *type;
        const char *notify_access;
        const char *slice;
        char *syslog_identifier;
        char **log_fields; /* "NAME=value" */

        char **argv; /* the program's absolute path first */
        char **environment;
        char *working_directory;
        UnitCredentials credentials;
        int stdin_fd, stdout_fd, stderr_fd; /* borrowed; UNIT_FD_NONE: the manager's default */

        bool dynamic_user;
        /* with dynamic_user: `user` is an account of the host, which has to be there */
        bool account;
        char *user;
        char *user_fallback; /* with dynamic_user: taken where an account owns `user` */
        char *group;
        char **state_directory, **runtime_directory, **cache_directory;
        char **read_write_paths;
        const char *protect_home;
        bool private_tmp;
        bool private_network;
        char **addresses_allowed; /* "ADDRESS/LENGTH", of those that the sandbox denies */

        uint64_t memory_max, memory_swap_max, tasks_max;
        const char *restart;
        uint64_t restart_usec;
        unsigned restart_steps; /* in which the delay grows to restart_max_usec; 0: it does not */
        uint64_t restart_max_usec;
        unsigned start_limit_burst; /* 0: unset */
        uint64_t start_limit_interval_usec;
        UnitStatuses success, restart_prevent;
        bool remain_after_exit;
        uint64_t timeout_start_usec, timeout_stop_usec;
        uint64_t watchdog_usec;
        int kill_signal, watchdog_signal;
} UnitSpec;

/* An empty specification, whose descriptors and amounts are unset. */
#define UNIT_SPEC_EMPTY \
        ((UnitSpec) { \
                .stdin_fd = UNIT_FD_NONE, \
                .stdout_fd = UNIT_FD_NONE, \
                .stderr_fd = UNIT_FD_NONE, \
                .memory_max = UNIT_UNSET, \
                .memory_swap_max = UNIT_UNSET, \
                .tasks_max = UNIT_UNSET, \
                .restart_usec = UNIT_UNSET, \
                .restart_max_usec = UNIT_UNSET, \
                .start_limit_interval_usec = UNIT_UNSET, \
                .timeout_start_usec = UNIT_UNSET, \
                .timeout_stop_usec = UNIT_UNSET, \
                .watchdog_usec = UNIT_UNSET, \
        })

/* Frees what it owns; the specification is empty then. */
void unit_spec_done(UnitSpec *s);

/* Copies both strings. */
int unit_spec_add_credential(UnitSpec *s, const char *id, const char *path);

/* Appends statuses. -ENOMEM. */
int unit_statuses_add(UnitStatuses *s, const uint8_t *codes, size_t n);

/* Does not have it restarted when it ends with this status. */
int unit_spec_prevent_restart(UnitSpec *s, uint8_t status);

/* Whether a URL, such as a homepage, may become Documentation=: systemd refuses other schemes, and
 * mangles other characters. */
bool documentation_is_safe(const char *url);
