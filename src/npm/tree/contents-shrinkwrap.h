/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Builds the tree that an npm-shrinkwrap.json prescribes. */

#include "npm/tree/contents.h"

/* Puts the tree of a shrinkwrap below the node; what is for development only stays out. The
 * manifests made for it are appended to the caller's list, which owns them. -EBADMSG and a clause.
 */
int contents_add_shrinkwrap(Tree *t, Node *node, json_object *shrinkwrap, Manifest ***manifests,
                            size_t *n_manifests, Error *e);
