/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tarballs, fetched and unpacked beside the tree, each once, until their files are moved into it.
 * An archive is only used for a hash that it was compared with. */

#include "fetch/signatures.h"

typedef struct ArchiveWaiter ArchiveWaiter;

/* The archive that is needed. */
typedef struct ArchiveSource {
        const char *label;         /* "name@version" */
        const char *name;          /* of a registry's package, else NULL */
        const char *url;           /* what a lock file calls it */
        const char *file;          /* in the folder of unpacked archives; NULL: it is fetched */
        const char *integrity;     /* NULL if it is unknown or unusable */
        const Manifest *published; /* what the registry says of it; NULL if nothing. Borrowed for as
                                      long as the fetch lasts */
        bool vouched_for;          /* its signature was checked already */
} ArchiveSource;

struct Archive {
        Fetch *fetch;
        Archive *next;
        char *label, *name, *url, *file;
        char *claim;               /* the hash to compare the download with, or NULL */
        char *integrity;           /* the hash of the download, once it is there */
        const Manifest *published; /* if it has a hash, the download must match it too */
        SignatureCheck signature;
        bool used; /* it is in the tree */
        bool done;
        int r;           /* the result */
        Error error;     /* if that is a failure */
        char folder[16]; /* its name among the unpacked archives; empty once it was moved */
        ArchiveWaiter *waiters;
};

typedef void (*ArchiveDone)(void *userdata, Archive *a);

/* Finds the archive with this integrity, or for a source without one that with its URL, or starts
 * fetching it. done() (may be NULL) is called when it is there or has failed, at once if it already
 * is. -EKEYREJECTED if there is no hash to compare it with, -ENOKEY if its registry does not vouch
 * for it, and others with a clause; then done() is not called. */
int archive_get(Fetch *f, const ArchiveSource *source, ArchiveDone done, void *userdata, Error *e);

/* The same files once more, for another place in the tree. */
int archive_copy(Archive *a, ArchiveDone done, void *userdata, Error *e);

/* Adds the signatures of the used archives to the answer. */
int archives_report(Fetch *f, json_object *answer);

void archives_free(Fetch *f);
