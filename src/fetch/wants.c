/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "fetch/confirm.h"
#include "fetch/layout.h"

#define PACKAGE_JSON_MAX (1024U * 1024U)

/* A want with whom to tell. */
typedef struct Asked {
        Fetch *fetch;
        const Want *want;
        char *resolved; /* of a repository */
} Asked;

static Asked *asked_free(Asked *q) {
        if (q)
                free(q->resolved);
        free(q);
        return NULL;
}
DEFINE_CLEANUP(Asked *, asked_free);

static int asked_new(Fetch *f, const Want *want, Asked **ret) {
        Asked *q = malloc(sizeof(Asked));

        if (!q)
                return -ENOMEM;
        *q = (Asked){ f, want, NULL };
        *ret = q;
        return 0;
}

/* What the resolver cannot be told is the end of it. */
static void answered(Fetch *f, int r) {
        if (r < 0)
                fetch_fail(f, r, /* e= */ NULL);
        else
                fetch_advance(f);
}

static void answer_failure(Fetch *f, const Want *want, int r, const Error *e) {
        if (r == -ENOKEY)
                fetch_fail(f, r, e);
        else
                answered(f, resolver_feed_failure(f->resolver, want, r, error_text(e, r)));
}

/* -- packuments ----------------------------------------------------------------------- */

int fetch_parse_packument(const char *text, size_t size, Error *e, void **ret) {
        return packument_parse(text, size, e, (Packument **) ret);
}

void fetch_discard_packument(void *parsed) {
        (void) packument_free(parsed);
}

static bool is_module(Fetch *f, const Want *want) {
        return spec_is_registry(f->spec) && streq(want->name, spec_registry_name(f->spec));
}

static void on_packument(void *userdata, int r, void *parsed, bool unasked, Error *e) {
        _cleanup_(asked_freep) Asked *q = userdata;
        Fetch *f = q->fetch;

        f->unasked = f->unasked || unasked;
        if (r >= 0 && unasked && is_module(f, q->want)) {
                r = confirm_begin(f, e);
                if (r < 0)
                        (void) packument_free(parsed);
        }
        if (r < 0)
                answer_failure(f, q->want, r, e);
        else
                answered(f, resolver_feed_packument(f->resolver, q->want, parsed));
}

static int get_packument(Fetch *f, const Want *want, Error *e) {
        _cleanup_(asked_freep) Asked *q = NULL;
        int r;

        r = asked_new(f, want, &q);
        if (r < 0)
                return r;
        r = registry_get_packument(f->registry,
                                   &(PackumentGet){
                                           .name = want->name,
                                           .parse = fetch_parse_packument,
                                           .discard = fetch_discard_packument,
                                           .done = on_packument,
                                           .userdata = q,
                                   },
                                   e);
        if (r >= 0)
                TAKE_PTR(q);
        return r;
}

/* -- packages that are not in a registry ---------------------------------------------- */

static int read_package(Fetch *f, const char *folder, const char *what, Error *e, Manifest **ret) {
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
                return error_set(e, r, "%s: no package.json can be read in it: %s", what,
                                 strerror(-r));
        r = manifest_parse((Slice){ text, size }, what, e, &m);
        if (r < 0)
                return r;

        /* what a registry would have noted */
        m->has_shrinkwrap = faccessat(fd, "npm-shrinkwrap.json", F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
        *ret = TAKE_PTR(m);
        return 0;
}

static void on_package(void *userdata, Archive *a) {
        _cleanup_(asked_freep) Asked *q = userdata;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Manifest *m = NULL;
        int r = a->r;

        if (r < 0) {
                answer_failure(q->fetch, q->want, r, &a->error);
                return;
        }
        r = read_package(q->fetch, a->folder, a->label, &e, &m);
        if (r >= 0 && q->resolved && m->has_prepare_script)
                fetch_notice(q->fetch,
                             "%s is made ready for use by a script ('prepare', 'prepack' or "
                             "'build'), which is not run: what it would make is missing",
                             m->name);
        if (r < 0)
                answer_failure(q->fetch, q->want, r, &e);
        else /* a repository's archive is made here, its hash says nothing */
                answered(q->fetch, resolver_feed_package(q->fetch->resolver, q->want, m, a->url,
                                                         q->resolved ? NULL : a->integrity));
}

static void on_repository(void *userdata, int r, const char *file, const char *resolved, Error *e) {
        Asked *q = userdata;

        if (r >= 0)
                r = free_and_strdup(&q->resolved, resolved);
        if (r >= 0)
                r = archive_get(
                        q->fetch,
                        &(ArchiveSource){ .label = resolved, .url = resolved, .file = file },
                        on_package, q, e);
        if (r < 0) {
                answer_failure(q->fetch, q->want, r, e);
                (void) asked_free(q);
        }
}

static int get_package(Fetch *f, const Want *want, Error *e) {
        _cleanup_(asked_freep) Asked *q = NULL;
        ArchiveSource source = { .label = want->spec->fetch };
        int r;

        r = asked_new(f, want, &q);
        if (r < 0)
                return r;
        switch (want->spec->type) {
        case SPEC_REMOTE:
                source.url = want->spec->fetch;
                r = archive_get(f, &source, on_package, q, e);
                break;
        case SPEC_FILE: /* only of the request itself: see install.c */
                source.label = "the tarball";
                source.url = "file:" TARBALL_FILE;
                source.file = TARBALL_FILE;
                r = archive_get(f, &source, on_package, q, e);
                break;
        case SPEC_GIT:
                r = git_get(f, want->spec, on_repository, q, e);
                break;
        default:
                return error_set(e, -EOPNOTSUPP,
                                 "'%s' is a folder, and folders are linked, not fetched",
                                 want->spec->raw);
        }
        if (r >= 0)
                TAKE_PTR(q);
        return r;
}

/* -- what is in archives -------------------------------------------------------------- */

static void on_contents(void *userdata, Archive *a) {
        _cleanup_(asked_freep) Asked *q = userdata;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int fd = -EBADF;
        Contents contents = {};
        int r = a->r;

        if (r < 0) {
                answer_failure(q->fetch, q->want, r, &a->error);
                return;
        }
        fd = open_folder(q->fetch->unpacked_fd, a->folder);
        r = fd < 0 ? fd : contents_read(fd, q->want->node->manifest->has_shrinkwrap, &e, &contents);
        if (r < 0)
                answer_failure(q->fetch, q->want, r, &e);
        else
                answered(q->fetch, resolver_feed_contents(q->fetch->resolver, q->want, &contents));
}

static int get_contents(Fetch *f, const Want *want, Error *e) {
        _cleanup_(asked_freep) Asked *q = NULL;
        int r;

        r = asked_new(f, want, &q);
        if (r < 0)
                return r;
        r = layout_get_archive(f, want->node, on_contents, q, e);
        if (r >= 0)
                TAKE_PTR(q);
        return r;
}

typedef int (*WantGetter)(Fetch *f, const Want *want, Error *e);

int fetch_want(Fetch *f, const Want *want) {
        static const WantGetter table[] = {
                [WANT_PACKUMENT] = get_packument,
                [WANT_PACKAGE] = get_package,
                [WANT_CONTENTS] = get_contents,
        };
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = table[want->kind](f, want, &e);
        if (r >= 0 || r == -ENOMEM)
                return r;
        /* No answer will come that would start another round. */
        answer_failure(f, want, r, &e);
        return 0;
}
