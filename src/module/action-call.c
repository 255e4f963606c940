/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/action-call.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "basic/fs.h"

/* A module may take its bridge's place: what it sends must not go on growing a log or a file that
 * the answer is printed to until the time is up. Answers are at most CONTROL_EVENT_MAX, with many
 * parts. */
#define CALL_SIZE_MAX (64U * 1024U * 1024U)

/* The socket itself, whatever its owner has put in its place, and the user whose folder it is in.
 */
static int socket_open(const char *folder, uid_t *ret_owner) {
        _cleanup_(closep) int dir_fd = open_folder(AT_FDCWD, folder), fd = -EBADF;
        struct stat st;

        if (dir_fd < 0)
                return dir_fd;
        if (fstat(dir_fd, &st) < 0)
                return -errno;
        *ret_owner = st.st_uid;

        fd = openat(dir_fd, CONTROL_SOCKET, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        return S_ISSOCK(st.st_mode) ? TAKE_FD(fd) : -ENOTSOCK;
}

/* By the descriptor: its path may be too long for an address, and may lead elsewhere by now. */
static int socket_connect(int socket_fd) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        (void) snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", socket_fd);
        if (fd < 0 || connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        return TAKE_FD(fd);
}

static int socket_check_peer(int fd, uid_t owner, Error *e) {
        struct ucred peer;
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return -errno;
        if (peer.uid != owner)
                return error_set(e, -EPERM,
                                 "the socket is owned by user %u, and its folder by user %u",
                                 peer.uid, owner);
        return 0;
}

static int call_connect(const char *folder, Error *e) {
        _cleanup_(closep) int socket_fd = -EBADF, fd = -EBADF;
        uid_t owner = 0;
        int r;

        socket_fd = socket_open(folder, &owner);
        if (socket_fd < 0)
                return socket_fd;
        fd = socket_connect(socket_fd);
        if (fd < 0)
                return fd;
        r = socket_check_peer(fd, owner, e);
        return r < 0 ? r : TAKE_FD(fd);
}

int action_call_open(const char *folder, const ControlRequest *request, Error *e, ActionCall *ret) {
        _cleanup_(action_call_done) ActionCall call = ACTION_CALL_EMPTY;
        _cleanup_(freep) char *line = NULL;
        int r;

        r = control_request_format(request, e, &line);
        if (r < 0)
                return r;
        r = call_connect(folder, e);
        if (r == -ENOENT)
                return error_set(e, r, "it does not run");
        if (r == -ECONNREFUSED)
                return error_set(
                        e, r, "there is no listener at %s/" CONTROL_SOCKET " any more: restart it",
                        folder);
        if (r == -EAGAIN)
                return error_set(e, r,
                                 "its bridge accepts no connection: it hangs, or too many clients "
                                 "are waiting");
        if (r == -EACCES)
                return error_set(e, r, "only root, or the modules' owner, may open %s", folder);
        if (r < 0)
                return error_set(e, r, "%s/" CONTROL_SOCKET ": %s", folder, strerror(-r));
        call.channel = (Channel) { .fd = r, .max = CONTROL_EVENT_MAX };

        /* A bridge that hung up at once has said why. */
        r = channel_send(&call.channel, line);
        if (r < 0 && r != -EPIPE)
                return r;
        *ret = call;
        call = ACTION_CALL_EMPTY;
        return 0;
}

void action_call_done(ActionCall *call) {
        channel_done(&call->channel);
        *call = ACTION_CALL_EMPTY;
}

int action_call_read(ActionCall *call, Error *e) {
        int r;

        r = channel_fill(&call->channel);
        if (r == 0)
                return error_set(e, -ENOTCONN, "it ended before it answered");
        if (r < 0)
                return r == -EAGAIN ? 0 : r;
        call->received += (uint64_t) r;
        if (call->received > CALL_SIZE_MAX)
                return error_set(e, -EMSGSIZE, "it sent more than %u MiB",
                                 CALL_SIZE_MAX / 1024 / 1024);
        return r;
}

int action_call_next(ActionCall *call, Error *e, ControlEvent *ret) {
        uint64_t size;
        char *line;
        int r;

        r = channel_next(&call->channel, &line, &size);
        if (r < 0)
                return error_set(e, -EBADMSG, "an answer of %llu bytes is too long",
                                 (unsigned long long) size);
        if (r == 0)
                return 0;
        r = control_event_parse(line, (size_t) size, e, ret);
        if (r < 0)
                return r == -ENOMEM ? r : error_prefix(e, r, "its answer is invalid");
        if (ret->kind == CONTROL_SENT)
                call->asked = true;
        return 1;
}
