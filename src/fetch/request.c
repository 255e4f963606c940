/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/request.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"

#define REQUEST_MAX (1024U * 1024U) /* systemd's own limit for a unit's credentials */

static int get_path(json_object *o, const char *key, Error *e, char **ret) {
        const char *path = json_get_string(o, key);

        if (!path || path[0] != '/')
                return error_set(e, -EBADMSG, "request: field '%s' must be an absolute path", key);
        return free_and_strdup(ret, path);
}

static int parse_signatures(json_object *o, Error *e, Request *request) {
        const char *policy = json_get_string(o, "signatures");

        if (policy) {
                request->signatures = signature_policy_from_string(policy);
                if (request->signatures < 0)
                        return error_set(e, -EBADMSG, "request: field 'signatures' is invalid");
        }
        return registry_memories_from_json(json_get(o, "registries"), e, &request->registries);
}

static int parse_request(json_object *o, Error *e, Request *request) {
        int r;

        r = get_path(o, "tree", e, &request->tree);
        if (r < 0)
                return r;
        r = get_path(o, "cache", e, &request->cache);
        if (r < 0)
                return r;
        r = free_and_strdup(&request->spec, json_get_string(o, "spec"));
        if (r < 0)
                return r;

        if (json_object_is_type(json_get(o, "specs"), json_type_array))
                request->specs = json_object_get(json_get(o, "specs"));
        request->offline = json_get_bool(o, "offline", false);
        request->prefer_offline = json_get_bool(o, "prefer_offline", false);
        request->allow_unverified = json_get_bool(o, "allow_unverified", false);
        request->isolate = json_get_bool(o, "isolate", false);
        request->npmrc = json_object_get(json_get(o, "npmrc"));
        request->env = json_object_get(json_get(o, "env"));
        return parse_signatures(o, e, request);
}

int request_read(Error *e, Request *ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        _cleanup_(freep) char *path = NULL, *text = NULL;
        _cleanup_(request_done) Request request = {};
        const char *folder = getenv("CREDENTIALS_DIRECTORY");
        size_t size;
        int r;

        assert(ret);

        if (!folder)
                return error_set(e, -ENXIO, "no request: CREDENTIALS_DIRECTORY is not set");
        path = path_join(folder, "request");
        if (!path)
                return -ENOMEM;

        r = read_file_at(AT_FDCWD, path, REQUEST_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read the request: %s", strerror(-r));
        r = json_parse(text, size, e, &o);
        if (r < 0)
                return error_prefix(e, r, "request");
        r = parse_request(o, e, &request);
        if (r < 0)
                return r;
        *ret = request;
        request = (Request) {};
        return 0;
}

void request_done(Request *request) {
        assert(request);

        free(request->spec);
        free(request->tree);
        free(request->cache);
        (void) json_object_put(request->specs);
        (void) json_object_put(request->npmrc);
        (void) json_object_put(request->env);
        registry_memories_done(&request->registries);
        *request = (Request) {};
}
