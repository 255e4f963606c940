/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One client of the control socket, from its request to the last event that it gets. */

#include <poll.h>
#include <systemd/sd-id128.h>

#include "axm/channel.h"
#include "axm/control.h"

typedef enum ControlClientState {
        CLIENT_NEW,     /* its request is not complete */
        CLIENT_EARLY,   /* the module may announce its action yet */
        CLIENT_WAITING, /* for its turn */
        CLIENT_ASKED,   /* the module was sent the request */
        CLIENT_LEAVING, /* was sent all events; some may not be read yet */
} ControlClientState;

typedef struct ControlClient {
        Channel channel;
        ControlClientState state;
        ControlRequest request;
        bool scoped;                    /* as the module announced the action */
        char uuid[SD_ID128_STRING_MAX]; /* of a scoped action, once the module was asked */
} ControlClient;

/* A client on a connection, which it takes, also on failure; only root and the module's own user
 * are accepted, others get a refusal. -ENOMEM. */
int control_client_new(int fd, ControlClient **ret);

/* Closes the connection. */
ControlClient *control_client_free(ControlClient *client);

/* What to poll() for, and what is to be done with the result: reads, and sends what was kept. */
struct pollfd control_client_poll(const ControlClient *client);
void control_client_handle(ControlClient *client, short events);

/* Sends an event; `data` may be NULL. After the last one, and where it cannot be sent, the client
 * is leaving. */
void control_client_send(ControlClient *client, ControlEventKind kind, json_object *data);

/* Sends the event that says why the request is refused. */
void control_client_refuse(ControlClient *client, const char *reason);

/* Whether it has hung up, or has read everything. */
bool control_client_is_gone(const ControlClient *client);
