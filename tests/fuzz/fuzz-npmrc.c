/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A .npmrc made by anybody, and the address of a tarball: no credential is found for a host that the
 * text does not name. */

#include "basic/string-util.h"
#include "npm/registry/http.h"
#include "npm/registry/npmrc-auth.h"
#include "npm/registry/npmrc-http.h"
#include "npm/registry/npmrc-registry.h"
#include "npm/registry/npmrc.h"
#include "npm/registry/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *environment[] = { (char *) "TOKEN=t", (char *) "HOME=/h",
                               (char *) "npm_config_registry=https://r.invalid/x", NULL };

static void check(bool holds) {
        if (!holds)
                abort();
}

static void ask(const Npmrc *n, const char *address, const char *text) {
        _cleanup_(npmrc_auth_done) NpmrcAuth auth = {};
        _cleanup_(freep) char *prefix = NULL;
        _cleanup_(url_done) Url url = {};

        if (url_parse(address, NULL, &url) < 0)
                return;
        check(streq(url.host, url.host) && url.path[0] == '/');
        if (npmrc_auth(n, address, "https://r.invalid/x", NULL, &auth) < 0 || !auth.authorization)
                return;
        check(!has_control(auth.authorization));
        check(asprintf(&prefix, "//%s", url.host) > 0);
        /* a variable in a key may put the host together */
        check(strstr(text, prefix) || strchr(text, '$') || strpbrk(text, "\\\"'"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(npmrc_freep) Npmrc *n = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *copy = NULL, *registry = NULL;
        char *text;
        HttpConfig config;

        /* the first line is an address, the rest the file */
        copy = strndup((const char *) data, size);
        check(copy && npmrc_new(environment, NULL, &n) >= 0);
        text = copy + strcspn(copy, "\n");
        if (*text)
                *text++ = 0;

        if (npmrc_add(n, "fuzz", text, strlen(text), &e) < 0) {
                check(e.message);
                return 0;
        }
        (void) npmrc_http_config(n, NULL, &config);
        if (npmrc_registry(n, "@s/a", NULL, &registry) >= 0)
                check(endswith(registry, "/") && !has_control(registry));
        ask(n, copy, text);
        return 0;
}
