/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who asks for a module wants what there is now, though the cache's copy of its document may still
 * be good for a while. So the registry is asked while the tree is already being made from that
 * copy, and only if it would come to another version all begins anew. */

#include "fetch/fetch.h"

/* Asks. What it comes to is awaited with the tree: f->confirming. */
int confirm_begin(Fetch *f, Error *e);

/* The tree is there, and so is the answer: -ESTALE ends the fetch if they do not go together. */
void confirm_judge(Fetch *f);
