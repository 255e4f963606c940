/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The control socket in a module's runtime folder: the module's actions are asked for here, and
 * what they answer is passed on to who asked. An answer names its action and no more, so of each
 * action one is under way at a time, and others wait for their turn; scoped actions, whose answers
 * can be told apart, run side by side. */

#include <poll.h>

#include "axm/channel.h"
#include "axm/control.h"
#include "launch/report.h"

/* Who may ask at a time; more of them wait in the socket's queue. */
#define CONTROL_CLIENTS_MAX 32
#define CONTROL_POLL_MAX    (CONTROL_CLIENTS_MAX + 1)

typedef struct ControlClient ControlClient;

typedef struct ControlServer {
        int listen_fd;      /* owned; negative: nobody can ask */
        const char *module; /* its name */
        Channel *channel;   /* of the module */
        Report *report;
        json_object *actions; /* name → whether it is scoped */
        uint64_t young_until_usec;
        ControlClient *clients[CONTROL_CLIENTS_MAX];
        size_t n_clients;
} ControlServer;

/* Makes the socket in the folder; without one (negative) there is none. What `c` was filled in with
 * stays the caller's. Leaves the working directory at "/". */
int control_server_open(ControlServer *c, int dir_fd);

/* What to wait for: returns how many were filled in. */
size_t control_server_poll(const ControlServer *c, struct pollfd fds[static CONTROL_POLL_MAX]);

/* How long to wait at most, µs; USEC_INFINITY: as long as nothing happens. */
uint64_t control_server_due(const ControlServer *c);

/* Does what poll() found to do for these. */
void control_server_handle(ControlServer *c, const struct pollfd *fds, size_t n);

/* Takes note of a message of the module, and passes it on if somebody waits for it. `masked` is the
 * same without secrets. */
void control_server_take(ControlServer *c, const AxmMessage *m, const AxmMessage *masked);

/* Says something to the module over its channel, and in the journal if it is to be debugged.
 * -ENOBUFS if the module takes nothing any more. */
int tell_module(Channel *channel, Report *report, const char *text);
