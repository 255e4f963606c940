/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One entry of a package's "apps": what is run, and how it is kept running. */

#include "basic/json.h"

/* What PM2 does unless told otherwise. */
#define APP_MAX_RESTARTS        16
#define APP_MIN_UPTIME_USEC     (1 * USEC_PER_SEC)
#define APP_KILL_TIMEOUT_USEC   (1600 * USEC_PER_MSEC)
#define APP_LISTEN_TIMEOUT_USEC (3 * USEC_PER_SEC)

#define APP_INSTANCES_MAX       64

typedef enum WatchMode {
        WATCH_UNSET, /* a linked folder is watched, an installed package is not */
        WATCH_NO,
        WATCH_YES,
} WatchMode;

typedef struct App {
        char *name;   /* as declared, else NULL */
        char *script; /* below the package, normalized */
        char **args;
        char *interpreter; /* NULL: by the script's extension; "none": the script itself */
        char **interpreter_args;
        char *cwd;         /* below the package; NULL: the package's folder */
        char *namespace;   /* told to the module, no more; NULL: "default" */
        json_object *env;  /* object, or NULL */
        json_object *envs; /* { "production": {…} } of env_production, or NULL */

        bool autostart; /* false: the module's start leaves it to its timer, or to a person */
        bool autorestart;
        bool preload; /* "pmx": false turns the axm preload off */
        uint64_t restart_delay_usec;
        uint64_t min_uptime_usec;
        unsigned max_restarts;
        uint64_t kill_timeout_usec;
        uint64_t max_memory; /* bytes, 0: no limit */
        uint8_t *stop_exit_codes;
        size_t n_stop_exit_codes;

        bool wait_ready; /* it says itself when it is */
        uint64_t listen_timeout_usec;
        bool shutdown_with_message;
        uint64_t backoff_usec; /* of the first restart, from where it grows; 0: it does not */
        char **cron;           /* when to restart, as systemd's calendar events */
        char *timezone;        /* of these, which have it in them; NULL: the machine's */

        WatchMode watch;
        char **watch_paths;  /* below the package; NULL: all of it */
        char **ignore_watch; /* shell patterns */
        uint64_t watch_delay_usec;

        char *instance_variable;  /* in place of NODE_APP_INSTANCE; or NULL */
        char *increment_variable; /* which is a number that grows by 1 with each instance; or NULL */

        int instances; /* 0: one for each processor; less: so many fewer */

        char **ignored; /* declared fields that have no effect here */
} App;

/* Parses one declaration: an object, or a string that is the script. `where` is its place in
 * package.json, for messages. -EINVAL with a clause that names the field. */
int app_parse(json_object *declaration, const char *where, Error *e, App *ret);

/* How many instances run here: a number above 0 is that number, 0 and less count from the
 * processors. At least 1. */
unsigned app_count_instances(const App *app);

/* Whether changes restart it; `linked`: in a linked folder. */
bool app_is_watched(const App *app, bool linked);

/* Frees what it owns. */
void app_done(App *app);
