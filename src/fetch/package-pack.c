/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/package-pack.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "fetch/packed.h"

static int write_tarball(const Packed *p, const char *folder, Error *e) {
        _cleanup_(closep) int fd = open_folder(AT_FDCWD, folder);
        int r;

        r = fd < 0 ? fd : write_file_atomic_at(fd, p->filename, p->tarball, p->size, 0644);
        return r < 0 ? error_set(e, r, "cannot write %s/%s: %s", folder, p->filename, strerror(-r))
                     : 0;
}

int package_pack(Error *e, json_object **ret) {
        _cleanup_(package_request_done) PackageRequest request = {};
        _cleanup_(packed_done) Packed p = {};
        const char *output;
        int r;

        assert(ret);

        r = package_request_read(e, &request);
        if (r < 0)
                return r;
        r = packed_make(&request, /* publish= */ false, e, &p);
        if (r < 0)
                return r;
        output = json_get_string(request.json, "output");
        if (output) {
                r = write_tarball(&p, output, e);
                if (r < 0)
                        return r;
        }
        return packed_answer(&p, ret);
}
