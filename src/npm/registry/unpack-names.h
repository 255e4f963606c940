/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The names of an archive: each checked before it is used, none twice. */

#include "basic/error.h"

#define UNPACK_PATH_MAX  1024 /* bytes below the package; real ones stay below 300 */
#define UNPACK_DEPTH_MAX 100  /* folders; dependencies bundled in dependencies take about 20 */

/* The path below the package of an archive's name: the first component is dropped, whatever it is
 * called, empty ones and "." too. An empty text for the top folder itself and what lies beside it.
 * -EINVAL with the reason for a name that is no safe path: absolute, with "..", too long, too deep,
 * control characters. The caller frees. */
int unpack_path(const char *name, Error *e, char **ret);

typedef struct UnpackNames UnpackNames;

int unpack_names_new(UnpackNames **ret);
UnpackNames *unpack_names_free(UnpackNames *n);
DEFINE_CLEANUP(UnpackNames *, unpack_names_free);

/* 1 if it is new, 0 for a folder that is known as one. -EEXIST with the reason if the name is
 * taken, also by one that differs in case or normal form only: on another file system they are one.
 */
int unpack_names_add(UnpackNames *n, const char *path, bool folder, Error *e);

/* A file among them, in no order; NULL after the last. `i` is 0 before the first. Borrowed. */
const char *unpack_names_next_file(const UnpackNames *n, size_t *i);
