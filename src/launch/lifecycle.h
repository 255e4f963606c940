/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a module and its manager say to each other by way of the bridge: that the module is ready
 * (wait_ready), and that it must end (shutdown_with_message). */

#include "basic/macro.h"

typedef struct App App;
typedef struct Channel Channel;
typedef struct Report Report;

typedef struct Lifecycle {
        bool waits;    /* the module has yet to say that it is ready */
        bool notified; /* the manager was notified of that */
        int stop_fd;   /* the manager's SIGCONT arrives here; negative: it means nothing */
} Lifecycle;

#define LIFECYCLE_NULL ((Lifecycle) { .stop_fd = -EBADF })

/* Blocks the signal, before there is a process that it could reach too early. */
void lifecycle_block_signal(void);

/* Fills in what the app asks for. An errno of signalfd(2). */
int lifecycle_open(const App *app, Lifecycle *ret);

/* Notifies the manager if the line says that the module is ready. */
void lifecycle_take_line(Lifecycle *l, const char *line);

/* Reads the signal, and sends the module its message to shut down if the manager sent it. */
void lifecycle_handle_signal(Lifecycle *l, Channel *channel, Report *report);
