/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An entry is about what a module said, not about which line of ours sent it. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include "journal/send.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <systemd/sd-journal.h>

#include "basic/clock.h"
#include "basic/strv.h"

#define JOURNALD_SOCKET "/run/systemd/journal/socket"
#define LOOK_USEC       (5 * USEC_PER_MSEC)

int journal_send(const JournalField *fields, size_t n) {
        _cleanup_(strv_freep) char **texts = NULL;
        struct iovec iov[JOURNAL_FIELDS_MAX];
        size_t used = 0;
        int r;

        assert(n <= JOURNAL_FIELDS_MAX);

        for (size_t i = 0; i < n; i++) {
                if (!fields[i].value)
                        continue;
                r = strv_extendf(&texts, "%s=%s", fields[i].name, fields[i].value);
                if (r < 0)
                        return r;
                iov[used] = (struct iovec) { texts[used], strlen(texts[used]) };
                used++;
        }
        return sd_journal_sendv(iov, (int) used);
}

/* journald reads its datagrams in order and passes over an empty one, so when an empty one is read,
 * all others are: the kernel counts what of a socket's datagrams was not. */
int journal_wait_read(uint64_t timeout_usec) {
        static const struct sockaddr_un journald = { AF_UNIX, JOURNALD_SOCKET };
        uint64_t end = now_usec() + timeout_usec;
        _cleanup_(closep) int fd = -EBADF;
        bool sent = false;

        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        for (;;) {
                int unread = 1;

                if (!sent)
                        sent = sendto(fd, "", 0, MSG_NOSIGNAL, (const struct sockaddr *) &journald,
                                      sizeof(journald)) >= 0;
                if (!sent && errno != EAGAIN && errno != EINTR)
                        return -errno;
                if (sent && ioctl(fd, SIOCOUTQ, &unread) < 0)
                        return -errno;
                if (unread == 0)
                        return 0;
                if (now_usec() >= end)
                        return -ETIMEDOUT;
                (void) usleep(LOOK_USEC);
        }
}
