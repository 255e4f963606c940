/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `install` was asked for: a package of a registry, a tarball, or a folder to be linked. */

#include "basic/error.h"
#include "basic/macro.h"

typedef enum SourceKind {
        SOURCE_REGISTRY, /* name, name@version, name@tag, or the URL of a tarball */
        SOURCE_TARBALL,  /* a file on this machine */
        SOURCE_FOLDER,
} SourceKind;

typedef struct Source {
        SourceKind kind;
        char *spec; /* as it was given */
        char *path; /* absolute, without symlinks; NULL for SOURCE_REGISTRY */
} Source;

/* Tells them apart: what starts with '/', '.', '~/' or "file:", or ends in .tgz or .tar.gz without
 * being a URL, is a path. -EINVAL, -ENOENT and the reason. */
int source_parse(const char *spec, Error *e, Source *ret);

void source_done(Source *s);
