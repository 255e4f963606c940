/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tarballs, fetched and unpacked beside the tree, each once, until their files are moved into it.
 * Nothing is used that was not compared with the hash it is used for. */

#include "fetch/signatures.h"

typedef struct ArchiveWaiter ArchiveWaiter;

/* What is wanted. */
typedef struct ArchiveSource {
        const char *label;         /* "name@version" */
        const char *name;          /* of a registry's package, else NULL */
        const char *url;           /* what a lock file calls it */
        const char *file;          /* in the folder of unpacked archives; NULL: it is fetched */
        const char *integrity;     /* NULL if it is not known, which is the same as unusable */
        const Manifest *published; /* what the registry says of it; NULL if nothing. Borrowed for as
                                      long as the fetch lasts */
        bool vouched_for;          /* its signature was checked already */
} ArchiveSource;

struct Archive {
        Fetch *fetch;
        Archive *next;
        char *label, *name, *url, *file;
        char *claim;     /* the hash that what comes is compared with; NULL: there is none */
        char *integrity; /* the hash of what came; NULL before */
        const Manifest *published; /* its hash, if there is one, has to fit as well */
        SignatureCheck signature;
        bool used; /* it is in the tree */
        bool done;
        int r;           /* how it went */
        Error error;     /* if it did not go well */
        char folder[16]; /* its files, in the folder of unpacked archives; empty once taken */
        ArchiveWaiter *waiters;
};

typedef void (*ArchiveDone)(void *userdata, Archive *a);

/* Finds the archive with this integrity, or for a source without one that with its URL, or starts
 * fetching it. done() (may be NULL) is called when it has come or failed, at once if that was
 * before. -EKEYREJECTED if no hash says what has to come, -ENOKEY if its registry does not vouch
 * for it, and others with a clause; then done() is not called. */
int archive_get(Fetch *f, const ArchiveSource *source, ArchiveDone done, void *userdata, Error *e);

/* The same files once more, for another place in the tree. */
int archive_copy(Archive *a, ArchiveDone done, void *userdata, Error *e);

/* Adds what was found out about signatures of used archives to the answer. */
int archives_report(Fetch *f, json_object *answer);

void archives_free(Fetch *f);
