/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `install` was asked for: something that is fetched, a tarball on this machine, or a folder
 * to be linked. */

#include "basic/error.h"
#include "basic/macro.h"

typedef enum SourceKind {
        SOURCE_REMOTE,  /* of a registry, an address, or a repository */
        SOURCE_TARBALL, /* a file on this machine */
        SOURCE_FOLDER,
} SourceKind;

typedef struct Source {
        SourceKind kind;
        char *spec;  /* as it was given */
        char *fetch; /* SOURCE_REMOTE: what is fetched, without the name it was to be given */
        char *name;  /* of a registry's package, else NULL */
        char *path;  /* absolute, without symlinks; NULL for SOURCE_REMOTE */
} Source;

/* Reads a specification as npm does. -EINVAL, -ENOENT and the reason. */
int source_parse(const char *spec, Error *e, Source *ret);

void source_done(Source *s);
