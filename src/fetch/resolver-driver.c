/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/resolver-driver.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "fetch/git.h"
#include "fetch/node-archive.h"
#include "fetch/packument-request.h"
#include "fetch/revalidate.h"
#include "model/package.h"
#include "npm/registry/manifest-parse.h"
#include "npm/registry/packument.h"
#include "npm/tree/contents-read.h"
#include "npm/tree/resolver.h"

/* What the resolver wants, while it is being fetched. */
typedef struct PendingWant {
        Fetch *fetch;
        const Want *want;
        char *resolved; /* of a repository */
} PendingWant;

static PendingWant *pending_want_free(PendingWant *p) {
        if (p)
                free(p->resolved);
        free(p);
        return NULL;
}
DEFINE_CLEANUP(PendingWant *, pending_want_free);

static int pending_want_new(Fetch *f, const Want *want, PendingWant **ret) {
        PendingWant *p = malloc(sizeof(PendingWant));

        if (!p)
                return -ENOMEM;
        *p = (PendingWant) { f, want, NULL };
        *ret = p;
        return 0;
}

/* `r` is the result of feeding the resolver; if it is negative the fetch cannot go on. */
static void answer_fed(Fetch *f, int r) {
        if (r < 0)
                fetch_fail(f, r, /* e= */ NULL);
        else
                fetch_continue(f);
}

static void answer_failure(Fetch *f, const Want *want, int r, const Error *e) {
        if (r == -ENOKEY)
                fetch_fail(f, r, e);
        else
                answer_fed(f, resolver_feed_failure(f->resolver, want, r, error_text(e, r)));
}

/* -- packuments ----------------------------------------------------------------------- */

static bool is_module(const Fetch *f, const Want *want) {
        return spec_is_registry(f->spec) && streq(want->name, spec_registry_name(f->spec));
}

static void on_packument(void *userdata, int r, void *parsed, bool from_cache, Error *e) {
        _cleanup_(pending_want_freep) PendingWant *p = userdata;
        _cleanup_(packument_freep) Packument *packument = parsed;
        Fetch *f = p->fetch;

        f->used_cache_alone = f->used_cache_alone || from_cache;
        if (r < 0) {
                answer_failure(f, p->want, r, e);
                return;
        }
        if (from_cache && is_module(f, p->want)) {
                r = revalidate_module(f, e);
                if (r < 0) {
                        answer_failure(f, p->want, r, e);
                        return;
                }
        }
        answer_fed(f, resolver_feed_packument(f->resolver, p->want, TAKE_PTR(packument)));
}

static int begin_packument(PendingWant *p, Error *e) {
        return packument_request(p->fetch->registry, p->want->name,
                                 packument_flags(&p->fetch->settings), on_packument, p, e);
}

/* -- packages that are not in a registry ---------------------------------------------- */

static int read_manifest(const Fetch *f, const char *folder, const char *what, Error *e,
                         Manifest **ret) {
        _cleanup_(manifest_freep) Manifest *m = NULL;
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        fd = open_folder(f->unpacked_fd, folder);
        if (fd < 0)
                return fd;
        r = read_file_at(fd, "package.json", PACKAGE_JSON_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "%s: cannot read its package.json: %s", what, strerror(-r));
        r = manifest_parse((Slice) { text, size }, what, e, &m);
        if (r < 0)
                return r;

        /* a registry's document would say this */
        m->has_shrinkwrap = faccessat(fd, "npm-shrinkwrap.json", F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
        *ret = TAKE_PTR(m);
        return 0;
}

static void on_package(void *userdata, Archive *a) {
        _cleanup_(pending_want_freep) PendingWant *p = userdata;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Fetch *f = p->fetch;
        Manifest *m = NULL;
        int r;

        if (a->r < 0) {
                answer_failure(f, p->want, a->r, &a->error);
                return;
        }
        r = read_manifest(f, a->folder, a->label, &e, &m);
        if (r < 0) {
                answer_failure(f, p->want, r, &e);
                return;
        }
        if (p->resolved && m->has_prepare_script)
                fetch_notice(f,
                             "%s has a script 'prepare', 'prepack' or 'build', which is "
                             "not run for packages from git: the files that it would make "
                             "are missing",
                             m->name);
        /* a repository's archive was made here: its hash proves nothing */
        answer_fed(f, resolver_feed_package(f->resolver, p->want, m, a->url,
                                            p->resolved ? NULL : a->integrity));
}

static int unpack_repository(PendingWant *p, const char *file, const char *resolved, Error *e) {
        int r;

        r = free_and_strdup(&p->resolved, resolved);
        if (r < 0)
                return r;
        return archive_get(p->fetch,
                           &(ArchiveSource) { .label = resolved, .url = resolved, .file = file },
                           on_package, p, e);
}

static void on_repository(void *userdata, int r, const char *file, const char *resolved, Error *e) {
        _cleanup_(pending_want_freep) PendingWant *p = userdata;

        if (r < 0) {
                answer_failure(p->fetch, p->want, r, e);
                return;
        }
        r = unpack_repository(p, file, resolved, e);
        if (r < 0)
                answer_failure(p->fetch, p->want, r, e);
        else
                TAKE_PTR(p); /* on_package()'s */
}

static int begin_package(PendingWant *p, Error *e) {
        const Spec *spec = p->want->spec;

        switch (spec->type) {
        case SPEC_REMOTE:
                return archive_get(p->fetch,
                                   &(ArchiveSource) { .label = spec->fetch, .url = spec->fetch },
                                   on_package, p, e);
        case SPEC_FILE: /* only of the request itself: see fetch-tree.c */
                return archive_get(p->fetch,
                                   &(ArchiveSource) { .label = "the tarball",
                                                      .url = "file:" TARBALL_FILE,
                                                      .file = TARBALL_FILE },
                                   on_package, p, e);
        case SPEC_GIT:
                return git_get(p->fetch, spec, on_repository, p, e);
        default:
                return error_set(e, -EOPNOTSUPP,
                                 "'%s' is a directory; directories are linked, not fetched",
                                 spec->raw);
        }
}

/* -- what is in archives -------------------------------------------------------------- */

static void on_contents(void *userdata, Archive *a) {
        _cleanup_(pending_want_freep) PendingWant *p = userdata;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int fd = -EBADF;
        Fetch *f = p->fetch;
        Contents contents = {};
        int r;

        if (a->r < 0) {
                answer_failure(f, p->want, a->r, &a->error);
                return;
        }
        fd = open_folder(f->unpacked_fd, a->folder);
        r = fd < 0 ? fd : contents_read(fd, p->want->node->manifest->has_shrinkwrap, &e, &contents);
        if (r < 0)
                answer_failure(f, p->want, r, &e);
        else
                answer_fed(f, resolver_feed_contents(f->resolver, p->want, &contents));
}

static int begin_contents(PendingWant *p, Error *e) {
        return node_archive_get(p->fetch, p->want->node, on_contents, p, e);
}

/* -- the resolver --------------------------------------------------------------------- */

/* Negative with a clause, or the want is answered later. */
typedef int (*WantBeginner)(PendingWant *p, Error *e);

static const WantBeginner beginners[] = {
        [WANT_PACKUMENT] = begin_packument,
        [WANT_PACKAGE] = begin_package,
        [WANT_CONTENTS] = begin_contents,
};

static int begin_want(Fetch *f, const Want *want) {
        _cleanup_(pending_want_freep) PendingWant *p = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = pending_want_new(f, want, &p);
        if (r < 0)
                return r;
        r = beginners[want->kind](p, &e);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                answer_failure(f, want, r, &e);
        else
                TAKE_PTR(p);
        return 0;
}

/* Only to save time: it shows later whether the archive is needed, and then whether it failed. */
static int begin_likely(Fetch *f, const Manifest *m) {
        _cleanup_(freep) char *label = NULL;

        if (!m->tarball)
                return 0;
        if (strdupf(&label, "%s@%s", m->name, m->version) < 0)
                return -ENOMEM;
        (void) archive_get(f,
                           &(ArchiveSource) { .label = label,
                                              .name = m->name,
                                              .url = m->tarball,
                                              .integrity = m->integrity,
                                              .published = m },
                           /* done= */ NULL, NULL, /* e= */ NULL);
        return 0;
}

int resolver_drive(Fetch *f, Error *e) {
        const Manifest *likely;
        const Want *want;
        int r;

        assert(f);

        r = resolver_run(f->resolver, e);
        if (r != 0)
                return r;
        while ((want = resolver_next_want(f->resolver))) {
                r = begin_want(f, want);
                if (r < 0)
                        return r;
        }
        while ((likely = resolver_next_likely(f->resolver))) {
                r = begin_likely(f, likely);
                if (r < 0)
                        return r;
        }
        return 0;
}
