/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/control-server.h"

#include <malloc.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-id128.h>

#include "axm/record.h"
#include "basic/clock.h"
#include "basic/log.h"
#include "basic/string-util.h"

/* Whom a user namespace does not know appears as this one. */
#define OVERFLOW_UID 65534

typedef enum ClientState {
        CLIENT_NEW,     /* its request is not complete */
        CLIENT_EARLY,   /* the module may announce its action yet */
        CLIENT_WAITING, /* for its turn */
        CLIENT_ASKED,   /* the module was asked */
        CLIENT_LEAVING, /* has got all but what it did not take yet */
} ClientState;

struct ControlClient {
        Channel channel;
        ClientState state;
        ControlRequest request;
        bool scoped;
        char uuid[SD_ID128_STRING_MAX];
};

/* -- the socket -------------------------------------------------------------------------------- */

int control_server_open(ControlServer *c, int dir_fd) {
        static const struct sockaddr_un address = { AF_UNIX, CONTROL_SOCKET };
        _cleanup_(closep) int fd = -EBADF;

        c->listen_fd = -EBADF;
        c->young_until_usec = now_usec() + CONTROL_YOUNG_USEC;
        c->actions = json_object_new_object();
        if (!c->actions)
                return -ENOMEM;
        if (dir_fd < 0)
                return 0;

        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        /* Relative to the folder: with a long name of a module, its path is too long for an
         * address. */
        if (fchdir(dir_fd) < 0 || (unlink(CONTROL_SOCKET) < 0 && errno != ENOENT) ||
            bind(fd, (const struct sockaddr *) &address, sizeof(address)) < 0 ||
            listen(fd, CONTROL_CLIENTS_MAX) < 0 || chdir("/") < 0)
                return -errno;
        c->listen_fd = TAKE_FD(fd);
        return 0;
}

/* Root and who the module runs as. The folder keeps others out; this does if it was opened. */
static bool may_ask(int fd) {
        struct ucred peer;
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return false;
        return peer.uid == 0 || (peer.uid == geteuid() && peer.uid != OVERFLOW_UID);
}

static void client_free(ControlClient *client) {
        channel_done(&client->channel);
        control_request_done(&client->request);
        free(client);
}

/* -- what clients are told --------------------------------------------------------------------- */

/* One that does not take its answer is left to itself. */
static void send_event(ControlClient *client, ControlEventKind kind, json_object *data) {
        _cleanup_(freep) char *line = NULL;
        int r;

        r = control_event_format(&(ControlEvent){ .kind = kind, .data = data }, &line);
        if (r >= 0)
                r = channel_send(&client->channel, line);
        if (r < 0)
                client->channel.fd = safe_close(client->channel.fd);
        if (r < 0 || control_event_is_last(kind))
                client->state = CLIENT_LEAVING;
}

static void refuse(ControlClient *client, const char *reason) {
        _cleanup_(json_object_putp) json_object *data = json_object_new_string(reason);

        send_event(client, CONTROL_REFUSED, data);
}

static void name_actions(const ControlServer *c, ControlClient *client) {
        _cleanup_(json_object_putp) json_object *names = json_object_new_array(), *masked = NULL;

        json_object_object_foreach(c->actions, name, scoped) {
                json_object *o = json_object_new_string(name);

                (void) scoped;
                if (names && json_object_array_add(names, o) < 0)
                        (void) json_object_put(o);
        }
        if (names)
                (void) mask_json(c->report->mask, names, &masked);
        send_event(client, CONTROL_UNKNOWN, masked);
}

/* -- what the module is told ------------------------------------------------------------------- */

int tell_module(Channel *channel, Report *report, const char *text) {
        (void) report_debug(report, "Module was sent:", text, strlen(text));
        return channel_send(channel, text);
}

static ControlClient *find_asked(const ControlServer *c, bool scoped, const char *key) {
        for (size_t i = 0; i < c->n_clients; i++) {
                ControlClient *client = c->clients[i];

                if (client->state == CLIENT_ASKED && client->scoped == scoped &&
                    streq_ptr(scoped ? client->uuid : client->request.action, key))
                        return client;
        }
        return NULL;
}

static void ask(ControlServer *c, ControlClient *client) {
        _cleanup_(freep) char *text = NULL;
        sd_id128_t id;
        int r;

        if (client->scoped && sd_id128_randomize(&id) >= 0)
                (void) sd_id128_to_string(id, client->uuid);
        r = control_message_format(&client->request, c->module,
                                   client->scoped ? client->uuid : NULL, &text);
        if (r >= 0)
                r = tell_module(c->channel, c->report, text);
        if (r == -ENOBUFS)
                refuse(client, "the module does not take what it is sent");
        else if (r < 0)
                refuse(client, strerror(-r));
        else {
                client->state = CLIENT_ASKED;
                send_event(client, CONTROL_SENT, /* data= */ NULL);
        }
}

static void look_up(const ControlServer *c, ControlClient *client) {
        if (json_has(c->actions, client->request.action)) {
                client->scoped = json_get_bool(c->actions, client->request.action, false);
                client->state = CLIENT_WAITING;
        } else if (now_usec() >= c->young_until_usec)
                name_actions(c, client);
}

/* Asks for those whose turn it is, in the order they came. */
static void ask_next(ControlServer *c) {
        for (size_t i = 0; i < c->n_clients; i++) {
                ControlClient *client = c->clients[i];

                if (client->state == CLIENT_EARLY)
                        look_up(c, client);
                if (client->state == CLIENT_WAITING &&
                    (client->scoped || !find_asked(c, /* scoped= */ false, client->request.action)))
                        ask(c, client);
        }
}

static void take_action(ControlServer *c, json_object *data) {
        const char *name = json_get_string(data, "action_name");
        bool scoped = streq_ptr(json_get_string(data, "action_type"), "scoped");

        if (!isempty(name) && strlen(name) <= CONTROL_ACTION_MAX && !json_has(c->actions, name) &&
            json_object_object_length(c->actions) < RECORD_ACTIONS_MAX)
                (void) json_add_bool(c->actions, name, scoped);
}

void control_server_take(ControlServer *c, const AxmMessage *m, const AxmMessage *masked) {
        static const struct {
                bool scoped;
                const char *key, *member;
                ControlEventKind event;
        } table[_AXM_TYPE_MAX] = {
                [AXM_REPLY] = { false, "action_name", "return", CONTROL_REPLY },
                [AXM_SCOPED_STREAM] = { true, "uuid", "data", CONTROL_STREAM },
                [AXM_SCOPED_ERROR] = { true, "uuid", "data", CONTROL_ERROR },
                [AXM_SCOPED_END] = { true, "uuid", "data", CONTROL_END },
        };
        ControlClient *client;
        const char *key;

        if (m->type == AXM_ACTION)
                take_action(c, m->data);
        if (!table[m->type].key)
                return;
        key = json_get_string(m->data, table[m->type].key);
        client = key ? find_asked(c, table[m->type].scoped, key) : NULL;
        if (client) {
                send_event(client, table[m->type].event,
                           json_get(masked->data, table[m->type].member));
                ask_next(c);
        }
}

/* -- clients ----------------------------------------------------------------------------------- */

static void take_request(ControlServer *c, ControlClient *client, const char *line, uint64_t size) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = control_request_parse(line, (size_t) size, &e, &client->request);
        if (r < 0)
                refuse(client, error_text(&e, r));
        else
                client->state = CLIENT_EARLY;
}

/* A client that hangs up has lost patience; one that says more than a request means no good. */
static void read_client(ControlServer *c, ControlClient *client) {
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
                refuse(client, "the request is too long");
        else if (r > 0)
                take_request(c, client, line, size);
}

static int add_client(ControlServer *c) {
        _cleanup_(closep) int fd = accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        ControlClient *client;

        if (fd < 0)
                return errno == EAGAIN || errno == ECONNABORTED ? 0 : -errno;
        client = calloc(1, sizeof(ControlClient));
        if (!client)
                return -ENOMEM;
        client->channel = (Channel){ .fd = fd, .max = CONTROL_REQUEST_MAX };
        if (!may_ask(TAKE_FD(fd)))
                refuse(client, "only root and who the module runs as may ask it for anything");
        c->clients[c->n_clients++] = client;
        return 0;
}

static bool is_gone(const ControlClient *client) {
        return client->channel.fd < 0 ||
               (client->state == CLIENT_LEAVING && !channel_is_full(&client->channel));
}

/* What they needed is given back with the last of them. */
static void remove_gone(ControlServer *c) {
        size_t n = 0;

        for (size_t i = 0; i < c->n_clients; i++)
                if (is_gone(c->clients[i]))
                        client_free(c->clients[i]);
                else
                        c->clients[n++] = c->clients[i];
        if (n == 0 && c->n_clients > 0)
                (void) malloc_trim(0);
        c->n_clients = n;
}

size_t control_server_poll(const ControlServer *c, struct pollfd fds[static CONTROL_POLL_MAX]) {
        for (size_t i = 0; i < c->n_clients; i++) {
                const ControlClient *client = c->clients[i];

                fds[i] = (struct pollfd){
                        .fd = client->channel.fd,
                        .events = (short) ((client->state == CLIENT_LEAVING ? 0 : POLLIN) |
                                           (channel_is_full(&client->channel) ? POLLOUT : 0)),
                };
        }
        fds[c->n_clients] = (struct pollfd){
                .fd = c->n_clients < CONTROL_CLIENTS_MAX ? c->listen_fd : -1,
                .events = POLLIN,
        };
        return c->n_clients + 1;
}

uint64_t control_server_due(const ControlServer *c) {
        uint64_t now = now_usec();

        for (size_t i = 0; i < c->n_clients; i++)
                if (c->clients[i]->state == CLIENT_EARLY)
                        return c->young_until_usec > now ? c->young_until_usec - now : 0;
        return USEC_INFINITY;
}

void control_server_handle(ControlServer *c, const struct pollfd *fds, size_t n) {
        int r;

        for (size_t i = 0; i + 1 < n; i++) {
                ControlClient *client = c->clients[i];

                if (client->channel.fd < 0 || !fds[i].revents)
                        continue;
                if ((fds[i].revents & POLLOUT) && channel_flush(&client->channel) < 0)
                        client->channel.fd = safe_close(client->channel.fd);
                else if (fds[i].revents & (POLLIN | POLLHUP | POLLERR))
                        read_client(c, client);
        }
        remove_gone(c);

        if (fds[n - 1].revents) {
                r = add_client(c);
                if (r < 0)
                        (void) log_warning_errno(r, "Failed to take a request, ignoring: %m");
        }
        ask_next(c);
        remove_gone(c);
}
