/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the steps of a fetch share: the resolver asks (wants.c), archives are fetched and unpacked
 * beside the tree (archives.c), repositories are made archives (git.c), and when the tree is known
 * everything moves into its place (layout.c). */

#include <systemd/sd-event.h>

#include "fetch/request.h"
#include "npm/registry/registry.h"
#include "npm/tree/resolver.h"

#define UNPACKED_FOLDER ".unpacked"   /* in the tree; gone when it is complete */
#define TARBALL_FILE    "package.tgz" /* in there: what was handed over on standard input */
#define NOTICES_MAX     100

typedef struct Archive Archive;
typedef struct ArchiveWaiter ArchiveWaiter;
typedef struct Place Place;
typedef struct SignedRegistry SignedRegistry;

typedef struct Fetch {
        const Request *request;
        sd_event *event;
        Npmrc *npmrc;
        Registry *registry;
        Pool *pool; /* for git */
        Spec *spec;
        Platform platform;
        char *node_version;
        Resolver *resolver;

        int tree_fd;
        int unpacked_fd;
        Archive *archives;
        unsigned n_archives;        /* numbers their folders */
        SignedRegistry *registries; /* see signatures.c */
        RegistryMemories found;     /* about them */

        bool resolved;
        Place *places; /* of the tree; see layout.c */
        size_t n_places;
        unsigned n_missing; /* places whose files have not come yet */
        bool advancing, again;

        bool confirm;    /* the registry is asked about everything in the cache */
        bool unasked;    /* some of it was used without */
        bool confirming; /* the module is being asked about; see confirm.c */
        Packument *confirmation;

        json_object *notices;
        RegistryStatistics shown; /* as progress */
        uint64_t changed_usec;    /* when that was last anything new */
        unsigned repositories;    /* being fetched by git */
        char *repository;         /* the last of them */
        int r;                    /* what ended it */
        Error error;
} Fetch;

/* Ends the fetch with this failure (the first one counts). */
void fetch_fail(Fetch *f, int r, const Error *e);

/* Goes on as far as possible: to be called whenever an answer has been given. */
void fetch_advance(Fetch *f);

/* A sentence for the person, once. */
void fetch_notice(Fetch *f, const char *format, ...) _printf_(2, 3);

/* For registry_get_packument(). */
int fetch_parse_packument(const char *text, size_t size, Error *e, void **ret);
void fetch_discard_packument(void *parsed);

/* Starts to answer what the resolver wants. */
int fetch_want(Fetch *f, const Want *want);

/* -- archives ------------------------------------------------------------------------- */

/* An archive that is wanted: where it comes from, and what has to come. */
typedef struct ArchiveSource {
        const char *label;         /* "name@version" */
        const char *name;          /* of a registry's package, else NULL */
        const char *url;           /* what a lock file calls it */
        const char *file;          /* in the folder of unpacked archives; NULL: it is fetched */
        const char *integrity;     /* NULL if it is not known, which is the same as unusable */
        const Manifest *published; /* what the registry says of it; NULL if nothing. Borrowed for as
                                      long as the fetch lasts */
        bool judged;               /* it is known that the registry vouches for it */
} ArchiveSource;

struct Archive {
        Fetch *fetch;
        Archive *next;
        char *label, *name, *url, *file;
        char *claim;     /* the hash that what comes is compared with; NULL: there is none */
        char *integrity; /* the hash of what came; NULL before */
        const Manifest *published; /* its hash, if there is one, has to fit as well */
        SignedRegistry *registry; /* NULL: of none, or signatures do not matter */
        Archive *next_waiting;    /* for the registry's keys */
        uint64_t published_usec;  /* USEC_INFINITY: not known, or not asked */
        bool time_asked, is_unsigned;
        char *keyid;     /* of the key it is signed with, which was checked; NULL: none */
        bool used;       /* it is in the tree */
        bool done;
        int r;           /* how it went */
        Error error;     /* if it did not go well */
        char folder[16]; /* its files, in the folder of unpacked archives; empty once taken */
        ArchiveWaiter *waiters;
};

/* Finds the archive with this integrity, or for a source without one that with its address, or
 * starts fetching it: nothing is taken for what it was not compared with. done() is called when it
 * has come, at once if it has already. */
int archive_get(Fetch *f, const ArchiveSource *source, void (*done)(void *userdata, Archive *a),
                void *userdata, Error *e);

/* The same files once more, for another place in the tree. */
int archive_copy(Archive *a, void (*done)(void *userdata, Archive *a), void *userdata, Error *e);

/* Whether it may be fetched: r > 0 if so, else -ENOKEY and the like with a clause. */
void archive_judged(Archive *a, int r, const Error *e);

void archives_free(Fetch *f);

/* -- git ------------------------------------------------------------------------------ */

/* Makes an archive of what a git specification means: a file in the folder of unpacked archives,
 * and its address with the commit. done() is called from the loop; strings are borrowed. */
int git_get(Fetch *f, const Spec *spec,
            void (*done)(void *userdata, int r, const char *file, const char *resolved, Error *e),
            void *userdata, Error *e);
