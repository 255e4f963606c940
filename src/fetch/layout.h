/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fetch/fetch.h"

/* The archive of a node; see archive_get(). */
int layout_get_archive(Fetch *f, Node *node, void (*done)(void *userdata, Archive *a),
                       void *userdata, Error *e);

/* The tree is known: what is still missing is fetched. -ENOENT and others, with a clause. */
int layout_begin(Fetch *f, Error *e);

/* Everything is there: moves it into place, makes the links of commands, writes the lock files. */
int layout_finish(Fetch *f, Error *e);

/* What the caller is told: name, version, source, integrity, packages, scripts, notices. */
int layout_result(Fetch *f, Error *e, json_object **ret);
