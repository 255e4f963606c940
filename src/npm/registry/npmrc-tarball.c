/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"
#include "npm/registry/npmrc.h"
#include "npm/registry/url.h"

/* Whether a host's tarballs are to be had from the registry that is set. */
static bool is_replaced(const Npmrc *n, const char *host) {
        const char *setting = npmrc_get(n, "replace-registry-host");
        _cleanup_(url_done) Url own = {};

        if (isempty(setting) || streq(setting, "npmjs"))
                return url_parse(DEFAULT_REGISTRY, /* e= */ NULL, &own) >= 0 &&
                       streq(own.host, host);
        return streq(setting, "always") || streq(setting, host);
}

int npmrc_tarball_url(const Npmrc *n, const char *name, const char *text, Error *e, char **ret) {
        _cleanup_(url_done) Url url = {}, registry = {};
        _cleanup_(freep) char *registry_text = NULL;
        const char *path, *below;
        int r;

        r = npmrc_registry(n, name, e, &registry_text);
        if (r >= 0)
                r = url_parse(registry_text, e, &registry);
        if (r >= 0)
                r = url_parse(text, e, &url);
        if (r < 0)
                return r;

        if (streq(url.host, registry.host) || !is_replaced(n, url.host)) {
                *ret = strdup(text);
                return *ret ? 0 : -ENOMEM;
        }
        below = startswith(url.path, registry.path);
        path = below ?: url.path + 1;
        return asprintf(ret, "%s%s", registry_text, path) < 0 ? -ENOMEM : 0;
}
