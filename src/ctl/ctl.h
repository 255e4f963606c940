/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verbs of pm2ctl share: the command line as parsed, and the scope they act in. */

#include "basic/error.h"
#include "basic/table.h"
#include "basic/verbs.h"
#include "module/modules.h"

/* Exit statuses beside 0 and 1. */
enum {
        EXIT_USAGE = VERB_USAGE,
        EXIT_STOPPED = 3, /* status: systemctl's for a unit that does not run */
        EXIT_NO_MODULE = 4,
        EXIT_TIMEOUT = 5, /* trigger: no answer in time */
        EXIT_UNKNOWN = 6, /* outdated: not all could be found out */
};

/* The options, written by main() only. */
typedef struct Arguments {
        bool system, user; /* --system, --user; neither: by the caller */
        JsonMode json;
        bool legend;
        bool pager;
        bool quiet;

        const char *uid, *gid; /* install */
        const char *env;       /* install */
        char *const *args;     /* install: behind "--", NULL where there is none */
        bool force;            /* install, update */
        bool ignore_scripts, scripts_network, offline, prefer_offline, allow_unverified;
        uint64_t safe_usec; /* install, update, rollback: how long it has to stay up */
        bool purge;         /* uninstall */
        bool all;           /* the verbs that act on modules */
        bool enabled;       /* start: those that are started at boot */
        bool restart;       /* set, unset */
        bool secret;        /* set */
        bool typed;         /* set: values are JSON */
        bool show_secrets;  /* get, conf, env */
        const char *lines;  /* logs, as the next three lines */
        bool follow, reverse;
        const char *since, *until, *priority;
        const char *grep, *output;
        const char *timeout;            /* trigger */
        const char *tag, *access, *otp; /* publish */
        bool dry_run;                   /* package, publish */
} Arguments;

/* Opened by context_open(); store and bus come when first asked for. It must stay where it is,
 * since notes are printed by it. */
typedef struct Context {
        const Arguments *arg;
        Modules modules;
        bool warned; /* of the missing manager */
} Context;

/* Decides the scope and finds its folders. Prints what is wrong. */
int context_open(const Arguments *arg, Context *ret);
void context_done(Context *c);

/* Warns, with the remedy, where nothing of the user's modules can be recorded, since the journal
 * has no part that this user may read. */
void context_warn_unrecorded(const Context *c);

/* Says, with the remedy, that records are old where the relay does not run. */
void context_warn_relay(const Context *c);

/* The style of a verb's table. */
TableStyle table_style(const Arguments *arg, const char *nothing);

extern const Verb verb_cache, verb_check, verb_complete, verb_conf, verb_cron, verb_disable,
        verb_enable, verb_env, verb_generate, verb_get, verb_install, verb_jlist, verb_list,
        verb_logs, verb_multiset, verb_outdated, verb_package, verb_publish, verb_restart,
        verb_rollback, verb_set, verb_show, verb_start, verb_status, verb_stop, verb_trigger,
        verb_uninstall, verb_unset, verb_update, verb_watch;
