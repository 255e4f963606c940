/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a module and its manager tell each other by way of the bridge: that the module is ready
 * (wait_ready), and that it shall end (shutdown_with_message). */

#include "axm/channel.h"
#include "launch/report.h"
#include "model/app.h"

typedef struct Lifecycle {
        bool waits;    /* the module has yet to say that it is ready */
        bool notified; /* the manager was told so */
        int stop_fd;   /* the manager's SIGCONT arrives here; negative: it means nothing */
} Lifecycle;

#define LIFECYCLE_NULL ((Lifecycle){ .stop_fd = -EBADF })

/* Blocks the signal, before there is anybody whom it could reach too early. */
void lifecycle_block(void);

int lifecycle_open(const App *app, Lifecycle *ret);

/* Tells the manager if the line is the module's word that it is ready. */
void lifecycle_take(Lifecycle *l, const char *line);

/* Reads the signal, and tells the module if it is the manager's. */
void lifecycle_stop(Lifecycle *l, Channel *channel, Report *report);
