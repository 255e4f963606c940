/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A person who asks for a module wants what there is now, though the cache's copy of its document
 * may still be good for a while. So the registry is asked while the tree is already being made from
 * that copy, and only if it would come to another version all begins anew. */

#include "fetch/fetch.h"

/* Asks the registry about the module, unless the request wants the cache preferred. The answer is
 * waited for with the tree: f->revalidating. Negative with a clause if it cannot be asked at all.
 */
int revalidate_module(Fetch *f, Error *e);

/* The tree and the answer are there: -ESTALE if they do not agree. A registry that could not be
 * reached disagrees with nothing. */
int revalidate_result(const Fetch *f);
