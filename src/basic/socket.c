/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/socket.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

int connect_datagram(const char *address) {
        _cleanup_(closep) int fd = -EBADF;
        struct sockaddr_un sun = { .sun_family = AF_UNIX };
        size_t size = strlen(address);

        if ((address[0] != '/' && address[0] != '@') || size >= sizeof(sun.sun_path))
                return -EINVAL;
        memcpy(sun.sun_path, address, size);
        if (address[0] == '@')
                sun.sun_path[0] = 0; /* such a name has no NUL at its end */
        else
                size++;
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *) &sun,
                              (socklen_t) (offsetof(struct sockaddr_un, sun_path) + size)) < 0)
                return -errno;
        return TAKE_FD(fd);
}
