/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A few threads for work that would keep the event loop waiting. Jobs share nothing with the loop
 * but what they are given; their end is reported on it. */

#include <systemd/sd-event.h>

#include "basic/macro.h"

typedef struct Pool Pool;

int pool_new(sd_event *event, unsigned threads, Pool **ret);

/* Jobs not yet begun are forgotten, running ones waited for; no done() is called any more. */
Pool *pool_free(Pool *p);
DEFINE_CLEANUP(Pool *, pool_free);

/* run() is called in a thread, then done() with its result from the event loop. Urgent jobs, those
 * others wait for, are begun before all that are not. */
int pool_submit(Pool *p, bool urgent, int (*run)(void *userdata),
                void (*done)(void *userdata, int r), void *userdata);
