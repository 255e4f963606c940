/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The unit of a program that runs once and ends, in the sandbox modules have. */

#include "basic/macro.h"
#include "model/scope-kind.h"

typedef struct UnitSpec UnitSpec;

/* A fetch takes some 200 MiB and a dozen threads for the largest trees, and keeps to limits of its
 * own; install scripts run compilers, several at once. Both are there so that a package or a
 * registry cannot take the machine along. */
#define ONESHOT_MEMORY_MAX UNIT_MEMORY_MAX
#define ONESHOT_TASKS_MAX  1024

/* Everything is borrowed; NULL leaves it out. */
typedef struct OneshotUnit {
        ScopeKind scope;
        const char *unit; /* "pm2-fetch@3.service" */
        const char *description;
        char *const *argv; /* plain words, the program's absolute path first */
        char *const *environment;
        const char *working_directory;
        bool network;
        char *const *name_servers; /* "ADDRESS/LENGTH" of link-local ones, which scripts may ask */
        /* it runs programs of packages: they can reach no socket or memory of others */
        bool scripts;
        uint64_t timeout_usec; /* UNIT_UNSET: none */

        /* system scope: which user it runs as and where it may write; of the user scope's folders
         * systemd knows nothing */
        const char *user;            /* a dynamic one; at most 31 of [A-Za-z0-9_-] */
        bool account;                /* no, an account, which has to be there */
        const char *state_directory; /* below /var/lib, owned by that user while it runs */
        const char *cache_directory; /* below /var/cache, likewise */
} OneshotUnit;

/* Where such units run: not in the modules' slice, whose processes the relay listens to. */
const char *oneshot_slice(ScopeKind scope);

/* Credentials may be added to it. */
int unit_spec_oneshot(const OneshotUnit *o, UnitSpec *ret);
