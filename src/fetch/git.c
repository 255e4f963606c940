/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "basic/fs.h"
#include "basic/remove.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "fetch/subprocess.h"
#include "fetch/fetch.h"
#include "fetch/git-address.h"
#include "npm/spec/git-refs.h"

#define REFS_MAX          (64U * 1024U * 1024U) /* bytes of a repository's list of branches and tags */
#define GIT_ASK_USEC      (120 * USEC_PER_SEC) /* for that list */
#define GIT_FETCH_USEC    (600 * USEC_PER_SEC) /* for a repository; silence ends it sooner */
#define GIT_LOCAL_USEC    (300 * USEC_PER_SEC) /* for what needs no network */
#define COMMIT_LENGTH     40
#define CONFIG_FILE       "gitconfig" /* beside the archives */
#define COMMIT_LENGTH_MAX 64          /* of SHA-256 repositories */

/* A repository becomes an archive that is unpacked like any other: nothing is checked out, so
 * neither hooks nor filters nor submodules nor symlinks come to life. */
typedef struct Git {
        Fetch *fetch;
        const Spec *spec;
        void (*done)(void *userdata, int r, const char *file, const char *resolved, Error *e);
        void *userdata;

        char **env;
        char *folder; /* absolute, where the two below are made */
        char *repository, *file;
        char *address;
        char *plain; /* the same without a password: arguments can be read by everybody */
        char *host;  /* for messages */
        uint64_t silence_usec;
        char *commit;
        char *resolved;
        Error error;
} Git;

static Git *git_free(Git *g) {
        if (!g)
                return NULL;
        strv_free(g->env);
        free(g->folder);
        free(g->repository);
        free(g->file);
        free(g->address);
        free(g->plain);
        free(g->host);
        free(g->commit);
        free(g->resolved);
        error_clear(&g->error);
        free(g);
        return NULL;
}
DEFINE_CLEANUP(Git *, git_free);

/* What a run of git is for. */
typedef struct Errand {
        const char *awaited; /* of the server; NULL: it talks to none */
        uint64_t usec;
} Errand;

static const Errand errand_local = { NULL, GIT_LOCAL_USEC };
static const Errand errand_ask = { "its branches and tags", GIT_ASK_USEC };
static const Errand errand_fetch = { "the repository", GIT_FETCH_USEC };

static int too_slow(Git *g, const Errand *errand) {
        if (!errand->awaited)
                return error_set(&g->error, -ETIMEDOUT, "git took longer than %llu s",
                                 (unsigned long long) (errand->usec / USEC_PER_SEC));
        return error_set(&g->error, -ETIMEDOUT,
                         "%s did not send %s: no word for %llu s, or not all of it within %llu s",
                         g->host, errand->awaited,
                         (unsigned long long) (g->silence_usec / USEC_PER_SEC),
                         (unsigned long long) (errand->usec / USEC_PER_SEC));
}

/* Runs git in the repository with what makes it harmless; fails with its last words. */
static int run_git(Git *g, const Errand *errand, const char *const *words, char **ret_output) {
        static const char *const guards[] = {
                "-c", "core.hooksPath=/dev/null",        "-c", "core.fsmonitor=false",
                "-c", "protocol.ext.allow=never",        "-c", "submodule.recurse=false",
                "-c", "transfer.fsckObjects=true",       "-c", "http.followRedirects=initial",
                "-c", "transfer.credentialsInUrl=allow", "-c", "advice.detachedHead=false",
        };
        _cleanup_(strv_freep) char **argv = NULL;
        _cleanup_(freep) char *errors = NULL;
        int r;

        r = strv_extend(&argv, "git");
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(guards); i++)
                r = strv_extend(&argv, guards[i]);
        if (r >= 0)
                r = strv_extendf(&argv, "--git-dir=%s/%s", g->folder, g->repository);
        for (; r >= 0 && *words; words++)
                r = strv_extend(&argv, *words);
        if (r < 0)
                return r;

        r = subprocess_run(&(Subprocess){ argv, g->env, REFS_MAX, errand->usec,
                                    errand->awaited ? g->silence_usec : 0 },
                        ret_output, &errors);
        if (r == -ETIMEDOUT)
                return too_slow(g, errand);
        if (r == -ENOENT)
                return error_set(&g->error, r,
                                 "the command 'git' is not installed (apt install git)");
        if (r < 0)
                return error_set(&g->error, r, "git: %s", strerror(-r));
        if (r > 0) {
                r = error_set(&g->error, -EIO, "git: %s", errors);
                if (ret_output)
                        free(TAKE_PTR(*ret_output));
        }
        return r;
}
#define GIT(g, errand, ret_output, ...)                                                            \
        run_git(g, errand, (const char *const[]){ __VA_ARGS__, NULL }, ret_output)

static bool is_commit(const char *s) {
        size_t n = strspn(s, "0123456789abcdefABCDEF");

        return s[n] == 0 && (n == COMMIT_LENGTH || n == COMMIT_LENGTH_MAX);
}

/* -- which commit --------------------------------------------------------------------- */

static int find_commit(Git *g) {
        _cleanup_(freep) char *refs = NULL;
        int r;

        if (g->spec->committish && is_commit(g->spec->committish))
                return free_and_strdup(&g->commit, g->spec->committish);
        r = GIT(g, &errand_ask, &refs, "ls-remote", "--", g->plain);
        if (r < 0)
                return r;
        if (!g->spec->git_range)
                return MIN2(git_refs_find(refs, g->spec->committish ?: "HEAD", &g->commit), 0);

        r = git_refs_find_version(refs, g->spec->git_range, &g->commit);
        if (r == -EINVAL)
                return error_set(&g->error, r, "'%s' is no range of versions", g->spec->git_range);
        if (r == 0)
                return error_set(&g->error, -ENOENT, "no tag is a version in the range '%s'",
                                 g->spec->git_range);
        return MIN2(r, 0);
}

/* -- fetching ------------------------------------------------------------------------- */

/* Just that commit, if the server lets us ask for it; else all there is, to look for it in there.
 */
static int fetch_commit(Git *g) {
        _cleanup_(freep) char *commit = NULL, *wanted = NULL;
        const char *name = g->commit ?: g->spec->committish;
        int r = -ENOENT;

        if (g->commit)
                r = GIT(g, &errand_fetch, NULL, "fetch", "--progress", "--depth=1", "--no-tags",
                        "--", g->plain, g->commit);
        if (r == -ETIMEDOUT)
                return r;
        if (r < 0) {
                error_clear(&g->error);
                r = GIT(g, &errand_fetch, NULL, "fetch", "--progress", "--no-tags", "--", g->plain,
                        "+refs/*:refs/remotes/origin/*");
                if (r < 0)
                        return r;
        }
        if (asprintf(&wanted, "%s^{commit}", name ?: "FETCH_HEAD") < 0)
                return -ENOMEM;
        r = GIT(g, &errand_local, &commit, "rev-parse", "--verify", "-q", "--end-of-options",
                wanted);
        if (r < 0) {
                error_clear(&g->error);
                return error_set(&g->error, -ENOENT, "there is no branch, tag or commit '%s'",
                                 name ?: "HEAD");
        }
        commit[strcspn(commit, "\n")] = 0;
        return free_and_strdup(&g->commit, commit);
}

static int make_archive(Git *g) {
        _cleanup_(freep) char *output = NULL, *what = NULL;

        if (asprintf(&output, "--output=%s/%s", g->folder, g->file) < 0 ||
            asprintf(&what, "%s%s%s", g->commit, g->spec->subdir ? ":" : "",
                     g->spec->subdir ? g->spec->subdir + strspn(g->spec->subdir, "/") : "") < 0)
                return -ENOMEM;
        return GIT(g, &errand_local, NULL, "archive", "--format=tar", "--prefix=package/", output,
                   what);
}

static int from_address(Git *g) {
        int r;

        free(TAKE_PTR(g->plain));
        free(TAKE_PTR(g->host));
        r = git_address_prepare(g->address, g->spec->hosted.user, &g->env, &g->error, &g->plain,
                                &g->host);
        if (r >= 0)
                r = GIT(g, &errand_local, NULL, "init", "-q", "--bare", "--template=");
        if (r >= 0)
                r = find_commit(g);
        if (r >= 0)
                r = fetch_commit(g);
        if (r >= 0)
                r = make_archive(g);
        (void) remove_tree_at(g->fetch->unpacked_fd, g->repository);
        return r;
}

/* In a lock file npm names a known service's repository by ssh, whatever it was fetched by. */
static int make_resolved(Git *g) {
        const Hosted *h = &g->spec->hosted;

        if (h->service && !h->auth)
                return asprintf(&g->resolved, "git+ssh://git@%s/%s%s%s.git#%s", h->domain,
                                h->user ?: "", h->user ? "/" : "", h->project, g->commit) < 0
                               ? -ENOMEM
                               : 0;
        return asprintf(&g->resolved, "%s%s#%s", startswith(g->address, "git:") ? "" : "git+",
                        g->address, g->commit) < 0
                       ? -ENOMEM
                       : 0;
}

static int run(void *userdata) {
        Git *g = userdata;
        const Hosted *h = &g->spec->hosted;
        int r;

        r = from_address(g);
        /* Who has a key and no password reaches a private repository this way only. */
        if (r == -EIO && h->service && h->form == HOSTED_SHORTCUT && !h->auth) {
                _cleanup_(error_clear) Error first = g->error;
                char *address;

                g->error = ERROR_NULL;
                free(TAKE_PTR(g->commit));
                if (asprintf(&address, "ssh://git@%s/%s%s%s.git", h->domain, h->user ?: "",
                             h->user ? "/" : "", h->project) < 0)
                        return -ENOMEM;
                free(g->address);
                g->address = address;
                r = from_address(g);
                if (r < 0) {
                        error_clear(&g->error);
                        g->error.message = TAKE_PTR(first.message);
                }
        }
        return r < 0 ? r : make_resolved(g);
}

static void on_done(void *userdata, int r) {
        _cleanup_(git_freep) Git *g = userdata;

        if (--g->fetch->repositories == 0)
                free(TAKE_PTR(g->fetch->repository));
        if (r < 0)
                error_prefix(&g->error, r, "%s", g->spec->raw);
        g->done(g->userdata, r, g->file, g->resolved, &g->error);
}

/* git refuses repositories on this machine that belong to somebody else, as all do to this unit's
 * user, unless a file says otherwise. */
static int write_config(Git *g, char **ret) {
        static const char text[] = "[safe]\n\tdirectory = *\n";
        _cleanup_(closep) int fd = -EBADF;
        int r;

        fd = openat(g->fetch->unpacked_fd, CONFIG_FILE,
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        r = fd < 0 ? -errno : write_all(fd, text, strlen(text));
        if (r < 0)
                return r;
        return asprintf(ret, "%s/" CONFIG_FILE, g->folder) < 0 ? (*ret = NULL, -ENOMEM) : 0;
}

static int make_environment(Git *g) {
        static const char *const kept[] = { "PATH",     "http_proxy",    "https_proxy",
                                            "no_proxy", "SSH_AUTH_SOCK", "HOME" };
        static const char *const ours[][2] = {
                { "LC_ALL", "C.UTF-8" },
                { "GIT_CONFIG_NOSYSTEM", "1" },
                { "GIT_ATTR_NOSYSTEM", "1" },
                { "GIT_TERMINAL_PROMPT", "0" },
                { "GIT_ASKPASS", "true" },
                { "GIT_ALLOW_PROTOCOL", "http:https:ssh:git:file" },
                { "GIT_HTTP_LOW_SPEED_LIMIT", "128" },
                { "GIT_HTTP_LOW_SPEED_TIME", "30" },
                { "GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=20" },
        };
        const char *ca = npmrc_get(g->fetch->npmrc, "cafile");
        _cleanup_(freep) char *config = NULL;
        HttpConfig http;
        int r;

        r = npmrc_http_config(g->fetch->npmrc, &g->error, &http);
        if (r >= 0) {
                g->silence_usec = http.stall_usec;
                r = write_config(g, &config);
        }
        if (r >= 0)
                r = strv_env_set(&g->env, "GIT_CONFIG_GLOBAL", config);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(kept); i++)
                r = strv_env_set(&g->env, kept[i], getenv(kept[i]));
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(ours); i++)
                r = strv_env_set(&g->env, ours[i][0], ours[i][1]);
        if (r >= 0 && !isempty(ca))
                r = strv_env_set(&g->env, "GIT_SSL_CAINFO", ca);
        return r;
}

int git_get(Fetch *f, const Spec *spec,
            void (*done)(void *userdata, int r, const char *file, const char *resolved, Error *e),
            void *userdata, Error *e) {
        _cleanup_(git_freep) Git *g = calloc(1, sizeof(Git));
        unsigned number = ++f->n_archives;
        int r;

        if (!g)
                return -ENOMEM;
        *g = (Git){ .fetch = f, .spec = spec, .done = done, .userdata = userdata };
        g->address = spec->hosted.service ? hosted_url(&spec->hosted) : strdup(spec->fetch);
        if (!g->address || asprintf(&g->folder, "%s/" UNPACKED_FOLDER, f->request->tree) < 0 ||
            asprintf(&g->repository, "%u.git", number) < 0 ||
            asprintf(&g->file, "%u.tar", number) < 0)
                return -ENOMEM;
        r = make_environment(g);
        if (r < 0)
                return r;

        r = free_and_strdup(&f->repository, g->spec->raw);
        if (r < 0)
                return r;
        r = pool_submit(f->pool, /* urgent= */ true, run, on_done, g);
        if (r < 0)
                return r;
        f->repositories++;
        TAKE_PTR(g);
        return 0;
}
