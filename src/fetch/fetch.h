/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A fetch in progress: what its steps share. Each step includes only those listed below it:
 *
 *   fetch-tree         prepares, drives the event loop, tries again if the cache was outdated
 *   layout, answer     when everything has come: the final tree; what the caller gets
 *   inner-links        with layout: dependencies that are inside the package that has them
 *   engines            when the tree is known: which packages want another node
 *   tree-packages      then also: the archives that have not come yet
 *   resolver-driver    until then: fetches what the resolver wants to know
 *   revalidate, git    whether the module's cached document is current; repositories
 *   node-archive       the archive of a package in the tree
 *   archives           tarballs, unpacked beside the tree
 *   signatures         whether a registry vouches for them
 *   signing-registry   which keys a registry signs with
 *   packument-request  documents of packages
 *
 * A step with a result calls fetch_continue(), and never a step above it. */

#include <systemd/sd-event.h>

#include "fetch/request.h"
#include "npm/registry/npmrc-install.h"
#include "npm/registry/platform.h"

#define UNPACKED_FOLDER ".unpacked"   /* in the tree; gone when it is complete */
#define TARBALL_FILE    "package.tgz" /* in there: what came on standard input */
#define NOTICES_MAX     100

typedef struct Archive Archive;
typedef struct Packument Packument;
typedef struct Pool Pool;
typedef struct Registry Registry;
typedef struct Resolver Resolver;
typedef struct SigningRegistry SigningRegistry;
typedef struct Spec Spec;
typedef struct TreePackage TreePackage;

typedef struct Fetch {
        const Request *request;
        sd_event *event;
        sd_event_source *next_step; /* see fetch_continue() */
        Npmrc *npmrc;
        NpmrcInstall settings;
        RegistryFlags flags; /* of the request and the settings */
        Registry *registry;
        Pool *pool; /* for git */
        Spec *spec;
        Platform platform;
        char *node_version;
        Resolver *resolver;

        int tree_fd;
        int unpacked_fd;
        unsigned n_folders; /* numbers those of archives and repositories */
        Archive *archives;
        SigningRegistry *registries;
        RegistryMemories found; /* about them */

        bool resolved;
        TreePackage *packages; /* of the tree */
        size_t n_packages;
        unsigned n_missing; /* those whose files are not there yet */

        bool revalidate_all;   /* the registry is asked about every document in the cache */
        bool used_cache_alone; /* it was not asked about some that were used */
        bool revalidating;     /* it is being asked about the module */
        Packument *current;    /* what it answered */

        json_object *notices;
        unsigned repositories; /* being fetched by git */
        char *repository;      /* the last of them */
        int r;                 /* what ended it */
        Error error;
} Fetch;

/* Ends the fetch with this failure; of several the first one counts. `e` may be NULL. */
void fetch_fail(Fetch *f, int r, const Error *e);

/* The event loop takes the next step when the current callback returns; once, however often this is
 * called until then. */
void fetch_continue(Fetch *f);

/* Adds a sentence for the user to the answer, with passwords masked. It is dropped if there are
 * NOTICES_MAX already, or no memory. */
void fetch_notice(Fetch *f, const char *format, ...) _printf_(2, 3);
