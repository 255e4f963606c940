/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/archives.h"

#include "basic/string-util.h"
#include "npm/registry/integrity.h"
#include "npm/registry/npmrc-registry.h"
#include "npm/registry/registry.h"
#include "npm/registry/tarball-get.h"

struct ArchiveWaiter {
        ArchiveWaiter *next;
        ArchiveDone done;
        void *userdata;
};

static Archive *archive_free(Archive *a) {
        if (!a)
                return NULL;
        for (ArchiveWaiter *w = a->waiters, *next; w; w = next) {
                next = w->next;
                free(w);
        }
        signature_check_done(&a->signature);
        free(a->label);
        free(a->name);
        free(a->url);
        free(a->file);
        free(a->claim);
        free(a->integrity);
        error_clear(&a->error);
        free(a);
        return NULL;
}
DEFINE_CLEANUP(Archive *, archive_free);

void archives_free(Fetch *f) {
        assert(f);

        for (Archive *a = f->archives, *next; a; a = next) {
                next = a->next;
                (void) archive_free(a);
        }
        f->archives = NULL;
}

/* -- finding one that is there already ------------------------------------------------ */

/* A registry vouches for a name and a version. An archive that it was not asked about, or that is
 * of another name or version, cannot be used for them, even if its bytes are the same. */
static bool is_another(const Archive *a, const ArchiveSource *s) {
        return !a->name != !s->name || (a->name && !streq(a->label, s->label)) ||
               (s->published && !a->published);
}

static bool is_usable(const char *integrity) {
        Integrity parsed;

        return integrity && integrity_parse(integrity, /* e= */ NULL, &parsed) >= 0;
}

/* Only an archive that is compared with a hash, or turned out to have it, can be used for that
 * hash. An equal URL does not say what the server sent. */
static bool is_wanted(const Archive *a, const ArchiveSource *s, const char *claim) {
        if (claim)
                return streq_ptr(a->claim, claim) || streq_ptr(a->integrity, claim);
        return !a->claim && streq(a->url, s->url);
}

static Archive *find_archive(Fetch *f, const ArchiveSource *s) {
        const char *claim = is_usable(s->integrity) ? s->integrity : NULL;

        for (Archive *a = f->archives; a; a = a->next)
                if (is_wanted(a, s, claim) && !is_another(a, s))
                        return a;
        return NULL;
}

/* -- fetching ------------------------------------------------------------------------- */

static void archive_end(Archive *a, int r, const Error *e) {
        if (r < 0)
                (void) error_copy(&a->error, r, e);
        a->done = true;
        a->r = r;

        while (a->waiters) {
                ArchiveWaiter *w = a->waiters;

                a->waiters = w->next;
                w->done(w->userdata, a);
                free(w);
        }
        fetch_continue(a->fetch);
}

static void on_tarball(void *userdata, int r, const TarballResult *result, Error *e) {
        Archive *a = userdata;

        if (r < 0) {
                archive_end(a, r, e);
                return;
        }
        if (result->weak)
                fetch_notice(a->fetch,
                             "%s is checked by SHA-1 only: the registry has no better hash",
                             a->label);
        archive_end(a, free_and_strdup(&a->integrity, result->integrity), e);
}

static int archive_start(Archive *a, Error *e) {
        Fetch *f = a->fetch;
        const char *registry_hash = a->published && is_usable(a->published->integrity)
                                            ? a->published->integrity
                                            : NULL;
        TarballGet get = {
                .label = a->label,
                .name = a->name,
                .url = a->file ? NULL : a->url,
                .file = a->file,
                /* a shrinkwrap's hash does not replace the registry's */
                .integrity = a->claim ?: registry_hash,
                .also = streq_ptr(a->claim, registry_hash) ? NULL : registry_hash,
                .dir_fd = f->unpacked_fd,
                .folder = a->folder,
                .done = on_tarball,
                .userdata = a,
        };
        _cleanup_(freep) char *url = NULL;
        int r;

        if (a->name && !a->file) {
                r = npmrc_tarball_url(f->npmrc, a->name, a->url, e, &url);
                if (r < 0)
                        return r;
                get.url = url;
        }
        (void) snprintf(a->folder, sizeof(a->folder), "%u", ++f->n_folders);
        return registry_get_tarball(f->registry, &get, e);
}

static void on_signature(void *userdata, int r, const Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        Archive *a = userdata;

        if (r < 0) {
                archive_end(a, r, e);
                return;
        }
        r = archive_start(a, &why);
        if (r < 0)
                archive_end(a, r, &why);
}

/* -- adding one ----------------------------------------------------------------------- */

/* A download must have a hash to compare it with. A file needs none: the caller gave it, or it was
 * made from a commit, whose ID is a hash itself. */
static int check_claimed(const Fetch *f, const ArchiveSource *s, Error *e) {
        if (s->file || f->request->allow_unverified || is_usable(s->integrity))
                return 0;
        if (!s->name && !s->integrity)
                return error_set(e, -EKEYREJECTED,
                                 "%s: there is no hash to check the download with; use "
                                 "--allow-unverified to take it unchecked",
                                 s->label);
        return error_set(e, -EKEYREJECTED,
                         "%s: %s has no usable hash to check it with; use "
                         "--allow-unverified to take what %s sends unchecked",
                         s->label, s->name ? "the registry" : "its lock file", s->url);
}

static int archive_new(Fetch *f, const ArchiveSource *s, Archive **ret) {
        _cleanup_(archive_freep) Archive *a = calloc(1, sizeof(Archive));

        if (!a)
                return -ENOMEM;
        *a = (Archive) { .fetch = f, .published = s->published };

        const struct {
                char **to;
                const char *from;
        } texts[] = {
                { &a->label, s->label },
                { &a->name, s->name },
                { &a->url, s->url },
                { &a->file, s->file },
                { &a->claim, is_usable(s->integrity) ? s->integrity : NULL },
        };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                int r = free_and_strdup(texts[i].to, texts[i].from);

                if (r < 0)
                        return r;
        }
        a->signature = (SignatureCheck) {
                .fetch = f,
                .label = a->label,
                .name = a->file ? NULL : a->name, /* a file does not come from the registry */
                .claim = a->claim,
                .published = a->published,
                .done = on_signature,
                .userdata = a,
        };
        *ret = TAKE_PTR(a);
        return 0;
}

static int archive_add(Fetch *f, const ArchiveSource *s, Error *e, Archive **ret) {
        _cleanup_(archive_freep) Archive *a = NULL;
        int r;

        r = check_claimed(f, s, e);
        if (r < 0)
                return r;
        r = archive_new(f, s, &a);
        if (r < 0)
                return r;
        r = s->vouched_for ? 1 : signature_check_begin(&a->signature, e);
        if (r < 0)
                return r;
        if (r > 0) {
                r = archive_start(a, e);
                if (r < 0)
                        return r;
        }

        a->next = f->archives;
        f->archives = a;
        *ret = TAKE_PTR(a);
        return 0;
}

static int archive_wait(Archive *a, ArchiveDone done, void *userdata) {
        ArchiveWaiter *w;

        if (!done)
                return 0;
        if (a->done) {
                done(userdata, a);
                return 0;
        }
        w = malloc(sizeof(ArchiveWaiter));
        if (!w)
                return -ENOMEM;
        *w = (ArchiveWaiter) { a->waiters, done, userdata };
        a->waiters = w;
        return 0;
}

int archive_get(Fetch *f, const ArchiveSource *source, ArchiveDone done, void *userdata, Error *e) {
        Archive *a;
        int r;

        assert(f);
        assert(source && source->label && source->url);

        a = find_archive(f, source);
        if (!a) {
                r = archive_add(f, source, e, &a);
                if (r < 0)
                        return r;
        }
        return archive_wait(a, done, userdata);
}

int archive_copy(Archive *a, ArchiveDone done, void *userdata, Error *e) {
        Archive *copy;
        int r;

        assert(a);

        r = archive_add(a->fetch,
                        &(ArchiveSource) { .label = a->label,
                                           .name = a->name,
                                           .url = a->url,
                                           .file = a->file,
                                           .integrity = a->integrity,
                                           .published = a->published,
                                           .vouched_for = true },
                        e, &copy);
        return r < 0 ? r : archive_wait(copy, done, userdata);
}

int archives_report(Fetch *f, json_object *answer) {
        assert(f);
        assert(answer);

        for (const Archive *a = f->archives; a; a = a->next) {
                int r = a->used ? signature_check_note_use(&a->signature) : 0;

                if (r < 0)
                        return r;
        }
        return signatures_report(f, answer);
}
