/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The registries that packages of this fetch come from, and the keys that each signs with: asked
 * for when the first signed package of it is wanted, and compared with those that pm2ctl remembers.
 * */

#include "fetch/fetch.h"

/* What waits for a registry's keys. */
typedef struct KeysWaiter {
        void (*done)(void *userdata);
        void *userdata;
        struct KeysWaiter *next; /* signing-registry.c's own */
} KeysWaiter;

struct SigningRegistry {
        Fetch *fetch;
        SigningRegistry *next;
        char *name;                   /* its URL, without credentials */
        const RegistryMemory *before; /* what is remembered; NULL: nothing */
        RegistryMemory *found;
        const RegistryKeys *keys; /* in force; NULL: there are none, see `r` */
        bool asked, answered;
        int r; /* why there are no keys: -ENOENT if the registry has none */
        Error error;
        KeysWaiter *waiting;

        /* for signatures.c */
        bool noticed;               /* there was a notice that it has no keys */
        unsigned n_unsigned;        /* packages of it in the tree without a signature */
        const char *unsigned_label; /* one of them */
};

/* The registry that serves the package, borrowed. -E2BIG above REGISTRIES_MAX and what
 * npmrc_registry() returns, with a clause. */
int signing_registry_get(Fetch *f, const char *package, Error *e, SigningRegistry **ret);

/* Asks the registry for its keys, once, by way of one of its packages. 1 if it has answered, so
 * that `keys` or `r` are set; 0 if not: then done() of the borrowed waiter is called when it has.
 * Negative with a clause. */
int signing_registry_await_keys(SigningRegistry *s, const char *package, KeysWaiter *w, Error *e);

bool signing_registry_has_remembered_keys(const SigningRegistry *s);

void signing_registries_free(Fetch *f);
