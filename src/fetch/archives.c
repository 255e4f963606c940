/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"
#include "fetch/signatures.h"

struct ArchiveWaiter {
        ArchiveWaiter *next;
        void (*done)(void *userdata, Archive *a);
        void *userdata;
};

static Archive *archive_free(Archive *a) {
        if (!a)
                return NULL;
        for (ArchiveWaiter *w = a->waiters, *next; w; w = next) {
                next = w->next;
                free(w);
        }
        free(a->label);
        free(a->name);
        free(a->url);
        free(a->file);
        free(a->claim);
        free(a->integrity);
        free(a->keyid);
        error_clear(&a->error);
        free(a);
        return NULL;
}
DEFINE_CLEANUP(Archive *, archive_free);

void archives_free(Fetch *f) {
        for (Archive *a = f->archives, *next; a; a = next) {
                next = a->next;
                (void) archive_free(a);
        }
        f->archives = NULL;
}

/* A registry vouches for a name and a version: an archive that it was not asked about, or another
 * one's, is not theirs, though it may be the same. */
static bool is_another(const Archive *a, const ArchiveSource *s) {
        return !a->name != !s->name || (a->name && !streq(a->label, s->label)) ||
               (s->published && !a->published);
}

static bool is_usable(const char *integrity) {
        Integrity parsed;

        return integrity && integrity_parse(integrity, /* e= */ NULL, &parsed) >= 0;
}

/* Only what is compared with a hash, or turned out to have it, answers for one: whether an address
 * is the same says nothing about what came. */
static bool is_wanted(const Archive *a, const ArchiveSource *s, const char *claim) {
        if (claim)
                return streq_ptr(a->claim, claim) || streq_ptr(a->integrity, claim);
        return !a->claim && streq(a->url, s->url);
}

static Archive *find(Fetch *f, const ArchiveSource *s) {
        const char *claim = is_usable(s->integrity) ? s->integrity : NULL;

        for (Archive *a = f->archives; a; a = a->next)
                if (is_wanted(a, s, claim) && !is_another(a, s))
                        return a;
        return NULL;
}

static void settle(Archive *a, int r, const Error *e) {
        if (r < 0)
                (void) error_set(&a->error, r, "%s", error_text(e, r));
        a->done = true;
        a->r = r;

        while (a->waiters) {
                ArchiveWaiter *w = a->waiters;

                a->waiters = w->next;
                w->done(w->userdata, a);
                free(w);
        }
        fetch_advance(a->fetch);
}

static void on_tarball(void *userdata, int r, const TarballResult *result, Error *e) {
        Archive *a = userdata;

        if (r >= 0 && result->weak)
                fetch_notice(a->fetch,
                             "%s is checked by a SHA-1 only; the registry has no better hash",
                             a->label);
        if (r >= 0)
                r = free_and_strdup(&a->integrity, result->integrity);
        settle(a, r, e);
}

static int start(Fetch *f, Archive *a, Error *e) {
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
        (void) snprintf(a->folder, sizeof(a->folder), "%u", ++f->n_archives);
        return registry_get_tarball(f->registry, &get, e);
}

void archive_judged(Archive *a, int r, const Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;

        if (r > 0) {
                r = start(a->fetch, a, &why);
                if (r >= 0)
                        return;
                e = &why;
        }
        settle(a, r, e);
}

/* Whatever comes over the network has to be what somebody said it is. A file beside the tree was
 * handed over, or made of a commit, which is a hash itself. */
static int check_claimed(Fetch *f, const ArchiveSource *s, Error *e) {
        if (s->file || f->request->allow_unverified || is_usable(s->integrity))
                return 0;
        if (!s->name && !s->integrity)
                return error_set(e, -EKEYREJECTED,
                                 "%s: no hash says what has to come from this address; "
                                 "--allow-unverified takes whatever comes",
                                 s->label);
        return error_set(e, -EKEYREJECTED,
                         "%s: %s has no hash of it that can be checked; --allow-unverified takes "
                         "whatever comes from %s",
                         s->label, s->name ? "the registry" : "its lock file", s->url);
}

static int add(Fetch *f, const ArchiveSource *s, Error *e, Archive **ret) {
        _cleanup_(archive_freep) Archive *a = calloc(1, sizeof(Archive));
        int r;

        if (!a)
                return -ENOMEM;
        r = check_claimed(f, s, e);
        if (r < 0)
                return r;
        a->fetch = f;
        a->published = s->published;
        a->published_usec = USEC_INFINITY;
        r = free_and_strdup(&a->label, s->label);
        if (r >= 0)
                r = free_and_strdup(&a->name, s->name);
        if (r >= 0)
                r = free_and_strdup(&a->url, s->url);
        if (r >= 0)
                r = free_and_strdup(&a->file, s->file);
        if (r >= 0)
                r = free_and_strdup(&a->claim, is_usable(s->integrity) ? s->integrity : NULL);
        if (r >= 0)
                r = s->judged ? 1 : signatures_judge(f, a, e);
        if (r > 0)
                r = start(f, a, e);
        if (r < 0)
                return r;

        a->next = f->archives;
        f->archives = a;
        *ret = TAKE_PTR(a);
        return 0;
}

static int wait_for(Archive *a, void (*done)(void *userdata, Archive *a), void *userdata) {
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
        *w = (ArchiveWaiter){ a->waiters, done, userdata };
        a->waiters = w;
        return 0;
}

int archive_get(Fetch *f, const ArchiveSource *source, void (*done)(void *userdata, Archive *a),
                void *userdata, Error *e) {
        Archive *a = find(f, source);
        int r;

        if (!a) {
                r = add(f, source, e, &a);
                if (r < 0)
                        return r;
        }
        return wait_for(a, done, userdata);
}

int archive_copy(Archive *a, void (*done)(void *userdata, Archive *a), void *userdata, Error *e) {
        ArchiveSource source = { .label = a->label,
                                 .name = a->name,
                                 .url = a->url,
                                 .file = a->file,
                                 .integrity = a->integrity,
                                 .published = a->published,
                                 .judged = true };
        Archive *copy;
        int r;

        r = add(a->fetch, &source, e, &copy);
        return r < 0 ? r : wait_for(copy, done, userdata);
}
