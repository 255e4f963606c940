/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is to be installed: something that is fetched, a tarball on this machine, or a directory to
 * be linked. */

#include "basic/error.h"
#include "basic/macro.h"

typedef enum SourceKind {
        SOURCE_REMOTE,  /* of a registry, a URL, or a repository */
        SOURCE_TARBALL, /* a file on this machine */
        SOURCE_FOLDER,  /* a directory on this machine */
} SourceKind;

typedef struct Source {
        SourceKind kind;
        char *spec;  /* as it was given */
        char *fetch; /* SOURCE_REMOTE: what is fetched, without a name in front of it */
        char *name;  /* of a registry's package, else NULL */
        char *path;  /* absolute, without symlinks; NULL for SOURCE_REMOTE */
} Source;

/* Reads a specification as npm does: NAME[@RANGE], an alias, a URL, a repository, a path. Paths
 * are looked up now: relative ones from the working directory, ~/PATH from $HOME. Free `ret` with
 * source_done(). -EINVAL: not a specification, or what lies at the path is neither a directory nor
 * a tarball; -ENOENT: nothing lies there; other errors of the file system. */
int source_parse(const char *spec, Error *e, Source *ret);

void source_done(Source *s);

/* For a word that a person typed: -EEXIST with the two ways to say it if it is the name of a
 * registry's package and of something in the working directory as well. */
int source_check_word(const char *spec, Error *e);
