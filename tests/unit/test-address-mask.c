/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/address-mask.h"
#include "basic/error.h"
#include "tap.h"

/* What becomes of addresses and specifications, alone and within sentences. */
static const char *const masked[][2] = {
        /* all that stands before the host */
        { "http://u:pw@h/x.tgz", "http://***@h/x.tgz" },
        { "https://tok:x-oauth-basic@h/x", "https://***@h/x" },
        { "https://tok:@h/x", "https://***@h/x" },
        { "https://tok@github.com/a/b.git", "https://***@github.com/a/b.git" },
        { "HTTPS://tok@h/", "HTTPS://***@h/" },
        { "git+http://tok@h/r.git#v1", "git+http://***@h/r.git#v1" },
        { "git://tok@h/r", "git://***@h/r" },
        { "ftp://u:pw@h/x", "ftp://***@h/x" },
        { "//u:pw@h/x", "//***@h/x" },
        { "foo@https://u:pw@h/x.tgz", "foo@https://***@h/x.tgz" },
        { "@s/foo@https://u:pw@h/x.tgz", "@s/foo@https://***@h/x.tgz" },
        { "https://u:p@w@h:8080/x", "https://***@h:8080/x" },
        { "https://u%3Apw@h/", "https://***@h/" },
        { "https://[u:pw@127.0.0.1/x", "https://***@127.0.0.1/x" },
        { "https://u:***pw@h/", "https://***@h/" },
        { "https://u:p\"w's@h/", "https://***@h/" },
        /* the user of ssh stays */
        { "git+ssh://git:pw@github.com:a/b.git", "git+ssh://git:***@github.com:a/b.git" },
        { "ssh://u:p/w@h/x", "ssh://u:***@h/x" },
        { "git+ssh://u:p@w@h:x.git", "git+ssh://u:***@h:x.git" },
        { "ssh://u%3Apw@h/x", "ssh://***@h/x" },
        /* without a scheme, or another one */
        { "u:pw@github.com:a/b", "***@github.com:a/b" },
        { "u:pw@h:x.git", "***@h:x.git" },
        { "foo@u:pw@github.com:a/b", "foo@***@github.com:a/b" },
        { "u:p#w@h:x.git", "***@h:x.git" },
        { "github:u:tok@a/b#v1", "github:***@a/b#v1" },
        { "GitHub:tok@a/b", "GitHub:***@a/b" },
        { "foo@github:u:p/w@a/b", "foo@github:***@a/b" },
        { "github:u:p#w@a/b", "github:***@a/b" },
        { "sourcehut:u:pw@~a/b", "sourcehut:***@~a/b" },
        { "xgithub:u:pw@a/b", "***@a/b" },
        { "npm:u:pw@h", "npm:***@h" },
        /* malformed */
        { "https:///u:pw@h", "https:///***@h" },
        { "https:/u:pw@h", "https:/***@h" },
        { "https:u:pw@h", "https:***@h" },
        { "git+https:u:pw@h", "git+https:***@h" },
        { "https:\\\\u:pw@h", "https:\\\\***@h" },
        { "https://u:12/pw@h", "https://***@h" },
        { "https://us/er:pw@h/x", "https://***@h/x" },
        { "https://us?er:pw@h/x", "https://us?***" },
        { "https://u:p/w@h/x", "https://***@h/x" },
        { "https://u:p#w@h/x", "https://***@h/x" },
        { "https://u@pw:1@h", "https://***@h" },
        { "https://u@p/w:1@h/x", "https://***@h/x" },
        { "https://to/ken@h/x", "https://***@h/x" },
        { "https://u:pw", "https://u:***" },
        { "https://u:pw＠127.0.0.1:1/x", "https://u:***" },
        { "https://pw%40h/x", "https://***/x" },
        /* queries */
        { "https://h/x.tgz?token=abc&v=1.0", "https://h/x.tgz?token=***&v=1.0" },
        { "https://h/x?jwt=a&code=b&pw=c", "https://h/x?jwt=***&code=***&pw=***" },
        { "https://h/x?t%6Fken=a", "https://h/x?***" },
        { "https://h/x?abc", "https://h/x?***" },
        { "https://h/x?YWJj==", "https://h/x?***" },
        { "https://h/x?a=b;token=c", "https://h/x?a=***" },
        { "https://h/x?v=1'token", "https://h/x?v=***" },
        { "https://h/x.git;token=a", "https://h/x.git;token=***" },
        { "h/x.tgz?token=a", "h/x.tgz?token=***" },
        { "git+https://h/x.git?private_token=a#v1", "git+https://h/x.git?private_token=***#v1" },
        /* fragments */
        { "https://h/x.tgz#token=a", "https://h/x.tgz#***" },
        { "https://h/x.tgz#abc", "https://h/x.tgz#***" },
        { "git+https://h/x.git#token=a", "git+https://h/x.git#***" },
        { "git+https://u:12#pw@h/x.git", "git+https://u:12#***" },
        { "github:a/b#token=a", "github:a/b#***" },
        { "a/b#token=a", "a/b#***" },
        { "github:a/b#semver:token=a", "github:a/b#***" },
        { "github:a/b#token:a", "github:a/b#***" },
        /* .npmrc */
        { "//h/:_authToken=npm_123", "//h/:_authToken=***" },
        { "_password=cHc=", "_password=***" },
};

static const char *const honest[] = {
        "",
        "://",
        "https://",
        "@",
        "x",
        "x@1.0.0",
        "x@^1 || >=2 <3",
        "@s/x@^1",
        "@s/x",
        "npm:x@1",
        "a@npm:@s/x@^1.2",
        "npm:@s/x@1",
        "workspace:x@^1",
        "a/b",
        "a/b#v1",
        "github:a/b#v1",
        "gitlab:a/b/c#semver:^1.2.3",
        "gist:11081aaa281",
        "github:a/b#semver:>=1.0.0 <2.0.0",
        "github:a/b#semver:%5E1.0",
        "github:a/b#v1::path:packages/x",
        "a/b#@s/pkg@1.2.3",
        "a/b#pkg@2.0.0-rc.1",
        "a/b#feature/x+y_z",
        "git@github.com:a/b.git#v1",
        "foo@git@github.com:a/b",
        "git+ssh://git@github.com/a/b.git#0123456789abcdef0123456789abcdef01234567",
        "git+ssh://git@github.com:a/b.git#pkg@1.0.0",
        "git+https://h/x.git#main",
        "git://h:9418/x#v1.0~1",
        "https://github.com/a/b#readme",
        "https://h/x.git#main",
        "http://h:8080/a@1/b?v=1",
        "https://esm.sh/react@latest",
        "http://localhost:80/@s/x/-/x-1.0.0.tgz",
        "http://127.0.0.1:80/@s%2fx",
        "http://[::1]:8080/@s/x",
        "https://h/",
        "https://h:/x",
        "https://h/x?ref=feature/x&inline=false",
        "./x@1.tgz",
        "../a:b@c",
        "/srv/a:b@c/x.tgz",
        "~/x@y:z@1.tgz",
        "file:../x:y@1",
        "file:///srv/x@1:2@3",
        "pm2@acme:tool.service",
};

static const char *const sentences[][2] = {
        { "Fetching https://u:p@w@h:8080/x…", "Fetching https://***@h:8080/x…" },
        { "git+https://u:pw@h/r.git#v1 and git+ssh://git@h/r.git",
          "git+https://***@h/r.git#v1 and git+ssh://git@h/r.git" },
        { "'https://h/x?secret=s' failed", "'https://h/x?secret=***' failed" },
        { "Cannot install 'https://h/x?a=p'w': no 'x@1' there",
          "Cannot install 'https://h/x?a=***': no 'x@1' there" },
        { "Cannot install 'https://u:p w@h': x@1", "Cannot install 'https://***@h': x@1" },
        { "Cannot install 'u:p w@github.com:a/b'.", "Cannot install '***@github.com:a/b'." },
        { "https://u:p w@h: not found", "https://***@h: not found" },
        { "'gitlab:u:tok@a/b'", "'gitlab:***@a/b'" },
        { "//h/:_authToken=npm_123 is wrong", "//h/:_authToken=*** is wrong" },
        { "_password = cHc=", "_password = ***" },
        { "write '//h/:_authToken=…' into a .npmrc", "write '//h/:_authToken=…' into a .npmrc" },
        { "{\"resolved\":\"http://u:pw@h/\",\"x\":\"a@b\"}",
          "{\"resolved\":\"http://***@h/\",\"x\":\"a@b\"}" },
        { "url=\"http://u:pw@h/\", x", "url=\"http://***@h/\", x" },
        { "(http://a:b@h) http://c:d@h", "(http://***@h) http://***@h" },
        { "http_proxy=http://u:pw@h:8", "http_proxy=http://***@h:8" },
        { "unable to access 'https://tok@h/x.git/': 403",
          "unable to access 'https://***@h/x.git/': 403" },
        /* nothing to hide */
        { "is it https://h/x?", "is it https://h/x?" },
        { "https://h:8080: timed out, see x@1", "https://h:8080: timed out, see x@1" },
        { "x@1: needs 'y@^2 || 3' of z@1.0.0", "x@1: needs 'y@^2 || 3' of z@1.0.0" },
        { "'Not found: foo@1' from h", "'Not found: foo@1' from h" },
        { "git: fatal: ssh: no; http: x@y", "git: fatal: ssh: no; http: x@y" },
        { "at 12:30 the owner's 'x' (see x.c:12)", "at 12:30 the owner's 'x' (see x.c:12)" },
};

static void check(char *(*mask)(const char *), const char *text, const char *wanted) {
        _cleanup_(freep) char *once = mask(text), *twice = mask(wanted);

        ok_str(once, wanted);
        ok_str(twice, wanted);
}

/* Whatever a message puts around an address, it hides what the address alone hides. */
static void check_within(const char *before, const char *address, const char *after,
                         const char *wanted) {
        _cleanup_(freep) char *text = NULL, *expected = NULL, *got = NULL;

        if (asprintf(&text, "%s%s%s", before, address, after) < 0 ||
            asprintf(&expected, "%s%s%s", before, wanted, after) < 0)
                abort();
        got = mask_addresses(text);
        ok_str(got, expected);
}

/* Secrets among any characters, in any place of an address. */
static void check_random(void) {
        /* noise stands between them */
        static const char *const around[][2] = {
                { "https://", ":S3CR3T@h/x" },   { "git+http://", "S3CR3T:@h/x" },
                { "foo@http://S3CR3T:a", "@h" }, { "https:", ":S3CR3T@h/x.tgz" },
                { "http://u:", "S3CR3T@h" },     { "//u:", "S3CR3T@h/x" },
                { "https://h/x?", "=S3CR3T" },   { "https://h/x#", "S3CR3T" },
                { "git://:", "S3CR3T@h/x" },     { "git+ssh://u:", "S3CR3T@h:x" },
                { "u:", "S3CR3T@h:x" },          { "foo@github:u:", "S3CR3T@a/b" },
                { "github:", "S3CR3T@a/b" },     { "git+https://h/x.git?", "=S3CR3T" },
        };
        static const char alphabet[] = "a1/:@?#&;=%'\"\\ .,*[]()…-_";
        unsigned leaks = 0;

        srand(9);
        for (unsigned i = 0; i < 200000; i++) {
                _cleanup_(freep) char *text = NULL, *got = NULL;
                const char *const *pair;
                char noise[8] = "";

                for (int j = rand() % 7; j > 0; j--)
                        noise[j - 1] = alphabet[(size_t) rand() % (sizeof(alphabet) - 1)];
                pair = around[(size_t) rand() % ELEMENTSOF(around)];
                if (asprintf(&text, "%s%s%s", pair[0], noise, pair[1]) < 0)
                        abort();
                got = mask_address(text);
                if (got && !strstr(got, "S3CR3T"))
                        continue;
                if (leaks++ < 10)
                        printf("# '%s' became '%s'\n", text, got);
        }
        ok(leaks == 0);
}

int main(void) {
        Error e = ERROR_NULL;

        for (size_t i = 0; i < ELEMENTSOF(masked); i++) {
                check(mask_address, masked[i][0], masked[i][1]);
                check_within("Cannot install '", masked[i][0], "': x@1: no", masked[i][1]);
                check_within("Fetching ", masked[i][0], "", masked[i][1]);
                check_within("", masked[i][0], ": not found", masked[i][1]);
                ok(address_is_masked(masked[i][1]));
        }
        for (size_t i = 0; i < ELEMENTSOF(honest); i++) {
                check(mask_address, honest[i], honest[i]);
                check_within("Cannot install '", honest[i], "': x@1: no", honest[i]);
                check_within("Fetching ", honest[i], "…", honest[i]);
                ok(!address_is_masked(honest[i]));
        }
        for (size_t i = 0; i < ELEMENTSOF(sentences); i++)
                check(mask_addresses, sentences[i][0], sentences[i][1]);
        check_random();

        (void) error_set(&e, -EIO, "http://u:%s@h/: no", "pw");
        ok_str(error_text(&e, -EIO), "http://***@h/: no");
        (void) error_prefix(&e, -EIO, "of http://v:%s@h/", "pw");
        ok_str(error_text(&e, -EIO), "of http://***@h/: http://***@h/: no");
        error_clear(&e);
        return tap_done();
}
