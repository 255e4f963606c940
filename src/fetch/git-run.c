/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/git-run.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "fetch/subprocess.h"
#include "npm/registry/npmrc-http.h"
#include "npm/registry/npmrc.h"

#define GIT_OUTPUT_MAX (64U * 1024U * 1024U) /* bytes of a list of branches and tags */
#define CONFIG_FILE    "gitconfig"

static const struct {
        const char *awaited; /* from the server; NULL: there is none */
        uint64_t usec;       /* silence ends it sooner */
} errands[] = {
        [GIT_LOCAL] = { NULL, 300 * USEC_PER_SEC },
        [GIT_LIST] = { "its branches and tags", 120 * USEC_PER_SEC },
        [GIT_FETCH] = { "the repository", 600 * USEC_PER_SEC },
};

void git_run_done(GitRun *g) {
        assert(g);

        strv_free(g->env);
        free(g->git_dir);
        *g = (GitRun) {};
}

/* -- the environment ------------------------------------------------------------------ */

/* git refuses repositories on this machine that belong to another user, as all do to this unit's
 * user, unless a file says otherwise. */
static int write_config(int folder_fd) {
        static const char text[] = "[safe]\n\tdirectory = *\n";
        _cleanup_(closep) int fd = -EBADF;

        fd = openat(folder_fd, CONFIG_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                    0600);
        return fd < 0 ? -errno : write_all(fd, text, strlen(text));
}

static int set_environment(char ***env, const Npmrc *npmrc, const char *config) {
        const char *ca = npmrc_get(npmrc, "cafile");
        const struct {
                const char *name, *value;
        } table[] = {
                { "PATH", getenv("PATH") },
                { "HOME", getenv("HOME") },
                { "http_proxy", npmrc_variable(npmrc, "http_proxy") },
                { "https_proxy", npmrc_variable(npmrc, "https_proxy") },
                { "no_proxy", npmrc_variable(npmrc, "no_proxy") },
                { "SSH_AUTH_SOCK", getenv("SSH_AUTH_SOCK") },
                { "LC_ALL", "C.UTF-8" },
                { "GIT_CONFIG_GLOBAL", config },
                { "GIT_CONFIG_NOSYSTEM", "1" },
                { "GIT_ATTR_NOSYSTEM", "1" },
                { "GIT_TERMINAL_PROMPT", "0" },
                { "GIT_ASKPASS", "true" },
                { "GIT_ALLOW_PROTOCOL", "http:https:ssh:git:file" },
                { "GIT_HTTP_LOW_SPEED_LIMIT", "128" },
                { "GIT_HTTP_LOW_SPEED_TIME", "30" },
                { "GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=20" },
                { "GIT_SSL_CAINFO", isempty(ca) ? NULL : ca },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                int r = strv_env_set(env, table[i].name, table[i].value);

                if (r < 0)
                        return r;
        }
        return 0;
}

int git_run_prepare(GitRun *g, const Npmrc *npmrc, int folder_fd, const char *folder, Error *e) {
        _cleanup_(freep) char *config = NULL;
        HttpConfig http;
        int r;

        assert(g);
        assert(npmrc);
        assert(folder_fd >= 0);
        assert(folder);

        r = npmrc_http_config(npmrc, e, &http);
        if (r < 0)
                return r;
        g->silence_usec = http.stall_usec;
        r = write_config(folder_fd);
        if (r < 0)
                return r;
        if (strdupf(&config, "%s/" CONFIG_FILE, folder) < 0)
                return -ENOMEM;
        return set_environment(&g->env, npmrc, config);
}

/* -- running -------------------------------------------------------------------------- */

static int set_timeout_error(const GitRun *g, GitErrand errand, Error *e) {
        const unsigned long long seconds = errands[errand].usec / USEC_PER_SEC;

        if (!errands[errand].awaited)
                return error_set(e, -ETIMEDOUT, "git timed out after %llu s", seconds);
        return error_set(e, -ETIMEDOUT,
                         "%s did not send %s: no data for %llu s, or not all of it "
                         "within %llu s",
                         g->host, errands[errand].awaited,
                         (unsigned long long) (g->silence_usec / USEC_PER_SEC), seconds);
}

static int make_command_line(const GitRun *g, const char *const *words, char ***ret) {
        static const char *const guards[] = {
                "git",
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "protocol.ext.allow=never",
                "-c",
                "submodule.recurse=false",
                "-c",
                "transfer.fsckObjects=true",
                "-c",
                "http.followRedirects=initial",
                "-c",
                "transfer.credentialsInUrl=allow",
                "-c",
                "advice.detachedHead=false",
        };
        _cleanup_(strv_freep) char **argv = NULL;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(guards); i++) {
                r = strv_extend(&argv, guards[i]);
                if (r < 0)
                        return r;
        }
        r = strv_extendf(&argv, "--git-dir=%s", g->git_dir);
        if (r < 0)
                return r;
        for (; *words; words++) {
                r = strv_extend(&argv, *words);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(argv);
        return 0;
}

int git_run(const GitRun *g, GitErrand errand, const char *const *words, Error *e,
            char **ret_output) {
        _cleanup_(freep) char *output = NULL, *errors = NULL;
        _cleanup_(strv_freep) char **argv = NULL;
        int r;

        assert(g && g->git_dir);
        assert((size_t) errand < ELEMENTSOF(errands));
        assert(words);

        r = make_command_line(g, words, &argv);
        if (r < 0)
                return r;
        r = subprocess_run(&(Subprocess) { argv, g->env, GIT_OUTPUT_MAX, errands[errand].usec,
                                           errands[errand].awaited ? g->silence_usec : 0 },
                           &output, &errors);
        if (r == -ETIMEDOUT)
                return set_timeout_error(g, errand, e);
        if (r == -ENOENT)
                return error_set(e, r, "the command 'git' is not installed (apt install git)");
        if (r < 0)
                return error_set(e, r, "git: %s", strerror(-r));
        if (r > 0)
                return error_set(e, -EIO, "git: %s", errors);
        if (ret_output)
                *ret_output = TAKE_PTR(output);
        return 0;
}
