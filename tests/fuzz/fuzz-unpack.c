/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An archive made by anybody, unpacked into a folder of its own: nothing may appear beside it, and
 * in it nothing but files and folders of the modes we give. */

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "npm/registry/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char base[] = "/tmp/fuzz-unpack.XXXXXX", inside[sizeof(base) + 2];

typedef struct Input {
        const uint8_t *data;
        size_t size;
} Input;

static void check(bool holds) {
        if (!holds)
                abort();
}

static ssize_t read_input(void *userdata, void *buffer, size_t size) {
        Input *input = userdata;
        size_t n = MIN2(size, input->size);

        if (n > 0)
                memcpy(buffer, input->data, n);
        input->data += n;
        input->size -= n;
        return (ssize_t) n;
}

static int look(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        mode_t mode = st->st_mode & 07777;

        if (ftw->level == 0)
                return 0;
        check(S_ISDIR(st->st_mode) ? mode == 0755
                                   : S_ISREG(st->st_mode) && st->st_nlink == 1 &&
                                             (mode == 0644 || mode == 0755));
        return 0;
}

static unsigned entries(const char *path) {
        _cleanup_(closedirp) DIR *d = opendir(path);
        unsigned n = 0;

        check(d);
        while (readdir(d))
                n++;
        return n;
}

static void leave(void) {
        (void) remove_tree_at(AT_FDCWD, base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(closep) int base_fd = -EBADF, fd = -EBADF;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Input input = { data, size };
        UnpackResult result;

        if (!inside[0]) {
                check(mkdtemp(base) && atexit(leave) == 0);
                (void) sprintf(inside, "%s/x", base);
                (void) umask(0022);
        }
        base_fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        check(base_fd >= 0 && mkdirat(base_fd, "x", 0755) >= 0);
        fd = openat(base_fd, "x", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (unpack(read_input, &input, fd, &e, &result) >= 0)
                check(input.size == 0 && result.files > 0);
        check(entries(base) == 3);
        check(nftw(inside, look, 16, FTW_PHYS) == 0);
        check(remove_tree_at(base_fd, "x") >= 0);
        return 0;
}
