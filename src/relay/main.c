/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pm2-axm-relay: reads what modules say from the journal and keeps their records. */

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "basic/env.h"
#include "basic/error.h"
#include "basic/log.h"
#include "basic/options.h"
#include "basic/path.h"
#include "relay/relay.h"
#include "store/scope.h"

#define EXIT_USAGE 2

/* Twice what the largest message takes. A field of the journal may have 768 MiB: it is passed over.
 */
#define MEMORY_MAX (16UL * 1024 * 1024)

typedef struct Arguments {
        bool help, version, user, system, once;
        const char *state, *journal;
} Arguments;

static const Option options[] = {
        { "help", 'h', NULL, "Show this help", OPTION_SET, offsetof(Arguments, help) },
        { "version", 0, NULL, "Show the version", OPTION_SET, offsetof(Arguments, version) },
        { "system", 0, NULL, "Records of the system's modules (default for root)", OPTION_SET,
          offsetof(Arguments, system) },
        { "user", 0, NULL, "Records of the calling user's modules", OPTION_SET,
          offsetof(Arguments, user) },
        { "once", 0, NULL, "End when everything in the journal is read", OPTION_SET,
          offsetof(Arguments, once) },
        { "state", 0, "DIR", "Keep records and cursor there", OPTION_STRING,
          offsetof(Arguments, state) },
        { "journal", 0, "DIR", "Read that folder's journal files", OPTION_STRING,
          offsetof(Arguments, journal) },
};

/* <0 for a bad command line, 0 if there is nothing more to do, 1 to go on. */
static int parse_argv(int argc, char **argv, Arguments *args) {
        _cleanup_(freep) char **words = NULL;
        int r;

        r = options_parse(options, ELEMENTSOF(options), argc, argv, args, NULL, &words,
                          /* ret_behind= */ NULL);
        if (r < 0)
                return r;
        if (words[0]) {
                log_error("Unexpected argument '%s'.", words[0]);
                return -EINVAL;
        }
        if (args->user && args->system) {
                log_error("--user and --system are mutually exclusive.");
                return -EINVAL;
        }
        if (args->help) {
                printf("pm2-axm-relay [OPTION]…\n\n"
                       "Reads what modules say from the journal and keeps their records.\n\n");
                options_print_help(options, ELEMENTSOF(options));
                return 0;
        }
        if (args->version) {
                printf("pm2ctl %s\n", PACKAGE_VERSION);
                return 0;
        }
        return 1;
}

/* Not LimitDATA= of the unit: that binds the manager's child too, which is as large as the manager
 * and dies in libseccomp when it can have no more. */
static int limit_memory(void) {
#ifdef __SANITIZE_ADDRESS__
        return 0; /* its shadow counts as data */
#else
        struct rlimit limit;

        if (getrlimit(RLIMIT_DATA, &limit) < 0)
                return -errno;
        limit.rlim_cur = MIN2(limit.rlim_max, MEMORY_MAX);
        return setrlimit(RLIMIT_DATA, &limit) < 0 ? -errno : 0;
#endif
}

static int run_relay(const RelayOptions *relay_options) {
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        _cleanup_(relay_freep) Relay *relay = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        sigset_t signals;
        int r;

        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        (void) sigprocmask(SIG_BLOCK, &signals, NULL);

        r = limit_memory();
        if (r < 0)
                return log_error_errno(r, "Failed to limit the memory: %m");
        r = sd_event_new(&event);
        if (r < 0)
                return log_error_errno(r, "Failed to make an event loop: %m");
        r = relay_new(event, relay_options, &e, &relay);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to start");

        (void) sd_event_set_watchdog(event, true);
        (void) sd_notify(false, "READY=1\nSTATUS=Reading what is new in the journal");
        r = sd_event_loop(event);
        (void) sd_notify(false, "STOPPING=1");
        return r;
}

int main(int argc, char **argv) {
        _cleanup_(scope_done) Scope scope = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *state = NULL;
        Arguments args = {};
        ScopeKind kind;
        int r;

        log_setup("pm2-axm-relay");
        env_protect(/* not_for_root= */ NULL);
        /* Fixed, else malloc raises it with each large message and keeps what that took. */
        (void) mallopt(M_TRIM_THRESHOLD, 128 * 1024);

        r = parse_argv(argc, argv, &args);
        if (r <= 0)
                return r < 0 ? EXIT_USAGE : EXIT_SUCCESS;

        /* The system's relay does not run as root either, so without an option only --user is safe
         * to guess. */
        kind = args.system || (!args.user && geteuid() == 0) ? SCOPE_SYSTEM : SCOPE_USER;
        r = scope_init(kind, &e, &scope);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to start"), EXIT_FAILURE;
        state = args.state ? strdup(args.state) : path_join(scope.state, "axm");
        if (!state)
                return log_oom(), EXIT_FAILURE;

        r = run_relay(&(RelayOptions) {
                .scope = kind, .state = state, .journal = args.journal, .once = args.once });
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
