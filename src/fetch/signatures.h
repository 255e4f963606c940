/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether registries vouch for what is fetched, found out before it is: their keys are asked for
 * when the first signed package of each is wanted, compared with those that are remembered, and
 * what was found out is part of the answer, for pm2ctl to remember. All refusals are -ENOKEY:
 * unlike other failures they end the fetch even for an optional package. */

#include "fetch/fetch.h"

/* 1 if the archive may be fetched, negative with a clause if not; 0 if that will be known later:
 * then archive_judged() is called. */
int signatures_judge(Fetch *f, Archive *a, Error *e);

/* Adds "registries" to the answer, and a notice about packages without a signature. */
int signatures_result(Fetch *f, json_object *answer);

void signatures_free(Fetch *f);
