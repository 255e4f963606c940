/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/pm2-words.h"

#include "basic/string-util.h"
#include "basic/verbs.h"

typedef struct Pm2Word {
        const char *words; /* a list of spellings: " save dump " */
        const char *instead;
} Pm2Word;

static const Pm2Word verbs[] = {
        { " delete del ", "use 'pm2ctl uninstall MODULE', or 'pm2ctl stop MODULE' to keep it" },
        { " monit dash imonit dashboard ",
          "use 'pm2ctl list', 'pm2ctl show MODULE' or 'systemd-cgtop'" },
        { " save dump cleardump resurrect ", "nothing has to be saved: installed modules start at "
                                             "boot, unless 'pm2ctl disable' is used" },
        { " startup unstartup ",
          "modules start at boot by pm2-modules.service; use 'pm2ctl enable' or 'pm2ctl disable'" },
        { " flush reloadLogs ", "the journal has the output; journald.conf(5) limits its size" },
        { " logrotate ", "journald rotates the journal; journald.conf(5) has the limits" },
        { " kill ", "there is no daemon to kill; use 'pm2ctl stop --all'" },
        { " ping report ", "there is no daemon to ask; use 'systemctl status pm2.slice'" },
        { " scale ", "set 'instances' in the package.json of the module" },
        { " pid ", "use 'systemctl show -P MainPID pm2@MODULE'" },
        { " reset ", "use 'systemctl reset-failed pm2@MODULE'" },
        { " sendSignal ", "use 'systemctl kill -s SIGNAL pm2@MODULE'" },
        { " ecosystem init ", "use 'pm2ctl generate NAME', and 'apps' in its package.json" },
        { " startOrRestart startOrReload startOrGracefulReload ", "use 'pm2ctl restart MODULE'" },
        { " autoinstall ", "name the packages: 'pm2ctl install PACKAGE...'" },
        { " forward backward pull ", "use 'pm2ctl update MODULE' or 'pm2ctl rollback MODULE'" },
        { " deploy ",
          "installing is from a registry, a repository or a directory: 'pm2ctl install'" },
        { " inspect profile:cpu profile:mem ",
          "use 'pm2ctl trigger MODULE km:heapdump' and its other km: actions" },
        { " link unlink plus register login logout open monitor unmonitor web ",
          "PM2 Plus is not supported; what modules report is in 'pm2ctl show --json'" },
        { " serve expose ",
          "install a server, such as 'pm2ctl install http-server -- -p 8080 DIR'" },
        { " attach send ", "use 'pm2ctl trigger MODULE ACTION' to reach a module" },
};

static const Pm2Word options[] = {
        { " --name ", "the name of a module is the one in its package.json" },
        { " --watch --ignore-watch ", "set 'watch' and 'ignore_watch' in package.json" },
        { " --instances ", "set 'instances' in package.json" },
        { " --max-memory-restart ",
          "set 'max_memory_restart' in package.json, or MemoryMax= by 'systemctl edit'" },
        { " --cron --cron-restart ", "set 'cron_restart' in package.json" },
        { " --interpreter --node-args --interpreter-args ",
          "set 'interpreter' and 'node_args' in package.json" },
        { " --no-autorestart --restart-delay --max-restarts --kill-timeout --wait-ready ",
          "set the field of that name in package.json, with '_' for '-'" },
        { " --error --log --merge-logs --log-date-format ",
          "the journal has the output; use 'pm2ctl logs' or journalctl" },
        { " --update-env ", "settings are read at every start; use 'pm2ctl set'" },
        { " --no-daemon --attach ", "modules are systemd units; use 'pm2ctl logs' to follow one" },
        { " --namespace ", "set 'namespace' in package.json" },
};

static const char *find_word(const Pm2Word *table, size_t n, const char *word) {
        for (size_t i = 0; i < n; i++)
                if (word_list_contains(table[i].words, word))
                        return table[i].instead;
        return NULL;
}

const char *pm2_verb_explain(const char *verb) {
        return find_word(verbs, ELEMENTSOF(verbs), verb);
}

const char *pm2_option_explain(const char *option) {
        _cleanup_(freep) char *name = startswith(option, "--")
                                              ? strndup(option, strcspn(option, "="))
                                              : NULL;

        return name ? find_word(options, ELEMENTSOF(options), name) : NULL;
}

static void table_print_words(const Pm2Word *table, size_t n) {
        for (size_t i = 0; i < n; i++)
                printf("%s: %s\n", table[i].words, table[i].instead);
}

void pm2_words_print(void) {
        table_print_words(verbs, ELEMENTSOF(verbs));
        table_print_words(options, ELEMENTSOF(options));
}
