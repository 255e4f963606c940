/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/fetch-tree.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "fetch/answer.h"
#include "fetch/archives.h"
#include "fetch/caller-npmrc.h"
#include "fetch/engines.h"
#include "fetch/layout.h"
#include "fetch/node-version.h"
#include "fetch/progress-lines.h"
#include "fetch/resolver-driver.h"
#include "fetch/revalidate.h"
#include "fetch/tree-packages.h"
#include "npm/registry/npmrc-ignored.h"
#include "npm/registry/packument.h"
#include "npm/registry/pool.h"
#include "npm/spec/spec-parse.h"
#include "npm/tree/resolver.h"

#define GIT_THREADS 2

/* -- what is needed first ------------------------------------------------------------- */

/* Standard input becomes a file beside the unpacked archives. */
static int copy_tarball(int unpacked_fd) {
        _cleanup_(closep) int fd = -EBADF;
        char block[65536];
        size_t size = 0;
        ssize_t n;
        int r;

        fd = openat(unpacked_fd, TARBALL_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        while ((n = read(STDIN_FILENO, block, sizeof(block))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                size += (size_t) n;
                if (size > TARBALL_MAX)
                        return -EFBIG;
                r = write_all(fd, block, (size_t) n);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int open_tree(Fetch *f, Error *e) {
        f->tree_fd = open_folder(AT_FDCWD, f->request->tree);
        if (f->tree_fd < 0)
                return error_set(e, f->tree_fd, "cannot open %s: %s", f->request->tree,
                                 strerror(-f->tree_fd));
        if (mkdirat(f->tree_fd, "node_modules", 0755) < 0 ||
            mkdirat(f->tree_fd, UNPACKED_FOLDER, 0700) < 0)
                return error_set(e, -errno, "cannot create directories in %s: %s", f->request->tree,
                                 strerror(errno));
        f->unpacked_fd = open_folder(f->tree_fd, UNPACKED_FOLDER);
        return f->unpacked_fd < 0 ? f->unpacked_fd : 0;
}

static int read_spec(Fetch *f, Error *e) {
        const char *text = f->request->spec ?: "./" TARBALL_FILE;
        int r;

        r = spec_parse(text, e, &f->spec);
        if (r < 0)
                return r;
        if (f->request->spec && (f->spec->type == SPEC_FILE || f->spec->type == SPEC_DIRECTORY))
                return error_set(e, -EOPNOTSUPP, "'%s' is a path, which the fetch unit cannot read",
                                 text);
        if (f->request->spec)
                return 0;
        r = copy_tarball(f->unpacked_fd);
        return r < 0 ? error_set(e, r, "cannot copy the tarball: %s", strerror(-r)) : 0;
}

static int open_registry(Fetch *f, Error *e) {
        int r;

        f->flags = f->settings.flags | (f->request->offline ? REGISTRY_OFFLINE : 0) |
                   (f->request->prefer_offline ? REGISTRY_PREFER_OFFLINE : 0) |
                   (f->revalidate_all ? REGISTRY_REVALIDATE : 0);

        r = sd_event_new(&f->event);
        if (r < 0)
                return r;
        r = registry_new(f->event, f->npmrc, f->request->cache, f->flags, e, &f->registry);
        return r < 0 ? r : pool_new(f->event, GIT_THREADS, &f->pool);
}

static void warn_of_settings(Fetch *f) {
        const char *key;
        size_t i = 0;

        while ((key = npmrc_next_ignored(f->npmrc, &i)))
                fetch_notice(f,
                             "npm's setting '%s' in %s is not honoured: npm might install "
                             "something else",
                             key, npmrc_origin(f->npmrc, key));
}

static int fetch_prepare(Fetch *f, Error *e) {
        int r;

        r = caller_npmrc_read(f->request->npmrc, f->request->env, e, &f->npmrc);
        if (r < 0)
                return r;
        r = npmrc_install(f->npmrc, e, &f->settings);
        if (r < 0)
                return r;
        warn_of_settings(f);
        r = open_tree(f, e);
        if (r < 0)
                return r;
        r = read_spec(f, e);
        if (r < 0)
                return r;
        r = open_registry(f, e);
        if (r < 0)
                return r;
        f->node_version = node_version_find();
        f->platform = platform_native();
        f->platform.node_version = f->node_version;
        return resolver_new(f->spec, &f->platform, &f->settings, &f->resolver);
}

/* -- the whole ------------------------------------------------------------------------ */

static int take_step(Fetch *f, Error *e) {
        int r;

        if (!f->resolved) {
                r = resolver_drive(f, e);
                if (r <= 0)
                        return r;
                f->resolved = true;
                r = engines_check(f, e);
                if (r < 0)
                        return r;
                r = tree_packages_fetch(f, e);
                if (r < 0)
                        return r;
        }
        if (f->n_missing > 0 || f->revalidating)
                return 0;
        r = revalidate_result(f);
        return r < 0 ? r : sd_event_exit(f->event, 0);
}

static int on_step(sd_event_source *s, void *userdata) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Fetch *f = userdata;
        int r;

        r = take_step(f, &e);
        if (r < 0)
                fetch_fail(f, r, &e);
        return 0;
}

static int fetch_run(Fetch *f, Error *e) {
        ProgressLines progress;
        int r;

        r = progress_lines_begin(&progress, f);
        if (r < 0)
                return r;
        /* enabled once, and again by each fetch_continue() */
        r = sd_event_add_defer(f->event, &f->next_step, on_step, f);
        if (r < 0)
                return r;
        r = sd_event_loop(f->event);
        if (f->r < 0)
                return error_copy(e, f->r, &f->error);
        return r;
}

static void fetch_done(Fetch *f) {
        /* first: their threads use what is freed below */
        f->pool = pool_free(f->pool);
        f->registry = registry_free(f->registry);
        archives_free(f);
        signing_registries_free(f);
        free(f->packages);
        f->current = packument_free(f->current);
        f->resolver = resolver_free(f->resolver);
        f->spec = spec_free(f->spec);
        f->npmrc = npmrc_free(f->npmrc);
        f->next_step = sd_event_source_unref(f->next_step);
        f->event = sd_event_unref(f->event);
        free(f->node_version);
        free(f->repository);
        json_object_putp(&f->notices);
        error_clear(&f->error);
        (void) safe_close(f->tree_fd);
        (void) safe_close(f->unpacked_fd);
}

static int fetch_make(Fetch *f, Error *e, json_object **ret) {
        int r;

        r = fetch_prepare(f, e);
        if (r < 0)
                return r;
        r = fetch_run(f, e);
        if (r < 0)
                return r;
        /* archives that turned out not to be needed may still be unpacked into the folder that is
         * removed now */
        f->registry = registry_free(f->registry);
        r = layout_make(f, e);
        return r < 0 ? r : answer_make(f, e, ret);
}

/* `ret_outdated` is set also on failure: the cache may have been why, and the registry may be
 * asked. */
static int fetch_attempt(const Request *request, bool revalidate_all, Error *e, json_object **ret,
                         bool *ret_outdated) {
        _cleanup_(fetch_done) Fetch f = {
                .request = request,
                .revalidate_all = revalidate_all,
                .tree_fd = -EBADF,
                .unpacked_fd = -EBADF,
        };
        int r;

        r = fetch_make(&f, e, ret);
        *ret_outdated = f.used_cache_alone &&
                        !(f.flags & (REGISTRY_OFFLINE | REGISTRY_PREFER_OFFLINE));
        return r;
}

int fetch_tree(const Request *request, Error *e, json_object **ret) {
        bool outdated;
        int r;

        assert(request && request->tree && request->cache);
        assert(ret);

        r = fetch_attempt(request, /* revalidate_all= */ false, e, ret, &outdated);
        if ((r != -ESTALE && r != -ENOENT && r != -ENOKEY) || !outdated)
                return r;
        /* The cache has older documents than the registry: ask about each. */
        if (!request->spec && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
                return r;
        error_clear(e);
        r = layout_clear(request->tree, e);
        return r < 0 ? r : fetch_attempt(request, /* revalidate_all= */ true, e, ret, &outdated);
}
