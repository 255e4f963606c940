/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Drives the resolver, which does no I/O: fetches what it wants to know and feeds it the answers.
 * */

#include "fetch/fetch.h"

/* Goes on as far as the answers allow, and begins to fetch what is wanted next: 1 when the tree is
 * complete, 0 when an answer is waited for, which calls fetch_continue(); what resolver_run()
 * returns, with a clause. Also begins to fetch archives that the tree will likely need. */
int resolver_drive(Fetch *f, Error *e);
