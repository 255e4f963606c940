/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/control-server.h"

#include <malloc.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "axm/mask.h"
#include "axm/message.h"
#include "axm/record.h"
#include "basic/clock.h"
#include "basic/json.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "launch/control-client.h"
#include "launch/report.h"

int control_server_open(ControlServer *s, int dir_fd) {
        static const struct sockaddr_un address = { AF_UNIX, CONTROL_SOCKET };
        _cleanup_(closep) int fd = -EBADF;

        assert(s);
        assert(s->module);
        assert(s->channel);
        assert(s->report);

        s->listen_fd = -EBADF;
        s->young_until_usec = now_usec() + CONTROL_YOUNG_USEC;
        s->actions = json_object_new_object();
        if (!s->actions)
                return -ENOMEM;
        if (dir_fd < 0)
                return 0;

        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        /* Relative to the directory: with a long module name, its path is too long for an
         * address. */
        if (fchdir(dir_fd) < 0 || (unlink(CONTROL_SOCKET) < 0 && errno != ENOENT) ||
            bind(fd, (const struct sockaddr *) &address, sizeof(address)) < 0 ||
            listen(fd, CONTROL_CLIENTS_MAX) < 0 || chdir("/") < 0)
                return -errno;
        s->listen_fd = TAKE_FD(fd);
        return 0;
}

/* -- requests to the module -------------------------------------------------------------------- */

static void name_actions(const ControlServer *s, ControlClient *client) {
        _cleanup_(json_object_putp) json_object *names = json_object_new_array(), *masked = NULL;

        json_object_object_foreach(s->actions, name, scoped) {
                json_object *o = json_object_new_string(name);

                (void) scoped;
                if (names && json_object_array_add(names, o) < 0)
                        (void) json_object_put(o);
        }
        if (names)
                (void) mask_json(s->report->mask, names, &masked);
        control_client_send(client, CONTROL_UNKNOWN, masked);
}

/* The client that waits for replies of the action of that name, or with that ID. */
static ControlClient *find_asking(const ControlServer *s, bool scoped, const char *key) {
        for (size_t i = 0; i < s->n_clients; i++) {
                ControlClient *client = s->clients[i];

                if (client->state == CLIENT_ASKED && client->scoped == scoped &&
                    streq_ptr(scoped ? client->uuid : client->request.action, key))
                        return client;
        }
        return NULL;
}

static int send_request(ControlServer *s, ControlClient *client) {
        _cleanup_(freep) char *text = NULL;
        sd_id128_t id;
        int r;

        if (client->scoped && sd_id128_randomize(&id) >= 0)
                (void) sd_id128_to_string(id, client->uuid);
        r = control_message_format(&client->request, s->module,
                                   client->scoped ? client->uuid : NULL, &text);
        return r < 0 ? r : report_and_send(s->report, s->channel, text);
}

static void ask_module(ControlServer *s, ControlClient *client) {
        int r;

        r = send_request(s, client);
        if (r < 0) {
                if (r == -ENOBUFS)
                        control_client_refuse(client, "the module does not read its channel");
                else
                        control_client_refuse(client, strerror(-r));
                return;
        }
        client->state = CLIENT_ASKED;
        control_client_send(client, CONTROL_SENT, /* data= */ NULL);
}

static void look_up_action(const ControlServer *s, ControlClient *client) {
        if (json_has(s->actions, client->request.action)) {
                client->scoped = json_get_bool(s->actions, client->request.action, false);
                client->state = CLIENT_WAITING;
        } else if (now_usec() >= s->young_until_usec)
                name_actions(s, client);
}

/* Asks for the clients whose turn it is, in the order they came. */
static void ask_next(ControlServer *s) {
        for (size_t i = 0; i < s->n_clients; i++) {
                ControlClient *client = s->clients[i];

                if (client->state == CLIENT_EARLY)
                        look_up_action(s, client);
                if (client->state == CLIENT_WAITING &&
                    (client->scoped ||
                     !find_asking(s, /* scoped= */ false, client->request.action)))
                        ask_module(s, client);
        }
}

/* -- messages of the module -------------------------------------------------------------------- */

static void take_action(ControlServer *s, json_object *data) {
        const char *name = json_get_string(data, "action_name");
        bool scoped = streq_ptr(json_get_string(data, "action_type"), "scoped");

        if (!isempty(name) && strlen(name) <= CONTROL_ACTION_MAX && !json_has(s->actions, name) &&
            json_object_object_length(s->actions) < RECORD_ACTIONS_MAX)
                (void) json_add_bool(s->actions, name, scoped);
}

/* One, or an array of several. */
static void take_actions(ControlServer *s, json_object *data) {
        if (!json_object_is_type(data, json_type_array)) {
                take_action(s, data);
                return;
        }
        for (size_t i = 0; i < json_object_array_length(data); i++)
                take_action(s, json_object_array_get_idx(data, i));
}

void control_server_take(ControlServer *s, const AxmMessage *m, const AxmMessage *masked) {
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

        assert(s);
        assert(m);
        assert(masked);

        if (m->type == AXM_ACTION)
                take_actions(s, m->data);
        if (!table[m->type].key)
                return;
        key = json_get_string(m->data, table[m->type].key);
        client = key ? find_asking(s, table[m->type].scoped, key) : NULL;
        if (!client)
                return;
        control_client_send(client, table[m->type].event,
                            json_get(masked->data, table[m->type].member));
        ask_next(s);
}

/* -- the loop ---------------------------------------------------------------------------------- */

static int add_client(ControlServer *s) {
        int fd, r;

        fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
                return errno == EAGAIN || errno == ECONNABORTED ? 0 : -errno;
        r = control_client_new(fd, s->clients + s->n_clients);
        if (r < 0)
                return r;
        s->n_clients++;
        return 0;
}

/* Memory that clients needed is given back with the last of them. */
static void remove_gone(ControlServer *s) {
        size_t n = 0;

        for (size_t i = 0; i < s->n_clients; i++)
                if (control_client_is_gone(s->clients[i]))
                        (void) control_client_free(s->clients[i]);
                else
                        s->clients[n++] = s->clients[i];
        if (n == 0 && s->n_clients > 0)
                (void) malloc_trim(0);
        s->n_clients = n;
}

size_t control_server_poll(const ControlServer *s, struct pollfd fds[static CONTROL_POLL_MAX]) {
        assert(s);

        for (size_t i = 0; i < s->n_clients; i++)
                fds[i] = control_client_poll(s->clients[i]);
        fds[s->n_clients] = (struct pollfd) {
                .fd = s->n_clients < CONTROL_CLIENTS_MAX ? s->listen_fd : -1,
                .events = POLLIN,
        };
        return s->n_clients + 1;
}

uint64_t control_server_due(const ControlServer *s) {
        uint64_t now = now_usec();

        for (size_t i = 0; i < s->n_clients; i++)
                if (s->clients[i]->state == CLIENT_EARLY)
                        return s->young_until_usec > now ? s->young_until_usec - now : 0;
        return USEC_INFINITY;
}

void control_server_handle(ControlServer *s, const struct pollfd *fds, size_t n) {
        int r;

        assert(s);
        assert(n == s->n_clients + 1);

        for (size_t i = 0; i + 1 < n; i++)
                control_client_handle(s->clients[i], fds[i].revents);
        remove_gone(s);

        if (fds[n - 1].revents) {
                r = add_client(s);
                if (r < 0)
                        (void) log_warning_errno(r, "Failed to accept a client, ignoring: %m");
        }
        ask_next(s);
        remove_gone(s);
}
