/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/address-mask.h"
#include "basic/error.h"
#include "tap.h"

static const char *const table[][2] = {
        { "http://u:pw@h/x.tgz", "http://u:***@h/x.tgz" },
        { "Fetching https://u:p@w@h:8080/x…", "Fetching https://u:***@h:8080/x…" },
        { "git+https://u:pw@h/r.git#v1 and git+ssh://git@h/r.git",
          "git+https://u:***@h/r.git#v1 and git+ssh://git@h/r.git" },
        { "https://ghp_1234@github.com/a/b.git", "https://***@github.com/a/b.git" },
        { "HTTPS://tok@h/", "HTTPS://***@h/" },
        { "http://:pw@h/", "http://:***@h/" },
        { "http://u:@h/", "http://u:***@h/" },
        { "http://u:p/w@h/x", "http://u:***@h/x" },
        { "http://u:p#w@h/x", "http://u:***@h/x" },
        { "git://u:pw@h/r", "git://u:***@h/r" },
        { "github:u:tok@a/b#v1", "github:u:***@a/b#v1" },
        { "'gitlab:u:tok@a/b'", "'gitlab:u:***@a/b'" },
        { "https://h/x.tgz?token=abc&v=1", "https://h/x.tgz?token=***&v=1" },
        { "https://h/x?v=1&Access_Token=a/b#c", "https://h/x?v=1&Access_Token=***#c" },
        { "https://h/x?X-Amz-Signature=ab&sig=c;key=d",
          "https://h/x?X-Amz-Signature=***&sig=***;key=***" },
        { "'https://h/x?secret=s' failed", "'https://h/x?secret=***' failed" },
        { "//h/:_authToken=npm_123 is wrong", "//h/:_authToken=*** is wrong" },
        { "_password = cHc=", "_password = ***" },
        { "write '//h/:_authToken=…' into a .npmrc", "write '//h/:_authToken=…' into a .npmrc" },
        { "{\"resolved\":\"http://u:pw@h/\",\"x\":\"a@b\"}",
          "{\"resolved\":\"http://u:***@h/\",\"x\":\"a@b\"}" },
        { "http://a:b@h http://c:d@h", "http://a:***@h http://c:***@h" },
        /* nothing to hide */
        { "http://h:8080/a@1/b?v=1", "http://h:8080/a@1/b?v=1" },
        { "https://h/@s/x/-/x-1.0.0.tgz", "https://h/@s/x/-/x-1.0.0.tgz" },
        { "@s/x@1: tag ok?key=1", "@s/x@1: tag ok?key=1" },
        { "://", "://" },
        { "", "" },
};

int main(void) {
        Error e = ERROR_NULL;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *once = mask_addresses(table[i][0]),
                                      *twice = mask_addresses(table[i][1]);

                ok_str(once, table[i][1]);
                ok_str(twice, table[i][1]);
        }
        ok(address_is_masked("http://u:***@h/") && address_is_masked("http://h/?token=***"));
        ok(!address_is_masked("http://h/"));

        (void) error_set(&e, -EIO, "http://u:%s@h/: no", "pw");
        ok_str(error_text(&e, -EIO), "http://u:***@h/: no");
        (void) error_prefix(&e, -EIO, "of http://v:%s@h/", "pw");
        ok_str(error_text(&e, -EIO), "of http://v:***@h/: http://u:***@h/: no");
        error_clear(&e);
        return tap_done();
}
