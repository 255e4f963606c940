/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What npm's settings say of choosing packages. */

#include "npm/registry/npmrc.h"
#include "npm/registry/registry.h"

typedef struct NpmrcInstall {
        uint64_t before_usec; /* before, min-release-age: what was published later is not chosen;
                                 USEC_INFINITY: nothing is left out */
        const char *exempt;   /* min-release-age-exclude: one pattern a line for names of packages
                                 of which it is chosen nevertheless; borrowed, or NULL */
        RegistryFlags flags;  /* offline, prefer-offline, prefer-online */
} NpmrcInstall;

/* npm's defaults. */
#define NPMRC_INSTALL_DEFAULT ((NpmrcInstall) { .before_usec = USEC_INFINITY })

/* Borrows from `n`. -EINVAL and a clause for a value that npm would not take, or for a date in a
 * form that only JavaScript reads. */
int npmrc_install(const Npmrc *n, Error *e, NpmrcInstall *ret);

/* `before_usec` for a package of this name. */
uint64_t npmrc_install_before(const NpmrcInstall *settings, const char *name);
