/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/npmrc-registry.h"

#include "basic/string-util.h"
#include "npm/registry/url.h"

/* What "@scope:registry" says, else "registry", else what the build was told. */
static int registry_setting(const Npmrc *n, const char *name, Error *e, const char **ret) {
        const char *slash = name[0] == '@' ? strchr(name, '/') : NULL;
        _cleanup_(freep) char *key = NULL, *unset = NULL;
        int r;

        if (slash && strdupf(&key, "%.*s:registry", (int) (slash - name), name) < 0)
                return -ENOMEM;
        if (!key || isempty(npmrc_get(n, key))) {
                r = free_and_strdup(&key, "registry");
                if (r < 0)
                        return r;
        }
        r = npmrc_find_unset(n, key, &unset);
        if (r < 0)
                return r;
        if (r > 0)
                return error_set(e, -EINVAL, "%s", unset);
        *ret = npmrc_get(n, key);
        if (isempty(*ret))
                *ret = DEFAULT_REGISTRY;
        return 0;
}

int npmrc_registry(const Npmrc *n, const char *name, Error *e, char **ret) {
        _cleanup_(url_done) Url url = {};
        const char *value = NULL;
        int r;

        assert(n);
        assert(name);
        assert(ret);

        r = registry_setting(n, name, e, &value);
        if (r < 0)
                return r;
        if (isempty(value))
                return error_set(
                        e, -EDESTADDRREQ,
                        "no registry is configured; add 'registry=https://HOST/' to a .npmrc file");
        r = url_parse(value, e, &url);
        if (r < 0)
                return error_prefix(e, r, "the registry configured for '%s' is invalid", name);
        if (url.user || url.password)
                return error_set(e, -EINVAL,
                                 "the registry's URL contains credentials; move them to "
                                 "'//%s/:_authToken=…' in a .npmrc file",
                                 url.host);

        if (strdupf(ret, "%s%s", url.text, endswith(url.text, "/") ? "" : "/") < 0)
                return -ENOMEM;
        return 0;
}

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
        if (r < 0)
                return r;
        r = url_parse(registry_text, e, &registry);
        if (r < 0)
                return r;
        r = url_parse(text, e, &url);
        if (r < 0)
                return r;

        if (streq(url.host, registry.host) || !is_replaced(n, url.host)) {
                *ret = strdup(text);
                return *ret ? 0 : -ENOMEM;
        }
        below = startswith(url.path, registry.path);
        path = below ?: url.path + 1;
        return strdupf(ret, "%s%s", registry_text, path);
}
