/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The archive of a package in the tree. */

#include "fetch/archives.h"

typedef struct Node Node;

/* Gets it, see archive_get(); -ENOENT and a clause if nothing says where its tarball is. */
int node_archive_get(Fetch *f, const Node *node, ArchiveDone done, void *userdata, Error *e);

/* The ID of the key that the used archive is signed with, borrowed; NULL if none was checked. */
const char *node_archive_keyid(const Fetch *f, const Node *node);
