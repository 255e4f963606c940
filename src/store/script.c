/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/script.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/string-util.h"

int script_open(int package_fd, const char *script, char **ret_path) {
        static const char *const endings[] = { "", ".js", "/index.js" };
        int r = -ENOENT;

        assert(script && script[0]);

        for (size_t i = 0; i < ELEMENTSOF(endings); i++) {
                _cleanup_(closep) int fd = -EBADF;
                _cleanup_(freep) char *path = NULL;
                struct stat st;

                if (strdupf(&path, "%s%s", script, endings[i]) < 0)
                        return -ENOMEM;
                fd = open_beneath(package_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
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
