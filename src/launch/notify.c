/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/notify.h"

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include "basic/string-util.h"
#include "basic/strv.h"

#define NOTIFY_NAME  "notify" /* of the descriptor that the manager keeps */
#define FD_MIN       16       /* out of the way of descriptors that have fixed numbers */
#define BARRIER_MSEC 5000     /* for a manager that is busy */

/* One for the process, as the variable is. */
static int the_fd = -EBADF;

static int send_with_fd(int socket, const char *state, int fd) {
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int))];
        } control = {};
        struct msghdr m = {
                .msg_iov = &(struct iovec) { (char *) state, strlen(state) },
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control),
        };

        control.header = (struct cmsghdr) {
                .cmsg_level = SOL_SOCKET,
                .cmsg_type = SCM_RIGHTS,
                .cmsg_len = CMSG_LEN(sizeof(int)),
        };
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
        return sendmsg(socket, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* To an address as sd_notify(3) has them: a path, or "@NAME" for an abstract one. */
static int connect_notify(const char *address) {
        _cleanup_(closep) int fd = -EBADF;
        struct sockaddr_un sun = { .sun_family = AF_UNIX };
        size_t size = strlen(address);

        if ((address[0] != '/' && address[0] != '@') || size >= sizeof(sun.sun_path))
                return -EINVAL;
        memcpy(sun.sun_path, address, size);
        if (address[0] == '@')
                sun.sun_path[0] = 0; /* an abstract name has no NUL at its end */
        else
                size++;
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *) &sun,
                              (socklen_t) (offsetof(struct sockaddr_un, sun_path) + size)) < 0)
                return -errno;
        return TAKE_FD(fd);
}

/* The descriptor that the manager kept; -EBADF: none. */
static int take_kept(void) {
        _cleanup_(strv_freep) char **names = NULL;
        int n;

        n = sd_listen_fds_with_names(/* unset_environment= */ 1, &names);
        for (int i = 0; i < n; i++)
                if (streq(names[i], NOTIFY_NAME))
                        return SD_LISTEN_FDS_START + i;
        return n < 0 ? n : -EBADF;
}

/* A copy under a number where it is not in the way. */
static int move_up(int fd) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, FD_MIN);

        return copy < 0 ? -errno : copy;
}

static int find_socket(void) {
        const char *address = getenv("NOTIFY_SOCKET");
        _cleanup_(closep) int fd = take_kept();

        if (fd == -EBADF && !isempty(address))
                fd = connect_notify(address);
        return fd < 0 ? fd : move_up(fd);
}

int notify_open(void) {
        the_fd = find_socket();
        return the_fd < 0 && the_fd != -EBADF ? the_fd : 0;
}

int notify_fd(void) {
        return the_fd;
}

void notify_set_fd(int fd) {
        the_fd = fd;
}

bool notify_send(const char *state) {
        assert(state);

        return the_fd >= 0 && send(the_fd, state, strlen(state), MSG_NOSIGNAL) >= 0;
}

void notify_barrier(void) {
        _cleanup_(closep) int read_fd = -EBADF, write_fd = -EBADF;
        int fds[2];

        if (the_fd < 0 || pipe2(fds, O_CLOEXEC) < 0)
                return;
        read_fd = fds[0];
        write_fd = fds[1];
        /* the manager closes it when it gets there */
        if (send_with_fd(the_fd, "BARRIER=1", write_fd) < 0)
                return;
        write_fd = safe_close(write_fd);
        (void) poll(&(struct pollfd) { .fd = read_fd }, 1, BARRIER_MSEC);
}

int notify_keep(void) {
        const char *address = getenv("NOTIFY_SOCKET");
        int r;

        if (isempty(address))
                return 0; /* the unit is not one that says when it is ready */
        the_fd = connect_notify(address);
        if (the_fd < 0)
                return the_fd;
        /* after an automatic restart there is one, and there is room for one only */
        if (!notify_send("FDSTOREREMOVE=1\nFDNAME=" NOTIFY_NAME))
                return -EIO;
        r = send_with_fd(the_fd, "FDSTORE=1\nFDNAME=" NOTIFY_NAME "\nFDPOLL=0", the_fd);
        if (r < 0)
                return r;
        /* the manager sees which unit a message is from only as long as its process lives */
        notify_barrier();
        return 0;
}
