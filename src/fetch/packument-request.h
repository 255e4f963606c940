/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A package's document from the registry or the cache, with its versions. */

#include "npm/registry/npmrc-install.h"
#include "npm/registry/registry.h"

/* REGISTRY_FULL where these settings need it: only the whole document says when versions were
 * published. */
RegistryFlags packument_flags(const NpmrcInstall *settings);

/* Asks for the document of the package. done() is called once, from the event loop; `parsed` is a
 * Packument, which done() owns; `from_cache`: it is the cache's copy, and the registry was not
 * asked about it. Negative with a clause, and done() is not called, for a name without a registry
 * and the like. */
int packument_request(Registry *registry, const char *name, RegistryFlags flags,
                      void (*done)(void *userdata, int r, void *parsed, bool from_cache, Error *e),
                      void *userdata, Error *e);
