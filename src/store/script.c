/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/script.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/path.h"
#include "basic/string-util.h"

static int script_open_at(int folder_fd, const char *script, char **ret_path) {
        static const char *const endings[] = { "", ".js", "/index.js" };
        int r = -ENOENT;

        assert(script && script[0]);

        for (size_t i = 0; i < ELEMENTSOF(endings); i++) {
                _cleanup_(closep) int fd = -EBADF;
                _cleanup_(freep) char *path = NULL;
                struct stat st;

                if (strdupf(&path, "%s%s", script, endings[i]) < 0)
                        return -ENOMEM;
                fd = open_beneath(folder_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
                if (fd < 0) {
                        r = i == 0 ? fd : r;
                        continue;
                }
                if (fstat(fd, &st) < 0)
                        return -errno;
                if (S_ISREG(st.st_mode)) {
                        if (ret_path)
                                *ret_path = TAKE_PTR(path);
                        return TAKE_FD(fd);
                }
                r = -EISDIR;
        }
        return r;
}

/* Opens the folder of packages that a package is in, if it is in one: that of an installed module
 * has its dependencies beside it. `up` leads there: "..", from @scope/name "../..". */
static int open_beside(int package_fd, const char *up) {
        _cleanup_(closep) int fd = openat(package_fd, up, O_PATH | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(freep) char *path = NULL;
        int r;

        if (fd < 0)
                return -errno;
        r = fd_path(fd, &path);
        if (r < 0)
                return r;
        return streq(path_basename(path), "node_modules") ? TAKE_FD(fd) : -ENOENT;
}

/* "node_modules/x/bin.js", which npm may have laid out beside the package. */
static int script_open_beside(int package_fd, const char *script, char **ret_path) {
        static const char *const ups[] = { "..", "../.." };
        const char *rest = startswith(script, "node_modules/");

        for (size_t i = 0; rest && rest[0] && i < ELEMENTSOF(ups); i++) {
                _cleanup_(closep) int beside = open_beside(package_fd, ups[i]);
                _cleanup_(freep) char *path = NULL;
                int fd = beside < 0 ? beside : script_open_at(beside, rest, &path);

                if (fd < 0)
                        continue;
                if (!ret_path || strdupf(ret_path, "%s/%s", ups[i], path) >= 0)
                        return fd;
                (void) close(fd);
                return -ENOMEM;
        }
        return -ENOENT;
}

int script_open(int package_fd, const char *script, char **ret_path) {
        int fd = script_open_at(package_fd, script, ret_path);

        return fd == -ENOENT ? script_open_beside(package_fd, script, ret_path) : fd;
}
