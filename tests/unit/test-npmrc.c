/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/http.h"
#include "npm/registry/npmrc-http.h"
#include "npm/registry/npmrc-parse.h"
#include "npm/registry/npmrc-registry.h"
#include "npm/registry/npmrc.h"
#include "npm/registry/url.h"
#include "tap.h"

static char *environment[] = { (char *) "TOKEN=secret",
                               (char *) "EMPTY=",
                               (char *) "HOME=/home/alice",
                               (char *) "npm_config_fetch_retries=7",
                               (char *) "NPM_CONFIG_MaxSockets=9",
                               (char *) "npm_config_proxy=",
                               (char *) "npm_config_//env.invalid/a_b/:_authToken=fromenv",
                               (char *) "http_proxy=http://p.invalid",
                               NULL };

static Npmrc *npmrc_of(const char *text) {
        Npmrc *n = NULL;

        ok(npmrc_new(environment, NULL, &n) == 0);
        ok(npmrc_add(n, "test", text, strlen(text), NULL) == 0);
        return n;
}

/* One line of text, one key; NULL: not set. */
static void test_lines(void) {
        static const struct {
                const char *text, *key, *value;
        } table[] = {
                { "a=b", "a", "b" },
                { "  a  =  b c  ", "a", "b c" },
                { "a=b\r\nc=d", "c", "d" },
                { "a=b=c", "a", "b=c" },
                { "a", "a", "true" },
                { "a=", "a", "" },
                { "=b", "", NULL },
                { "; a=b", "a", NULL },
                { "  # a=b", "a", NULL },
                { "a=b ; c", "a", "b" },
                { "a=b # c", "a", "b" },
                { "a=b;c", "a", "b" },
                { "a=b\\;c", "a", "b;c" },
                { "a=b\\#c", "a", "b#c" },
                { "a=b\\\\c", "a", "b\\c" },
                { "a=b\\c", "a", "b\\c" },
                { "a=b\\", "a", "b\\" },
                { "a=\"b;c\"", "a", "b;c" },
                { "a=\"b\\nc\"", "a", "b\nc" },
                { "a=\"b", "a", "\"b" },
                { "a='b;c'", "a", "b;c" },
                { "a='\"b\"'", "a", "b" },
                { "a=\"b\" c", "a", "\"b\" c" },
                { "\"a b\"=c", "a b", "c" },
                { "a=1\na=2", "a", "2" },
                { "a[]=1\na[]=2", "a", "1\n2" },
                { "[section]\na=b", "a", NULL },
                { "[section\na=b", "a", "b" },
                { "a=true", "a", "true" },
                { "a=${TOKEN}", "a", "secret" },
                { "a=x${TOKEN}y${TOKEN}", "a", "xsecretysecret" },
                { "a=${UNSET}", "a", "${UNSET}" },
                { "a=${UNSET?}", "a", "" },
                { "a=${TOKEN?}", "a", "secret" },
                { "a=${EMPTY}", "a", "" },
                { "a=${}", "a", "${}" },
                { "a=${TOKEN", "a", "${TOKEN" },
                { "a=$TOKEN", "a", "$TOKEN" },
                { "a=${${TOKEN}}", "a", "${secret}" },
                { "a=\"\\\\${TOKEN}\"", "a", "${TOKEN}" },
                { "//${TOKEN}/:x=y", "//secret/:x", "y" },
                { "cafile=~/x.pem", "cafile", "/home/alice/x.pem" },
                { "//h/:certfile=~/x.pem", "//h/:certfile", "/home/alice/x.pem" },
                { "other=~/x.pem", "other", "~/x.pem" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(npmrc_freep) Npmrc *n = npmrc_of(table[i].text);

                ok_str(npmrc_get(n, table[i].key), table[i].value);
        }
}

static void test_refused(void) {
        static const char *const table[] = { "_auth=x", "_authToken=x", "_password=x", "a\xff=b" };
        _cleanup_(freep) char *many = NULL;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(npmrc_freep) Npmrc *n = npmrc_of("");
                _cleanup_(error_clear) Error e = ERROR_NULL;

                ok(npmrc_add(n, ".npmrc", table[i], strlen(table[i]), &e) == -EINVAL);
                ok(e.message && strncmp(e.message, ".npmrc: ", 8) == 0);
        }

        _cleanup_(npmrc_freep) Npmrc *n = npmrc_of("");
        ok(npmrc_add(n, "x", "a=b\0c=d", 7, NULL) == -EINVAL);
        many = malloc(NPMRC_MAX + 2);
        memset(many, '\n', NPMRC_MAX + 2);
        ok(npmrc_add(n, "x", many, NPMRC_MAX + 1, NULL) == -EFBIG);
        ok(npmrc_add(n, "x", many, NPMRC_MAX, NULL) == 0);
        for (size_t i = 0; i <= NPMRC_KEYS_MAX; i++)
                memcpy(many + i * 2, "a\n", 2);
        ok(npmrc_add(n, "x", many, 2 * (NPMRC_KEYS_MAX + 1), NULL) == -EINVAL);
}

static void test_order(void) {
        _cleanup_(npmrc_freep) Npmrc *n = npmrc_of("a=project\nregistry=http://project.invalid");
        const char *user = "a=user\nb=user\nfetch-retries=1", *global = "b=global\nc=global";

        ok(npmrc_add(n, "user", user, strlen(user), NULL) == 0);
        ok(npmrc_add(n, "global", global, strlen(global), NULL) == 0);
        ok_str(npmrc_get(n, "a"), "project");
        ok_str(npmrc_get(n, "b"), "user");
        ok_str(npmrc_get(n, "c"), "global");
        ok_str(npmrc_get(n, "d"), NULL);
        ok_str(npmrc_get(n, "fetch-retries"), "7");
        ok_str(npmrc_get(n, "maxsockets"), "9");
        ok_str(npmrc_get(n, "proxy"), NULL);
        ok_str(npmrc_get(n, "//env.invalid/a_b/:_authToken"), "fromenv");
        ok_str(npmrc_variable(n, "TOKEN"), "secret");
}

static void test_registry(void) {
        static const struct {
                const char *text, *name, *registry;
                int r;
        } table[] = {
                { "registry=http://h.invalid", "a", "http://h.invalid/", 0 },
                { "registry=https://H.invalid:443/x", "a", "https://h.invalid/x/", 0 },
                { "registry=https://h.invalid/x/", "@s/a", "https://h.invalid/x/", 0 },
                { "registry=http://a/\n@s:registry=http://b/", "@s/a", "http://b/", 0 },
                { "registry=http://a/\n@s:registry=http://b/", "@t/a", "http://a/", 0 },
                { "registry=http://a/\n@s:registry=http://b/", "s", "http://a/", 0 },
                { "registry=http://a/\n@s:registry=", "@s/a", "http://a/", 0 },
                { "registry=h.invalid", "a", NULL, -EINVAL },
                { "registry=ftp://h.invalid", "a", NULL, -EPROTONOSUPPORT },
                { "registry=file:///etc", "a", NULL, -EPROTONOSUPPORT },
                { "registry=http://u:p@h.invalid", "a", NULL, -EINVAL },
                { "registry=http://h.invalid/ x", "a", NULL, -EINVAL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(npmrc_freep) Npmrc *n = npmrc_of(table[i].text);
                _cleanup_(error_clear) Error e = ERROR_NULL;
                _cleanup_(freep) char *registry = NULL;

                ok(npmrc_registry(n, table[i].name, &e, &registry) == table[i].r);
                ok_str(registry, table[i].registry);
                ok((table[i].r < 0) == (e.message != NULL));
        }

        _cleanup_(npmrc_freep) Npmrc *n = npmrc_of("");
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *registry = NULL;
        int r = npmrc_registry(n, "a", &e, &registry);
        ok(DEFAULT_REGISTRY[0] ? r == 0 && registry : r == -EDESTADDRREQ && e.message);
}

static void test_tarball_url(void) {
        static const struct {
                const char *text, *url, *want;
        } table[] = {
                { "registry=http://m/", "http://other/a/-/a-1.tgz", "http://other/a/-/a-1.tgz" },
                { "registry=http://m/\nreplace-registry-host=other", "http://other/a/-/a-1.tgz",
                  "http://m/a/-/a-1.tgz" },
                { "registry=http://m/\nreplace-registry-host=another", "http://other/a/-/a-1.tgz",
                  "http://other/a/-/a-1.tgz" },
                { "registry=http://m/p/\nreplace-registry-host=always", "http://other/a/-/a-1.tgz",
                  "http://m/p/a/-/a-1.tgz" },
                { "registry=http://m/p/\nreplace-registry-host=always",
                  "http://other/p/a/-/a-1.tgz", "http://m/p/a/-/a-1.tgz" },
                { "registry=http://m/\nreplace-registry-host=always", "http://m/x/a-1.tgz",
                  "http://m/x/a-1.tgz" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(npmrc_freep) Npmrc *n = npmrc_of(table[i].text);
                _cleanup_(freep) char *url = NULL;

                ok(npmrc_tarball_url(n, "a", table[i].url, NULL, &url) == 0);
                ok_str(url, table[i].want);
        }
        if (DEFAULT_REGISTRY[0]) {
                _cleanup_(npmrc_freep) Npmrc *n = npmrc_of("registry=http://m/");
                _cleanup_(freep) char *url = NULL;

                ok(npmrc_tarball_url(n, "a", DEFAULT_REGISTRY "a/-/a-1.tgz", NULL, &url) == 0);
                ok_str(url, "http://m/a/-/a-1.tgz");
        }
}

static void test_http(void) {
        _cleanup_(npmrc_freep) Npmrc *n = npmrc_of(
                "maxsockets=5\nfetch-timeout=2000\nfetch-retries=1\nstrict-ssl=false\n"
                "fetch-retry-mintimeout=10\nnoproxy=a,b\ncafile=/x\nca=null\n");
        _cleanup_(npmrc_freep) Npmrc *bad = npmrc_of("fetch-timeout=soon");
        HttpConfig config;

        ok(npmrc_http_config(n, NULL, &config) == 0);
        ok(config.parallel == 9 && config.retries == 7); /* the environment wins */
        ok(config.stall_usec == 2 * USEC_PER_SEC);
        ok(config.retry_min_usec == 10 * USEC_PER_MSEC);
        ok(config.insecure);
        ok_str(config.http_proxy, "http://p.invalid");
        ok_str(config.https_proxy, NULL);
        ok_str(config.no_proxy, "a,b");
        ok_str(config.ca_file, "/x");
        ok_str(config.ca, "");
        ok(npmrc_http_config(bad, NULL, &config) == -EINVAL);
}

static void test_url(void) {
        static const struct {
                const char *text, *normal, *host, *path, *user, *password;
        } table[] = {
                { "http://a/b?c#d", "http://a/b?c", "a", "/b", NULL, NULL },
                { "HTTPS://A.B:443/", "https://a.b/", "a.b", "/", NULL, NULL },
                { "https://a:444", "https://a:444/", "a:444", "/", NULL, NULL },
                { "http://u:p%40@a/", "http://a/", "a", "/", "u", "p@" },
                { "http://[::1]:8/x", "http://[::1]:8/x", "[::1]:8", "/x", NULL, NULL },
                { "http://a/b/../c/./d", "http://a/c/d", "a", "/c/d", NULL, NULL },
        };
        static const char *const bad[] = {
                "",           "a",          "/a",          "http:",
                "http://",    "http://a b", "http://a\\b", "http://a\n",
                "file:///a",  "ftp://a",    "data:x",      "http://a:99999/",
                "http://a:x/"
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(url_done) Url url = {};

                ok(url_parse(table[i].text, NULL, &url) == 0);
                ok_str(url.text, table[i].normal);
                ok_str(url.host, table[i].host);
                ok_str(url.path, table[i].path);
                ok_str(url.user, table[i].user);
                ok_str(url.password, table[i].password);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                Url url;

                ok(url_parse(bad[i], NULL, &url) < 0);
        }

        _cleanup_(freep) char *shown = url_redact("https://u:p@a.b/c?token=x#y");
        ok_str(shown, "https://a.b/c");
}

int main(void) {
        test_lines();
        test_refused();
        test_order();
        test_registry();
        test_tarball_url();
        test_http();
        test_url();
        return tap_done();
}
