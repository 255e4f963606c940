/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which versions of installed modules there are. */

#include "module/fetch-request.h"
#include "module/modules.h"

typedef struct Available {
        char *name;
        char *current; /* the installed version */
        char *spec;    /* what it was installed from, without secrets; NULL if that is unknown */
        bool asked;    /* a registry was asked; else it came from none, and all below is empty */
        char *wanted;  /* the newest that the specification allows */
        char *latest;  /* the one that dist-tag "latest" has, or NULL */
        bool outdated; /* one of the two is another than the current one */
        char *error;   /* why it could not be found out, or NULL */
} Available;

void availables_free(Available *available, size_t n);

/* Asks the registries for each of the installed modules, all at once, in a unit that has the
 * network: one for each name, in that order, with one for a module that was uninstalled meanwhile
 * left out. Needs releases_open(). Blocks; -EINTR when a signal is noted. */
int modules_ask_available(Modules *modules, char *const *names, const FetchOptions *options,
                          Error *e, Available **ret, size_t *ret_n);
