/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/notify.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "basic/socket.h"
#include "basic/string-util.h"
#include "basic/strv.h"

#define NOTIFY_NAME "notify" /* of the copy that the manager keeps */
#define FD_MIN      16       /* out of the way of descriptors that have fixed numbers */

/* One for the process, as the variable is. */
static int the_fd = -EBADF;

static int send_with_fd(int socket, const char *state, int fd) {
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int))];
        } control = {};
        struct msghdr m = {
                .msg_iov = &(struct iovec){ (char *) state, strlen(state) },
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control),
        };

        control.header = (struct cmsghdr){
                .cmsg_level = SOL_SOCKET,
                .cmsg_type = SCM_RIGHTS,
                .cmsg_len = CMSG_LEN(sizeof(int)),
        };
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
        return sendmsg(socket, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The manager keeps a copy for later starts of the unit. */
static int store(int fd) {
        return send_with_fd(fd, "FDSTORE=1\nFDNAME=" NOTIFY_NAME "\nFDPOLL=0", fd);
}

/* The copy that the manager kept; -EBADF: none. */
static int take_stored(void) {
        _cleanup_(strv_freep) char **names = NULL;
        int n;

        n = sd_listen_fds_with_names(/* unset_environment= */ 1, &names);
        for (int i = 0; i < n; i++)
                if (streq(names[i], NOTIFY_NAME))
                        return SD_LISTEN_FDS_START + i;
        return n < 0 ? n : -EBADF;
}

/* A copy under a number where it is in nobody's way. */
static int keep(int fd) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, FD_MIN);

        return copy < 0 ? -errno : copy;
}

/* pm2ctl's, which is standard input until the unit is restarted automatically; -EBADF: it is not. A
 * module must not find it there. */
static int take_given(void) {
        _cleanup_(closep) int fd = -EBADF, null = -EBADF;

        if (sd_is_socket(STDIN_FILENO, AF_UNIX, SOCK_DGRAM, /* listening= */ -1) <= 0)
                return -EBADF;
        fd = keep(STDIN_FILENO);
        if (fd < 0)
                return fd;
        null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (null < 0 || dup2(null, STDIN_FILENO) < 0)
                return -errno;
        return TAKE_FD(fd);
}

static int find(void) {
        _cleanup_(closep) int stored = take_stored(), fd = take_given();
        const char *address = getenv("NOTIFY_SOCKET");
        int r;

        if (fd >= 0) {
                r = stored < 0 ? store(fd) : 0;
                return r < 0 ? r : TAKE_FD(fd);
        }
        if (fd != -EBADF)
                return fd;
        if (stored >= 0)
                return keep(stored);
        if (isempty(address))
                return -EBADF;
        fd = connect_datagram(address);
        return fd < 0 ? fd : keep(fd);
}

int notify_open(void) {
        the_fd = find();
        return the_fd < 0 && the_fd != -EBADF ? the_fd : 0;
}

int notify_fd(void) {
        return the_fd;
}

void notify_moved(int fd) {
        the_fd = fd;
}

bool notify_send(const char *state) {
        return the_fd >= 0 && send(the_fd, state, strlen(state), MSG_NOSIGNAL) >= 0;
}

void notify_barrier(uint64_t usec) {
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
        (void) poll(&(struct pollfd){ .fd = read_fd }, 1, (int) (usec / USEC_PER_MSEC));
}
