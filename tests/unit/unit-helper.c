/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Does with units what pm2ctl does, without its store: for system tests that look at what systemd
 * makes of a specification. */

#include <fcntl.h>
#include <limits.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "basic/error.h"
#include "basic/fs.h"
#include "basic/log.h"
#include "basic/options.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/verbs.h"
#include "launch/notify.h"
#include "model/exit-status.h"
#include "model/package.h"
#include "model/unit-spec-module.h"
#include "model/unit-spec-oneshot.h"
#include "model/unit-spec.h"
#include "unit/bus.h"
#include "unit/oneshot.h"
#include "unit/operation.h"
#include "unit/query.h"
#include "unit/stable.h"
#include "unit/state.h"
#include "unit/unit-outcome.h"

typedef struct Arguments {
        bool user;
        const char *name, *config, *state, *uid, *gid, *launcher;
        const char *seconds, *state_directory, *cache_directory, *credential, *folder, *max;
        bool link, network, input, account, scripts;
} Arguments;

static const Option options[] = {
        { "user", 0, NULL, "the user's manager", OPTION_SET, offsetof(Arguments, user) },
        { "name", 0, "NAME", "the module's, else package.json's", OPTION_STRING,
          offsetof(Arguments, name) },
        { "config", 0, "DIR", "folder of settings", OPTION_STRING, offsetof(Arguments, config) },
        { "state", 0, "DIR", "folder of modules", OPTION_STRING, offsetof(Arguments, state) },
        { "uid", 0, "USER", "whom it runs as", OPTION_STRING, offsetof(Arguments, uid) },
        { "gid", 0, "GROUP", "likewise", OPTION_STRING, offsetof(Arguments, gid) },
        { "launcher", 0, "FILE", "instead of pm2-launch", OPTION_STRING,
          offsetof(Arguments, launcher) },
        { "link", 0, NULL, "the folder is a linked one", OPTION_SET, offsetof(Arguments, link) },
        { "seconds", 0, "N", "time limit", OPTION_STRING, offsetof(Arguments, seconds) },
        { "state-directory", 0, "DIR", "below /var/lib", OPTION_STRING,
          offsetof(Arguments, state_directory) },
        { "cache-directory", 0, "DIR", "below /var/cache", OPTION_STRING,
          offsetof(Arguments, cache_directory) },
        { "folder", 0, "DIR", "working directory", OPTION_STRING, offsetof(Arguments, folder) },
        { "credential", 0, "FILE", "a file for it", OPTION_STRING,
          offsetof(Arguments, credential) },
        { "max", 0, "BYTES", "of output", OPTION_STRING, offsetof(Arguments, max) },
        { "account", 0, NULL, "--uid is one, which has to be there", OPTION_SET,
          offsetof(Arguments, account) },
        { "scripts", 0, NULL, "it runs programs of packages", OPTION_SET,
          offsetof(Arguments, scripts) },
        { "network", 0, NULL, "with network", OPTION_SET, offsetof(Arguments, network) },
        { "input", 0, NULL, "hand standard input on", OPTION_SET, offsetof(Arguments, input) },
};

static int connect_manager(const Arguments *arg, sd_bus **ret) {
        Error e = ERROR_NULL;
        int r;

        r = bus_open(arg->user ? SCOPE_USER : SCOPE_SYSTEM, &e, ret);
        if (r < 0)
                (void) log_error_cause(r, &e, "Cannot connect");
        error_clear(&e);
        return r;
}

/* The specification of the package in a folder. */
static int make_spec(const Arguments *arg, const char *folder, UnitSpec *ret) {
        _cleanup_(freep) char *path = path_join(folder, "package.json"), *text = NULL;
        _cleanup_(package_done) Package package = {};
        Error e = ERROR_NULL;
        size_t size;
        int r;

        r = read_file_at(AT_FDCWD, path, PACKAGE_JSON_MAX, &text, &size);
        if (r >= 0)
                r = package_parse(text, size, &e, &package);
        if (r >= 0) {
                const ModuleUnit m = {
                        .scope = arg->user ? SCOPE_USER : SCOPE_SYSTEM,
                        .name = arg->name ? arg->name : package.name,
                        .folder = folder,
                        .package = &package,
                        .config = arg->config ? arg->config : "/etc/pm2ctl",
                        .state = arg->state ? arg->state : "/var/lib/pm2ctl",
                        .user = arg->uid,
                        .group = arg->gid,
                        .link = arg->link ? folder : NULL,
                        .launcher = arg->launcher,
                };

                r = unit_spec_module(&m, &e, ret);
        }
        if (r < 0)
                (void) log_error_cause(r, &e, "Cannot describe the unit of '%s'", folder);
        error_clear(&e);
        return r;
}

static int report(char *const *units, UnitOutcome *outcomes) {
        int status = EXIT_SUCCESS;

        for (size_t i = 0; units[i]; i++)
                if (outcomes[i].r < 0) {
                        (void) log_error_cause(outcomes[i].r, &outcomes[i].error, "%s", units[i]);
                        status = EXIT_FAILURE;
                }
        return status;
}

static int run_start(const void *args, char **words) {
        _cleanup_(bus_closep) sd_bus *bus = NULL;
        _cleanup_(strv_freep) char **units = NULL;
        size_t n = strv_length(words);
        UnitSpec *specs = calloc(n, sizeof(UnitSpec));
        UnitOutcome *outcomes = NULL;
        Error e = ERROR_NULL;
        int r;

        r = connect_manager(args, &bus);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = make_spec(args, words[i], specs + i);
                if (r >= 0)
                        r = strv_extend(&units, specs[i].unit);
        }
        if (r >= 0) {
                r = units_start(bus, specs, n, &e, &outcomes);
                if (r < 0)
                        (void) log_error_cause(r, &e, "Cannot start");
                else
                        r = report(units, outcomes);
        }
        unit_outcomes_free(outcomes, n);
        for (size_t i = 0; i < n; i++)
                unit_spec_done(specs + i);
        free(specs);
        error_clear(&e);
        return r;
}

static int run_units(const void *args, char **units, const char *what,
                     int (*change)(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret)) {
        _cleanup_(bus_closep) sd_bus *bus = NULL;
        UnitOutcome *outcomes = NULL;
        Error e = ERROR_NULL;
        int r;

        r = connect_manager(args, &bus);
        if (r < 0)
                return r;
        r = change(bus, units, &e, &outcomes);
        if (r < 0)
                (void) log_error_cause(r, &e, "Cannot %s", what);
        else
                r = report(units, outcomes);
        unit_outcomes_free(outcomes, strv_length(units));
        error_clear(&e);
        return r;
}

static int run_stop(const void *args, char **words) {
        return run_units(args, words, "stop", units_stop);
}

static int run_restart(const void *args, char **words) {
        return run_units(args, words, "restart", units_restart);
}

static int run_stable(const void *args, char **words) {
        _cleanup_(bus_closep) sd_bus *bus = NULL;
        Error e = ERROR_NULL;
        int r;

        r = connect_manager(args, &bus);
        if (r < 0)
                return r;
        r = unit_wait_stable(bus, words[0], strtoull(words[1], NULL, 10), &e);
        puts(r < 0 ? error_text(&e, r) : r > 0 ? "ended" : "stable");
        error_clear(&e);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void print_state(const UnitState *s) {
        printf("unit=%s active=%s sub=%s pid=%u restarts=%u user=%s memory=%lld cpu=%lld "
               "uptime=%lld result=%s code=%d status=%d text=%s invocation=%s reload=%d\n",
               s->unit, s->active, s->sub, s->main_pid, s->n_restarts, s->user,
               (long long) s->memory, (long long) s->cpu_nsec, (long long) s->uptime_usec,
               s->result ? s->result : "-", s->exit_code, s->exit_status,
               s->status_text ? s->status_text : "-", s->invocation_id ? s->invocation_id : "-",
               s->need_reload);
}

static int query(const void *args, const char *pattern, UnitDepth depth) {
        _cleanup_(bus_closep) sd_bus *bus = NULL;
        UnitState *states = NULL;
        Error e = ERROR_NULL;
        size_t n = 0;
        int r;

        r = connect_manager(args, &bus);
        if (r < 0)
                return r;
        r = units_query(bus, pattern, depth, &e, &states, &n);
        if (r < 0)
                (void) log_error_cause(r, &e, "Cannot query");
        for (size_t i = 0; r >= 0 && i < n; i++)
                print_state(states + i);
        unit_states_free(states, n);
        error_clear(&e);
        return r;
}

static int run_query(const void *args, char **words) {
        return query(args, words[0], UNIT_USUAL);
}

static int run_query_all(const void *args, char **words) {
        return query(args, words[0], UNIT_DETAILS);
}

/* How long it takes to ask for the states, with the connection, in µs: the best of several. */
static int run_time(const void *args, char **words) {
        uint64_t best = UINT64_MAX;
        size_t n = 0;

        for (int i = 0; i < 20; i++) {
                _cleanup_(bus_closep) sd_bus *bus = NULL;
                struct timespec begin, end;
                UnitState *states = NULL;
                uint64_t usec;
                int r;

                (void) clock_gettime(CLOCK_MONOTONIC, &begin);
                r = connect_manager(args, &bus);
                if (r >= 0)
                        r = units_query(bus, words[0], UNIT_USUAL, NULL, &states, &n);
                if (r < 0)
                        return r;
                unit_states_free(states, n);
                (void) clock_gettime(CLOCK_MONOTONIC, &end);
                usec = (uint64_t) (end.tv_sec - begin.tv_sec) * USEC_PER_SEC +
                       (uint64_t) end.tv_nsec / NSEC_PER_USEC -
                       (uint64_t) begin.tv_nsec / NSEC_PER_USEC;
                best = MIN2(best, usec);
        }
        printf("%zu units, %llu µs\n", n, (unsigned long long) best);
        return EXIT_SUCCESS;
}

/* Starts and stops one unit many times: a name must never be in its own way. */
static int run_cycle(const void *args, char **words) {
        _cleanup_(bus_closep) sd_bus *bus = NULL;
        _cleanup_(unit_spec_done) UnitSpec spec = UNIT_SPEC_EMPTY;
        Error e = ERROR_NULL;
        int r;

        r = connect_manager(args, &bus);
        if (r >= 0)
                r = make_spec(args, words[0], &spec);
        for (int i = 0; r >= 0 && i < atoi(words[1]); i++) {
                r = unit_start(bus, &spec, &e);
                if (r >= 0 && i % 3 != 0) /* every third is started over a running one */
                        r = unit_stop(bus, spec.unit, &e);
                if (r < 0)
                        (void) log_error_cause(r, &e, "Round %d", i);
        }
        if (r >= 0)
                r = unit_stop(bus, spec.unit, &e);
        error_clear(&e);
        return r;
}

static void print_line(const char *line, void *userdata) {
        printf("%s|%s\n", (const char *) userdata, line);
        (void) fflush(stdout);
}

/* Runs a program as a oneshot unit and tells what came of it. */
static int run_run(const void *args, char **words) {
        const Arguments *arg = args;
        const OneshotUnit o = {
                .scope = arg->user ? SCOPE_USER : SCOPE_SYSTEM,
                .unit = words[0],
                .description = "a program of the tests",
                .argv = words + 1,
                .working_directory = arg->folder,
                .network = arg->network,
                .scripts = arg->scripts,
                .timeout_usec = arg->seconds ? strtoull(arg->seconds, NULL, 10) * USEC_PER_SEC
                                             : UNIT_UNSET,
                .user = arg->uid,
                .account = arg->account,
                .state_directory = arg->state_directory,
                .cache_directory = arg->cache_directory,
        };
        _cleanup_(oneshot_result_done) OneshotResult result = {};
        _cleanup_(unit_spec_done) UnitSpec spec = UNIT_SPEC_EMPTY;
        _cleanup_(bus_closep) sd_bus *bus = NULL;
        _cleanup_(freep) char *input = NULL;
        OneshotIO io = {
                .output_max = arg->max ? strtoull(arg->max, NULL, 10) : 1024 * 1024,
                .on_line = print_line,
                .userdata = (void *) "err",
        };
        Error e = ERROR_NULL;
        int r;

        r = connect_manager(args, &bus);
        if (r >= 0 && arg->input) {
                r = read_fd(STDIN_FILENO, 1024 * 1024, &input, &io.input_size);
                io.input = input;
        }
        if (r >= 0)
                r = unit_spec_oneshot(&o, &spec);
        if (r >= 0 && arg->credential)
                r = unit_spec_add_credential(&spec, "given", arg->credential);
        if (r >= 0)
                r = oneshot_run(bus, &spec, &io, &e, &result);
        printf("out|%s\nstatus=%d r=%d %s\n", result.output ? result.output : "", result.status, r,
               r < 0 ? error_text(&e, r) : "");
        error_clear(&e);
        return r;
}

/* Stands in for pm2-launch where this file is found under that name: ready, then the module. */
static int stub_launch(char **argv) {
        char state[256];

        if (access("./run", X_OK) < 0)
                return EXIT_STATUS_INTERPRETER;
        (void) snprintf(state, sizeof(state), "READY=1\nSTATUS=up as %s", argv[1]);
        if (notify_open() < 0 || !notify_send(state))
                return EXIT_FAILURE;
        notify_barrier();
        (void) execv("./run", argv);
        return EXIT_STATUS_INTERPRETER;
}

static const Verb verbs[] = {
        { "start", NULL, "FOLDER…", "start the modules in these folders", 1, VERB_ANY, run_start },
        { "stop", NULL, "UNIT…", "stop units", 1, VERB_ANY, run_stop },
        { "restart", NULL, "UNIT…", "restart units as they are", 1, VERB_ANY, run_restart },
        { "stable", NULL, "UNIT USEC", "wait until it has been up so long", 2, 2, run_stable },
        { "query", NULL, "PATTERN", "states of units", 1, 1, run_query },
        { "query-all", NULL, "PATTERN", "the same with details", 1, 1, run_query_all },
        { "run", NULL, "UNIT PROGRAM…", "run a program as a unit", 2, VERB_ANY, run_run },
        { "time", NULL, "PATTERN", "how long a query takes", 1, 1, run_time },
        { "cycle", NULL, "FOLDER N", "start and stop so often", 2, 2, run_cycle },
};

int main(int argc, char **argv) {
        const Verb *pointers[ELEMENTSOF(verbs)];
        _cleanup_(freep) char **words = NULL;
        Arguments args = {};
        int r;

        if (streq(path_basename(argv[0]), "stub-launch"))
                return stub_launch(argv);
        log_setup("unit-helper");
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                pointers[i] = verbs + i;
        r = options_parse(options, ELEMENTSOF(options), argc, argv, &args, NULL, &words,
                          /* ret_behind= */ NULL);
        if (r < 0)
                return VERB_USAGE;
        if (!words[0]) {
                verbs_print_help(pointers, ELEMENTSOF(verbs));
                options_print_help(options, ELEMENTSOF(options));
                return EXIT_SUCCESS;
        }
        r = verbs_dispatch(pointers, ELEMENTSOF(verbs), words, &args);
        return r < 0 ? EXIT_FAILURE : r;
}
