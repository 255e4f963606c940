/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks a registry for a package's document, by way of the cache. */

#include "npm/registry/registry.h"

/* Asks for a package's document. parse() turns its text into whatever done() is to be given; it
 * runs in a thread of its own, so that several are parsed at once; a failure with a clause. done()
 * is called once, from the event loop; what was parsed is its to free. */
typedef struct PackumentGet {
        const char *name;
        RegistryFlags flags;
        int (*parse)(const char *text, size_t size, Error *e, void **ret);
        void (*discard)(void *parsed); /* of what done() is not called for any more; may be NULL */
        /* `from_cache`: it is the cache's copy, and the registry was not asked about it. */
        void (*done)(void *userdata, int r, void *parsed, bool from_cache, Error *e);
        void *userdata;
} PackumentGet;

/* Asks; a name without a registry and the like is an error at once, and done() is not called. */
int registry_get_packument(Registry *r, const PackumentGet *get, Error *e);
