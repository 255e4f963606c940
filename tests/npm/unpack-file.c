/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unpacks an archive for the tests: unpack-file ARCHIVE FOLDER. Prints what came of it. */

#include <fcntl.h>
#include <sys/stat.h>

#include "npm/registry/unpack.h"

static ssize_t read_file(void *userdata, void *buffer, size_t size) {
        ssize_t n = read(*(int *) userdata, buffer, size);

        return n < 0 ? -errno : n;
}

int main(int argc, char **argv) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int fd = -EBADF, dir_fd = -EBADF;
        UnpackResult result;
        int r;

        if (argc != 3)
                return 2;
        fd = open(argv[1], O_RDONLY | O_CLOEXEC);
        dir_fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || dir_fd < 0)
                return 2;

        (void) umask(0022);
        r = unpack(read_file, &fd, dir_fd, &e, &result);
        if (r < 0) {
                printf("%s: %s\n", strerrorname_np(-r), error_text(&e, r));
                return 1;
        }
        printf("%u files, %llu bytes, %u links left out\n", result.files,
               (unsigned long long) result.bytes, result.links);
        return 0;
}
