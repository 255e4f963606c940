/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/package-request.h"

#include "basic/fs.h"
#include "basic/string-util.h"
#include "fetch/caller-npmrc.h"

void package_request_done(PackageRequest *request) {
        assert(request);

        json_object_putp(&request->json);
        request->npmrc = npmrc_free(request->npmrc);
        *request = (PackageRequest) {};
}

static int read_json(Error *e, json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_fd(STDIN_FILENO, PACKAGE_REQUEST_MAX, &text, &size);
        if (r < 0)
                return r;
        r = json_parse(text, size, e, ret);
        return r < 0 ? error_prefix(e, r, "request") : 0;
}

int package_request_read(Error *e, PackageRequest *ret) {
        _cleanup_(package_request_done) PackageRequest request = {};
        int r;

        assert(ret);

        r = read_json(e, &request.json);
        if (r < 0)
                return r;
        r = caller_npmrc_read(json_get(request.json, "npmrc"), json_get(request.json, "env"), e,
                              &request.npmrc);
        if (r < 0)
                return r;
        request.folder = json_get_string(request.json, "folder");
        if (!request.folder || request.folder[0] != '/')
                return error_set(e, -EBADMSG, "request: field 'folder' must be an absolute path");
        request.ignore_scripts = json_get_bool(request.json, "ignore_scripts", false) ||
                                 streq_ptr(npmrc_get(request.npmrc, "ignore-scripts"), "true");
        *ret = request;
        request = (PackageRequest) {};
        return 0;
}
