/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/certificate-file.h"

#include "basic/trusted-file.h"

int certificate_file_check(const char *setting, const char *path, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        _cleanup_(closep) int fd = trusted_file_open(path, TRUSTED_FOLLOW, &why);

        if (fd >= 0)
                return 0;
        if (fd == -EPERM && why.message)
                return error_set(e, fd, "'%s' names the file %s, which is not trusted: %s", setting,
                                 path, error_text(&why, fd));
        return error_set(e, fd, "'%s' names the file %s, which cannot be read: %s", setting, path,
                         error_text(&why, fd));
}
