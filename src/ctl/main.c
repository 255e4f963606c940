/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <locale.h>
#include <sys/stat.h>

#include "basic/argv.h"
#include "basic/env.h"
#include "basic/log.h"
#include "basic/options.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/ctl.h"
#include "ctl/pm2-words.h"
#include "ctl/secret-words.h"

#define SAFE_SECONDS    "5" /* what PM2's help says */
#define SAFE_DIGITS_MAX 5   /* a day is 86400 */

static const Verb *const verbs[] = {
        &verb_install,  &verb_update,  &verb_outdated, &verb_rollback, &verb_uninstall,
        &verb_list,     &verb_show,    &verb_status,   &verb_logs,     &verb_start,
        &verb_stop,     &verb_restart, &verb_set,      &verb_multiset, &verb_get,
        &verb_conf,     &verb_unset,   &verb_env,      &verb_trigger,  &verb_watch,
        &verb_cron,     &verb_enable,  &verb_disable,  &verb_jlist,    &verb_cache,
        &verb_generate, &verb_check,   &verb_package,  &verb_publish,  &verb_complete,
};

/* They print nothing, and there is no value in their words. */
static const char no_json[] = " cache generate ";

static int parse_json(const char *argument, void *field) {
        JsonMode mode = json_mode_from_string(argument ? argument : "pretty");

        if (mode < 0) {
                log_error("Unknown --json mode '%s'; it is one of pretty, short, off.", argument);
                return mode;
        }
        *(JsonMode *) field = mode;
        return 0;
}

static int parse_safe(const char *argument, void *field) {
        const char *text = argument ? argument : SAFE_SECONDS;
        size_t n = strspn(text, "0123456789");
        unsigned long seconds = strtoul(text, NULL, 10);

        if (n == 0 || n > SAFE_DIGITS_MAX || text[n] || seconds == 0) {
                log_error("--safe takes a number of seconds from 1 to 99999, not '%s'.", text);
                return -EINVAL;
        }
        *(uint64_t *) field = seconds * USEC_PER_SEC;
        return 0;
}

/* Says so, and fails, where not all could be printed that should have been. */
static int end_output(int status) {
        int r = output_flush();

        if (r < 0) {
                (void) log_error_errno(r, "Failed to print: %m");
                return EXIT_FAILURE;
        }
        return status;
}

static int print_help(const char *argument, void *field);
static int print_version(const char *argument, void *field);
static int print_verbs(const char *argument, void *field);
static int print_pm2_words(const char *argument, void *field);

#define FIELD(f) offsetof(Arguments, f)

static const Option options[] = {
        { "help", 'h', NULL, "Show this help", OPTION_PARSE, 0, print_help, NULL },
        { "version", 0, NULL, "Show the version", OPTION_PARSE, 0, print_version, NULL },
        { "list-verbs", 0, NULL, NULL, OPTION_PARSE, 0, print_verbs, NULL },
        { "list-pm2-words", 0, NULL, NULL, OPTION_PARSE, 0, print_pm2_words, NULL },
        { "system", 0, NULL, "Act on the system's modules (default for root)", OPTION_SET,
          FIELD(system), NULL, NULL },
        { "user", 0, NULL, "Act on the calling user's modules (default for other users)",
          OPTION_SET, FIELD(user), NULL, NULL },
        { "quiet", 'q', NULL, "Print less", OPTION_SET, FIELD(quiet), NULL, NULL },
        { "json", 0, "[=MODE]", "Print JSON: pretty, short or off", OPTION_PARSE, FIELD(json),
          parse_json, NULL },
        { "no-legend", 0, NULL, "Do not print column headers", OPTION_CLEAR, FIELD(legend), NULL,
          NULL },
        { "no-pager", 0, NULL, "Do not use a pager", OPTION_CLEAR, FIELD(pager), NULL, NULL },
        { "uid", 0, "USER", "Run the module as this user", OPTION_STRING, FIELD(uid), NULL,
          " install " },
        { "gid", 0, "GROUP", "Run the module with this group", OPTION_STRING, FIELD(gid), NULL,
          " install " },
        { "safe", 0, "[=SECONDS]", "Wait longer before giving up the previous release",
          OPTION_PARSE, FIELD(safe_usec), parse_safe, " install update rollback " },
        { "ignore-scripts", 0, NULL, "Do not run scripts of packages", OPTION_SET,
          FIELD(ignore_scripts), NULL, " install update package publish " },
        { "scripts-network", 0, NULL, "Let install scripts use the network", OPTION_SET,
          FIELD(scripts_network), NULL, " install update " },
        { "force", 0, NULL, "Make a new release even of what is installed already", OPTION_SET,
          FIELD(force), NULL, " install update " },
        { "offline", 0, NULL, "Use only what is in the cache", OPTION_SET, FIELD(offline), NULL,
          " install update outdated " },
        { "prefer-offline", 0, NULL, "Use what is in the cache, however old", OPTION_SET,
          FIELD(prefer_offline), NULL, " install update outdated " },
        { "allow-unverified", 0, NULL, "Accept downloads without a hash to verify them by",
          OPTION_SET, FIELD(allow_unverified), NULL, " install update " },
        { "env", 0, "NAME", "Add env_NAME of the apps to their environment", OPTION_STRING,
          FIELD(env), NULL, " install " },
        { "purge", 0, NULL, "Remove the settings too", OPTION_SET, FIELD(purge), NULL,
          " uninstall " },
        { "all", 'a', NULL, "Act on every module", OPTION_SET, FIELD(all), NULL,
          " start stop restart uninstall enable disable show " },
        { "enabled", 0, NULL, "Act on the modules started at boot", OPTION_SET, FIELD(enabled),
          NULL, " start " },
        { "no-restart", 0, NULL, "Do not restart running modules", OPTION_CLEAR, FIELD(restart),
          NULL, " set unset multiset conf " },
        { "secret", 0, NULL, "Mark the values as secret", OPTION_SET, FIELD(secret), NULL,
          " set multiset conf ", .is_private = true },
        { "typed", 0, NULL, "Read the values as JSON: numbers, true, lists", OPTION_SET,
          FIELD(typed), NULL, " set multiset conf " },
        { "show-secrets", 0, NULL, "Show secret values too", OPTION_SET, FIELD(show_secrets), NULL,
          " get conf env " },
        { "lines", 'n', "N", "Show the last N lines", OPTION_STRING, FIELD(lines), NULL, " logs " },
        { "since", 'S', "TIME", "Show what is not older", OPTION_STRING, FIELD(since), NULL,
          " logs " },
        { "until", 'U', "TIME", "Show what is not newer", OPTION_STRING, FIELD(until), NULL,
          " logs " },
        { "priority", 'p', "LEVEL", "Show this priority and above", OPTION_STRING, FIELD(priority),
          NULL, " logs " },
        { "grep", 'g', "PATTERN", "Show messages that match", OPTION_STRING, FIELD(grep), NULL,
          " logs " },
        { "reverse", 'r', NULL, "Show the newest first, and exit", OPTION_SET, FIELD(reverse), NULL,
          " logs " },
        { "output", 'o', "FORMAT", "Print entries in this format of journalctl", OPTION_STRING,
          FIELD(output), NULL, " logs " },
        { "nostream", 0, NULL, "Exit after the last line instead of following", OPTION_CLEAR,
          FIELD(follow), NULL, " logs " },
        { "timeout", 0, "SEC", "Limit the time for answers", OPTION_STRING, FIELD(timeout), NULL,
          " trigger " },
        { "tag", 0, "NAME", "Publish with this dist-tag instead of 'latest'", OPTION_STRING,
          FIELD(tag), NULL, " publish " },
        { "access", 0, "LEVEL", "Publish as public or restricted", OPTION_STRING, FIELD(access),
          NULL, " publish " },
        { "otp", 0, "CODE", "One-time password for the registry", OPTION_STRING, FIELD(otp), NULL,
          " publish " },
        { "dry-run", 0, NULL, "Do not write or publish anything", OPTION_SET, FIELD(dry_run), NULL,
          " package publish " },
};

static int print_help(const char *argument, void *field) {
        printf("Usage: pm2ctl [OPTION…] VERB [WORD…]\n\nPM2 modules as systemd units.\n\nVerbs:\n");
        verbs_print_help(verbs, ELEMENTSOF(verbs));
        printf("\nOptions:\n");
        options_print_help(options, ELEMENTSOF(options));
        printf("\nSee pm2ctl(1) for details and examples.\n");
        exit(end_output(EXIT_SUCCESS));
}

static int print_version(const char *argument, void *field) {
        printf("%s\n", PACKAGE_STRING);
        exit(end_output(EXIT_SUCCESS));
}

/* One verb a line with its aliases, then one option a line with its argument, its letter and the
 * verbs that take it (none: all), for the tests that compare man page and completions with this. */
static int print_verbs(const char *argument, void *field) {
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                if (verbs[i]->help)
                        printf("%s%s\n", verbs[i]->name,
                               verbs[i]->aliases ? verbs[i]->aliases : "");
        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                const Option *o = options + i;
                char letter[] = { ' ', '-', o->letter, 0 };

                if (o->help)
                        printf("--%s%s%s%s%s\n", o->name,
                               o->metavar && o->metavar[0] != '[' ? "=" : "",
                               o->metavar ? o->metavar : "", o->letter ? letter : "",
                               o->verbs ? o->verbs : "");
        }
        exit(end_output(EXIT_SUCCESS));
}

static int print_pm2_words(const char *argument, void *field) {
        pm2_words_print();
        exit(end_output(EXIT_SUCCESS));
}

/* What PM2 has and pm2ctl has not; before options are parsed, which ends at the first one. */
static int refuse_pm2_option(char *const *words) {
        for (size_t i = 1; words[i] && !streq(words[i], "--"); i++) {
                const char *instead = pm2_option_explain(words[i]);

                if (!instead)
                        continue;
                log_error("%.*s is an option of PM2: %s.", (int) strcspn(words[i], "="), words[i],
                          instead);
                return -EINVAL;
        }
        return 0;
}

static int refuse_pm2_verb(const char *word) {
        const char *instead = pm2_verb_explain(word);

        if (!instead)
                return 0;
        log_error("'%s' is a verb of PM2: %s.", word, instead);
        return -EINVAL;
}

/* An option that the verb does not take is a mistake, not something to pass over in silence. */
static int check_options(const bool *given, const Arguments *arg, const char *word) {
        const Verb *verb = verbs_find(verbs, ELEMENTSOF(verbs), word);

        if (verb && arg->json != JSON_OFF && word_list_contains(no_json, verb->name)) {
                log_error("'%s' does not support --json.", verb->name);
                return -EINVAL;
        }

        for (size_t i = 0; verb && i < ELEMENTSOF(options); i++)
                if (given[i] && options[i].verbs &&
                    !word_list_contains(options[i].verbs, verb->name)) {
                        /* the list begins and ends with a blank */
                        log_error("'%s' does not support --%s, which is for:%.*s.", verb->name,
                                  options[i].name, (int) strlen(options[i].verbs) - 1,
                                  options[i].verbs);
                        return -EINVAL;
                }
        return 0;
}

/* What is behind "--" are words like the others, but for install, whose packages end there. There
 * is room for one more NULL, in place of "--". */
static void separate_args(char **behind, Arguments *arg) {
        memmove(behind + 1, behind, (strv_length(behind) + 1) * sizeof(char *));
        *behind = NULL;
        arg->args = behind + 1;
}

int main(int argc, char **argv) {
        static char *const nothing[] = { (char *) "list", NULL };
        Arguments arg = { .legend = true, .pager = true, .restart = true, .follow = true };
        _cleanup_(strv_freep) char **copy = NULL;
        _cleanup_(freep) char **words = NULL;
        char **behind;
        CommandLine line = { .arg = &arg };
        bool given[ELEMENTSOF(options)] = {};
        int r;

        if (argv_take(argc, argv, &copy) < 0) {
                (void) log_oom();
                return EXIT_FAILURE;
        }
        /* what is installed must be readable by the modules' users, whatever the caller's mask;
         * secrets have modes of their own */
        (void) umask(0022);
        (void) setlocale(LC_CTYPE, "");
        log_setup("pm2ctl");
        env_protect("PM2CTL_LIBEXECDIR");

        if (refuse_pm2_option(copy) < 0)
                return EXIT_USAGE;
        r = options_parse(options, ELEMENTSOF(options), argc, copy, &arg, given, &words, &behind);
        if (r < 0)
                return EXIT_USAGE;
        line.words = words[0] ? words : (char **) nothing;
        line.verb = verbs_find(verbs, ELEMENTSOF(verbs), line.words[0]);
        if (!line.verb && refuse_pm2_verb(line.words[0]) < 0)
                return EXIT_USAGE;
        if (behind && line.verb == &verb_install)
                separate_args(behind, &arg);
        if (line.verb)
                argv_show(argc, argv, copy, word_may_be_secret, &line);
        if (arg.quiet)
                log_set_max_level(LOG_WARNING);
        if (words[0] && check_options(given, &arg, words[0]) < 0)
                return EXIT_USAGE;

        r = verbs_dispatch(verbs, ELEMENTSOF(verbs), (char **) line.words, &arg);
        return r < 0 ? EXIT_FAILURE : end_output(r); /* below 0 it has said why */
}
