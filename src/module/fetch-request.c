/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/fetch-request.h"

#include "basic/fs.h"
#include "module/npm-config.h"
#include "module/registry-trust.h"

#define REQUEST_MAX (1024U * 1024U) /* systemd's own limit for a unit's credentials */

static int request_add_options(json_object *o, const FetchOptions *options) {
        const struct {
                const char *key;
                bool value;
        } flags[] = {
                { "offline", options->offline },
                { "prefer_offline", options->prefer_offline },
                { "allow_unverified", options->allow_unverified },
        };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(flags); i++) {
                r = json_add_bool(o, flags[i].key, flags[i].value);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What is not for install scripts. */
static int request_add_question(const Modules *modules, const FetchRequest *request, json_object *o,
                                Error *e) {
        int r;

        r = json_add_string(o, "spec", request->spec);
        if (r < 0)
                return r;
        if (request->specs) {
                r = json_add(o, "specs", json_object_get(request->specs));
                if (r < 0)
                        return r;
        }
        r = request_add_options(o, &request->options);
        if (r < 0)
                return r;
        if (request->tree) {
                r = registry_trust_add(modules, o, e);
                if (r < 0)
                        return r;
        }
        return npm_config_collect(modules, ".", o, e);
}

static int request_fill(const Modules *modules, const Staging *staging, const FetchRequest *request,
                        json_object *o, Error *e) {
        int r;

        r = json_add_string(o, "tree", staging->tree);
        if (r < 0)
                return r;
        r = json_add_string(o, "cache", request->cache ? modules->scope.cache : "/tmp");
        if (r < 0)
                return r;
        if (request->cache) {
                r = request_add_question(modules, request, o, e);
                if (r < 0)
                        return r;
        }
        return request->isolate ? json_add_bool(o, "isolate", true) : 0;
}

int fetch_request_write(const Modules *modules, const Staging *staging, const FetchRequest *request,
                        Error *e) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        const char *text;
        int r;

        if (!o)
                return -ENOMEM;
        r = request_fill(modules, staging, request, o, e);
        if (r < 0)
                return r;
        text = json_text(o);
        if (!text)
                return -ENOMEM;
        if (strlen(text) > REQUEST_MAX)
                return error_set(e, -E2BIG,
                                 "the .npmrc files and what is remembered of registries are larger "
                                 "than %u bytes",
                                 REQUEST_MAX);
        r = write_file_atomic_at(staging->fd, FETCH_REQUEST, text, strlen(text), 0600);
        return r < 0 ? error_set(e, r, "cannot write to %s: %s", staging->path, strerror(-r)) : 0;
}
