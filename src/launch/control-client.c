/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/control-client.h"

#include <sys/socket.h>

#include "basic/error.h"
#include "basic/json.h"

/* In a user namespace all users that are not mapped appear as this one. */
#define OVERFLOW_UID 65534

/* The directory keeps other users out; this does if the directory was opened to them. */
static bool peer_may_ask(int fd) {
        struct ucred peer;
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return false;
        return peer.uid == 0 || (peer.uid == geteuid() && peer.uid != OVERFLOW_UID);
}

int control_client_new(int fd, ControlClient **ret) {
        ControlClient *client;

        assert(fd >= 0);
        assert(ret);

        client = calloc(1, sizeof(ControlClient));
        if (!client) {
                (void) close(fd);
                return -ENOMEM;
        }
        client->channel = (Channel) { .fd = fd, .max = CONTROL_REQUEST_MAX };
        if (!peer_may_ask(fd))
                control_client_refuse(client,
                                      "only root and the module's user may trigger actions");
        *ret = client;
        return 0;
}

ControlClient *control_client_free(ControlClient *client) {
        if (!client)
                return NULL;
        channel_done(&client->channel);
        control_request_done(&client->request);
        free(client);
        return NULL;
}

/* -- events ------------------------------------------------------------------------------------ */

static int send_event(ControlClient *client, ControlEventKind kind, json_object *data) {
        _cleanup_(freep) char *line = NULL;
        int r;

        r = control_event_format(&(ControlEvent) { .kind = kind, .data = data }, &line);
        return r < 0 ? r : channel_send(&client->channel, line);
}

void control_client_send(ControlClient *client, ControlEventKind kind, json_object *data) {
        assert(client);

        if (send_event(client, kind, data) < 0) {
                client->channel.fd = safe_close(client->channel.fd);
                client->state = CLIENT_LEAVING;
        }
        if (control_event_is_last(kind))
                client->state = CLIENT_LEAVING;
}

void control_client_refuse(ControlClient *client, const char *reason) {
        _cleanup_(json_object_putp) json_object *data = json_object_new_string(reason);

        control_client_send(client, CONTROL_REFUSED, data);
}

/* -- requests ---------------------------------------------------------------------------------- */

static void take_request(ControlClient *client, const char *line, uint64_t size) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = control_request_parse(line, (size_t) size, &e, &client->request);
        if (r < 0)
                control_client_refuse(client, error_text(&e, r));
        else
                client->state = CLIENT_EARLY;
}

/* A client that hangs up has lost patience; one that sends more than a request means no good. */
static void read_request(ControlClient *client) {
        uint64_t size;
        char *line;
        int r;

        r = channel_fill(&client->channel);
        if (r == -EAGAIN)
                return;
        if (r <= 0 || client->state != CLIENT_NEW) {
                client->channel.fd = safe_close(client->channel.fd);
                client->state = CLIENT_LEAVING;
                return;
        }
        r = channel_next(&client->channel, &line, &size);
        if (r < 0)
                control_client_refuse(client, "the request is too long");
        else if (r > 0)
                take_request(client, line, size);
}

struct pollfd control_client_poll(const ControlClient *client) {
        assert(client);

        return (struct pollfd) {
                .fd = client->channel.fd,
                .events = (short) ((client->state == CLIENT_LEAVING ? 0 : POLLIN) |
                                   (channel_is_full(&client->channel) ? POLLOUT : 0)),
        };
}

void control_client_handle(ControlClient *client, short events) {
        assert(client);

        if (client->channel.fd < 0)
                return;
        if ((events & POLLOUT) && channel_flush(&client->channel) < 0)
                client->channel.fd = safe_close(client->channel.fd);
        else if (events & (POLLIN | POLLHUP | POLLERR))
                read_request(client);
}

bool control_client_is_gone(const ControlClient *client) {
        assert(client);

        return client->channel.fd < 0 ||
               (client->state == CLIENT_LEAVING && !channel_is_full(&client->channel));
}
