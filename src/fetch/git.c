/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/git.h"

#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "fetch/git-address.h"
#include "fetch/git-run.h"
#include "npm/registry/pool.h"
#include "npm/spec/git-refs.h"
#include "npm/spec/spec.h"

#define COMMIT_LENGTH     40
#define COMMIT_LENGTH_MAX 64 /* of SHA-256 repositories */

typedef struct Git {
        Fetch *fetch;
        const Spec *spec;
        void (*done)(void *userdata, int r, const char *file, const char *resolved, Error *e);
        void *userdata;

        GitRun run;
        char *folder; /* absolute, where the two below are made */
        char *repository, *file;
        char *address;
        char *plain; /* the same without a password: arguments can be read by all users */
        char *host;
        char *commit;
        char *resolved;
        Error error;
} Git;

static Git *git_free(Git *g) {
        if (!g)
                return NULL;
        git_run_done(&g->run);
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

/* -- which commit --------------------------------------------------------------------- */

static bool is_commit(const char *s) {
        const size_t n = strspn(s, "0123456789abcdefABCDEF");

        return s[n] == 0 && (n == COMMIT_LENGTH || n == COMMIT_LENGTH_MAX);
}

/* `commit` stays NULL if no branch or tag has the name: it may be a shortened commit. */
static int find_commit(Git *g) {
        _cleanup_(freep) char *refs = NULL;
        int r;

        if (g->spec->committish && is_commit(g->spec->committish))
                return free_and_strdup(&g->commit, g->spec->committish);
        r = GIT_RUN(&g->run, GIT_LIST, &g->error, &refs, "ls-remote", "--", g->plain);
        if (r < 0)
                return r;
        if (!g->spec->git_range)
                return MIN2(git_refs_find(refs, g->spec->committish ?: "HEAD", &g->commit), 0);

        r = git_refs_find_version(refs, g->spec->git_range, &g->commit);
        if (r == -EINVAL)
                return error_set(&g->error, r, "'%s' is not a version range", g->spec->git_range);
        if (r == 0)
                return error_set(&g->error, -ENOENT, "no tag is a version in the range '%s'",
                                 g->spec->git_range);
        return MIN2(r, 0);
}

/* -- fetching ------------------------------------------------------------------------- */

/* Fetches only that commit. 1 if the server does not allow that. */
static int fetch_one(Git *g) {
        int r;

        if (!g->commit)
                return 1;
        r = GIT_RUN(&g->run, GIT_FETCH, &g->error, NULL, "fetch", "--progress", "--depth=1",
                    "--no-tags", "--", g->plain, g->commit);
        if (r == 0 || r == -ETIMEDOUT)
                return r;
        error_clear(&g->error);
        return 1;
}

static int fetch_all(Git *g) {
        return GIT_RUN(&g->run, GIT_FETCH, &g->error, NULL, "fetch", "--progress", "--no-tags",
                       "--", g->plain, "+refs/*:refs/remotes/origin/*");
}

static int resolve_commit(Git *g) {
        _cleanup_(freep) char *commit = NULL, *wanted = NULL;
        const char *name = g->commit ?: g->spec->committish;
        int r;

        if (strdupf(&wanted, "%s^{commit}", name ?: "FETCH_HEAD") < 0)
                return -ENOMEM;
        r = GIT_RUN(&g->run, GIT_LOCAL, /* e= */ NULL, &commit, "rev-parse", "--verify", "-q",
                    "--end-of-options", wanted);
        if (r < 0)
                return error_set(&g->error, -ENOENT, "there is no branch, tag or commit '%s'",
                                 name ?: "HEAD");
        commit[strcspn(commit, "\n")] = 0;
        return free_and_strdup(&g->commit, commit);
}

static int make_archive(Git *g) {
        _cleanup_(freep) char *output = NULL, *what = NULL;
        const char *subdir = g->spec->subdir;

        if (strdupf(&output, "--output=%s/%s", g->folder, g->file) < 0 ||
            strdupf(&what, "%s%s%s", g->commit, subdir ? ":" : "",
                    subdir ? subdir + strspn(subdir, "/") : "") < 0)
                return -ENOMEM;
        return GIT_RUN(&g->run, GIT_LOCAL, &g->error, NULL, "archive", "--format=tar",
                       "--prefix=package/", output, what);
}

static int fetch_archive(Git *g) {
        int r;

        r = GIT_RUN(&g->run, GIT_LOCAL, &g->error, NULL, "init", "-q", "--bare", "--template=");
        if (r < 0)
                return r;
        r = find_commit(g);
        if (r < 0)
                return r;
        r = fetch_one(g);
        if (r > 0)
                r = fetch_all(g);
        if (r < 0)
                return r;
        r = resolve_commit(g);
        return r < 0 ? r : make_archive(g);
}

static int try_address(Git *g) {
        int r;

        free(TAKE_PTR(g->plain));
        free(TAKE_PTR(g->host));
        r = git_address_prepare(g->address, g->spec->hosted.user, &g->run.env, &g->error, &g->plain,
                                &g->host);
        if (r < 0)
                return r;
        g->run.host = g->host;
        r = fetch_archive(g);
        (void) remove_tree_at(g->fetch->unpacked_fd, g->repository);
        return r;
}

/* With a key but no password a private repository can only be read by ssh. */
static int try_ssh(Git *g) {
        const Hosted *h = &g->spec->hosted;
        Error first = g->error;
        char *address;
        int r;

        if (strdupf(&address, "ssh://git@%s/%s%s%s.git", h->domain, h->user ?: "",
                    h->user ? "/" : "", h->project) < 0)
                return -ENOMEM;
        free(g->address);
        g->address = address;
        g->error = ERROR_NULL;
        free(TAKE_PTR(g->commit));
        r = try_address(g);
        if (r < 0) {
                error_clear(&g->error);
                g->error = first;
                return r;
        }
        error_clear(&first);
        return r;
}

/* In a lock file npm names a known service's repository by ssh, whatever it was fetched by. */
static int make_resolved(Git *g) {
        const Hosted *h = &g->spec->hosted;

        if (h->service && !h->auth)
                return strdupf(&g->resolved, "git+ssh://git@%s/%s%s%s.git#%s", h->domain,
                               h->user ?: "", h->user ? "/" : "", h->project, g->commit);
        return strdupf(&g->resolved, "%s%s#%s", startswith(g->address, "git:") ? "" : "git+",
                       g->address, g->commit);
}

static int run_git(void *userdata) {
        Git *g = userdata;
        const Hosted *h = &g->spec->hosted;
        int r;

        r = try_address(g);
        if (r == -EIO && h->service && h->form == HOSTED_SHORTCUT && !h->auth)
                r = try_ssh(g);
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

/* -- beginning ------------------------------------------------------------------------ */

static int name_files(Git *g, unsigned number) {
        const Spec *spec = g->spec;

        g->address = spec->hosted.service ? hosted_url(&spec->hosted) : strdup(spec->fetch);
        if (!g->address ||
            strdupf(&g->folder, "%s/" UNPACKED_FOLDER, g->fetch->request->tree) < 0 ||
            strdupf(&g->repository, "%u.git", number) < 0 ||
            strdupf(&g->file, "%u.tar", number) < 0)
                return -ENOMEM;
        return strdupf(&g->run.git_dir, "%s/%s", g->folder, g->repository);
}

int git_get(Fetch *f, const Spec *spec,
            void (*done)(void *userdata, int r, const char *file, const char *resolved, Error *e),
            void *userdata, Error *e) {
        _cleanup_(git_freep) Git *g = calloc(1, sizeof(Git));
        int r;

        assert(f);
        assert(spec && spec->type == SPEC_GIT);
        assert(done);

        if (!g)
                return -ENOMEM;
        *g = (Git) { .fetch = f, .spec = spec, .done = done, .userdata = userdata };
        r = name_files(g, ++f->n_folders);
        if (r < 0)
                return r;
        r = git_run_prepare(&g->run, f->npmrc, f->unpacked_fd, g->folder, e);
        if (r < 0)
                return r;
        r = free_and_strdup(&f->repository, spec->raw);
        if (r < 0)
                return r;
        r = pool_submit(f->pool, /* urgent= */ true, run_git, on_done, g);
        if (r < 0)
                return r;
        f->repositories++;
        TAKE_PTR(g);
        return 0;
}
