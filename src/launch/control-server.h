/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The control socket in a module's runtime directory: clients trigger the module's actions here,
 * and get what the module replies. A reply names its action and no more, so of each action one is
 * under way at a time, and other clients wait for their turn; scoped actions, whose replies carry
 * an ID, run side by side. */

#include <poll.h>

#include "basic/macro.h"

typedef struct AxmMessage AxmMessage;
typedef struct Channel Channel;
typedef struct ControlClient ControlClient;
typedef struct Report Report;
typedef struct json_object json_object;

/* Clients at a time; more of them wait in the socket's queue. */
#define CONTROL_CLIENTS_MAX 32
#define CONTROL_POLL_MAX    (CONTROL_CLIENTS_MAX + 1)

typedef struct ControlServer {
        int listen_fd;      /* owned; negative: there is no socket */
        const char *module; /* its name */
        Channel *channel;   /* of the module */
        Report *report;
        json_object *actions; /* name → whether it is scoped */
        uint64_t young_until_usec;
        ControlClient *clients[CONTROL_CLIENTS_MAX];
        size_t n_clients;
} ControlServer;

/* Makes the socket in the directory; without one (negative) there is none. What `s` was filled in
 * with stays the caller's. Leaves the working directory at "/". -ENOMEM, or what keeps the socket
 * from being made: the rest may be used all the same. */
int control_server_open(ControlServer *s, int dir_fd);

/* What to poll() for: returns how many were filled in. */
size_t control_server_poll(const ControlServer *s, struct pollfd fds[static CONTROL_POLL_MAX]);

/* How long to wait at most, µs; USEC_INFINITY: as long as nothing happens. */
uint64_t control_server_due(const ControlServer *s);

/* Does what poll() found to do for these. */
void control_server_handle(ControlServer *s, const struct pollfd *fds, size_t n);

/* Takes note of an action that the module announces, and passes a reply on to the client that waits
 * for it. `masked` is the same message without secrets. */
void control_server_take(ControlServer *s, const AxmMessage *m, const AxmMessage *masked);
