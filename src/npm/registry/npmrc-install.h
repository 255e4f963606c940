/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What npm's settings say of choosing packages. */

#include "npm/registry/npmrc.h"
#include "npm/registry/registry.h"

typedef struct Spec Spec;

/* Whether packages may come from a kind of place. */
typedef enum AllowPolicy {
        ALLOW_ALL,
        ALLOW_ROOT, /* what was asked for, not what packages depend on */
        ALLOW_NONE,
        _ALLOW_POLICY_MAX,
        _ALLOW_POLICY_INVALID = -EINVAL,
} AllowPolicy;

typedef struct NpmrcInstall {
        uint64_t before_usec;  /* before, min-release-age: what was published later is not chosen;
                                 USEC_INFINITY: nothing is left out */
        const char *exempt;    /* min-release-age-exclude: one pattern a line for names of packages
                                 of which it is chosen nevertheless; borrowed, or NULL */
        RegistryFlags flags;   /* offline, prefer-offline, prefer-online */
        bool legacy_peer_deps; /* peers are ignored */
        bool strict_peer_deps; /* all peers must fit, not only those of the module itself */
        AllowPolicy allow_git, allow_remote, allow_file;
} NpmrcInstall;

/* npm's defaults. */
#define NPMRC_INSTALL_DEFAULT ((NpmrcInstall) { .before_usec = USEC_INFINITY })

/* Borrows from `n`. -EINVAL and a clause for a value that npm would not take, or for a date in a
 * form that only JavaScript reads. */
int npmrc_install(const Npmrc *n, Error *e, NpmrcInstall *ret);

/* "all", "root", "none". */
AllowPolicy allow_policy_from_string(const char *s);

/* -EPERM and a clause if packages may not come from where `spec` says. `root`: a person asked for
 * it. */
int npmrc_install_check(const NpmrcInstall *settings, const Spec *spec, bool root, Error *e);

/* `before_usec` for a package of this name. */
uint64_t npmrc_install_before(const NpmrcInstall *settings, const char *name);
