/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* npm/registry: the client of a package registry.
 *
 * The second of npm's four rooms; it uses npm/spec. Everything that crosses the network, or was
 * sent by a registry, is read here and nowhere else. Here alone libcurl, libcrypto and
 * libunistring are called.
 *
 * Entry points:
 *   registry.h        this file: packuments (what a registry knows of a package) and tarballs, by
 *                     way of the cache, many at once on an sd-event loop
 *   npmrc.h           .npmrc files: registries, scopes, credentials, proxies, certificates
 *   packument.h       a packument's text, parsed as far as it is needed; pick.h chooses a version
 *   manifest.h        one version, or a package.json: dependencies, platform, integrity
 *   publisher.h       the wire side of publishing; publication.h makes and checks what is sent
 *   signature.h       the registry's signatures, against the keys of registry-key.h
 *   download-cache.h  the cache folder that may be deleted at any time
 * http.h, url.h, integrity.h, unpack.h, stream.h and pool.h are what these are built from.
 *
 * Input is untrusted, a registry's answers as much as an archive: sizes, entries, depths,
 * redirects and times have named limits in these headers. A tarball's bytes are hashed as they are
 * unpacked, and a folder appears for the caller only when the hash was right. A token goes to the
 * host that .npmrc names it for, not along with a redirect, and is in no message.
 *
 * It runs no program, follows no link of an archive, prints nothing and logs nothing: failures are
 * an errno and a clause that a person can act on. What to install is not decided here (npm/tree).
 */

#include <systemd/sd-event.h>

#include "npm/registry/npmrc.h"

#define PACKUMENT_MAX (64U * 1024U * 1024U) /* the largest published ones have about 20 MiB */

/* MiB of documents that have come, or are coming, and are not parsed yet; 20 of the largest. */
#define REGISTRY_BODIES_MIB 512

#define TARBALL_MAX         (512U * 1024U * 1024U)

/* With so much arrived unpacking begins, smaller ones wait. */
#define TARBALL_EARLY (1024U * 1024U)

/* Tarballs being fetched or unpacked, each an open file; others wait. */
#define REGISTRY_OPEN_MAX 128

/* No more of them, nor of connections, than this part of the limit of descriptors (LimitNOFILE=): a
 * connection may take four in its beginning. */
#define REGISTRY_FILES_PART 8

#define REGISTRY_THREADS    4 /* two may wait for slow downloads */

typedef enum RegistryFlags {
        REGISTRY_OFFLINE = 1 << 0,        /* nothing is fetched */
        REGISTRY_PREFER_OFFLINE = 1 << 1, /* what is in the cache is taken whatever its age */
        REGISTRY_REVALIDATE = 1 << 2,     /* of all or one: the cache's copy is asked about */
        REGISTRY_FULL = 1 << 3, /* of one request: everything, not the form for installers */
        REGISTRY_KEYS = 1 << 4, /* of one request: the registry's signing keys, not the package's
                                   document; -ENOENT if it has none */
} RegistryFlags;

typedef struct Registry Registry;

/* Borrows `npmrc`, which has to live longer. */
int registry_new(sd_event *event, const Npmrc *npmrc, const char *cache_path, RegistryFlags flags,
                 Error *e, Registry **ret);

/* Ends everything under way without calling done(). */
Registry *registry_free(Registry *r);
DEFINE_CLEANUP(Registry *, registry_free);

typedef struct RegistryStatistics {
        unsigned packuments, packuments_done;
        unsigned tarballs, tarballs_done, tarballs_cached;
        uint64_t bytes; /* over the wire */
        unsigned requests;
} RegistryStatistics;

/* The host that has been waited for longest; NULL if none is. */
const char *registry_waiting_for(const Registry *r);

void registry_statistics(const Registry *r, RegistryStatistics *ret);
