/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A user who installs a module wants its current version, even if the cache's copy of its document
 * has not expired. So the registry is asked while the tree is already being made from that copy;
 * only if that leads to another version does the fetch start again. */

#include "fetch/fetch.h"

/* Asks the registry about the module, unless the request wants the cache preferred. The answer is
 * waited for with the tree: f->revalidating. Negative with a clause if it cannot be asked at all.
 * */
int revalidate_module(Fetch *f, Error *e);

/* With the tree and the answer there: -ESTALE if they do not agree. Without an answer, since the
 * registry could not be reached, they agree. */
int revalidate_result(const Fetch *f);
