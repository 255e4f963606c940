/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/setting-file.h"

#include <sys/stat.h>

int setting_file_check(const char *setting, const char *path, Error *e) {
        struct stat st;

        if (access(path, R_OK) < 0 || stat(path, &st) < 0)
                return error_set(e, -errno, "cannot read the file of '%s', %s: %s", setting, path,
                                 strerror(errno));
        if (st.st_uid != 0 && st.st_uid != geteuid())
                return error_set(e, -EPERM,
                                 "the file of '%s', %s, is owned by UID %u; chown it to root or "
                                 "the calling user",
                                 setting, path, (unsigned) st.st_uid);
        if (st.st_mode & 0022)
                return error_set(e, -EPERM,
                                 "others than its owner may write to the file of '%s', %s; chmod "
                                 "go-w it",
                                 setting, path);
        return 0;
}
