/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Checks before a package is fetched whether its registry signed it. The results are part of the
 * answer, for pm2ctl to remember. All refusals are -ENOKEY: unlike other failures they end the
 * fetch even for an optional package. */

#include "fetch/signing-registry.h"

typedef struct Manifest Manifest;

/* The check of one version of a package. */
typedef struct SignatureCheck {
        /* set by the caller, and borrowed from it until the fetch has ended */
        Fetch *fetch;
        const char *label;         /* "name@version" */
        const char *name;          /* of the package, which decides about the registry */
        const char *claim;         /* the hash that a shrinkwrap wants, or NULL */
        const Manifest *published; /* what the registry says of the version; NULL if nothing */
        void (*done)(void *userdata, int r, const Error *e);
        void *userdata;

        /* the result */
        char *keyid; /* of the key that it is signed with; NULL: none was checked */

        /* signatures.c's own */
        SigningRegistry *registry; /* NULL: signatures do not matter */
        KeysWaiter waiter;
        uint64_t published_usec; /* USEC_INFINITY: not known, or not asked */
        bool time_asked, is_unsigned;
} SignatureCheck;

/* 1 if the package may be fetched, negative with a clause if not; 0 if that will be known later:
 * then done() is called with either. */
int signature_check_begin(SignatureCheck *c, Error *e);

void signature_check_done(SignatureCheck *c);

/* The package is in the tree: its signature, or that it has none, belongs to the answer. */
int signature_check_note_use(const SignatureCheck *c);

/* Adds "registries" to the answer, and a notice about packages without a signature. */
int signatures_report(Fetch *f, json_object *answer);
