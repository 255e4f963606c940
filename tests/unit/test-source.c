/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "module/source.h"
#include "tap.h"

/* What is fetched, and under which name if that is known. */
static void test_remote(void) {
        static const struct {
                const char *spec, *name, *fetch; /* NULL: as it was given */
        } good[] = {
                { "tool", "tool", NULL },
                { "tool@1.2.3", "tool", NULL },
                { "tool@latest", "tool", NULL },
                { "tool@", "tool", NULL },
                { "@acme/tool", "@acme/tool", NULL },
                { "@acme/tool@2.1.0-beta", "@acme/tool", NULL },
                { "@acme/tool@^1 || ^2", "@acme/tool", NULL },
                { "foo.js", "foo.js", NULL },
                { "my.git-mod", "my.git-mod", NULL },
                { "tgz", "tgz", NULL },
                { "npm:tool@1", "tool", "tool@1" },
                { "npm:@acme/tool", "@acme/tool", "@acme/tool" },
                { "mine@npm:tool@^1", "tool", "tool@^1" },
                { "https://example.com/tool-1.0.0.tgz", NULL, NULL },
                { "http://example.com/tool-1.2.3.tgz?x=1", NULL, NULL },
                { "tool@https://example.com/tool.tgz", NULL, "https://example.com/tool.tgz" },
                { "user/repo", NULL, NULL },
                { "user/repo#branch", NULL, NULL },
                { "github:user/repo#semver:^1.2", NULL, NULL },
                { "mine@user/repo", NULL, "user/repo" },
                { "git://example.com/u/mod.git", NULL, NULL },
                { "git+https://example.com/u/mod.git#v1", NULL, NULL },
                { "git+ssh://git@example.com/u/mod.git#semver:1.x", NULL, NULL },
                { "git+file:///srv/mod.git", NULL, NULL },
                { "git@example.com:u/mod.git", NULL, NULL },
        };
        static const char *const bad[] = { "",
                                           "-x",
                                           "a b",
                                           "@acme",
                                           "a\nb",
                                           "tool\xff",
                                           "npm:",
                                           "npm:./here",
                                           "x@npm:user/repo",
                                           "tool@?",
                                           "ftp://example.com/x.tgz" };
        char longest[301] = {};

        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                Source s = {};

                ok(source_parse(good[i].spec, /* e= */ NULL, &s) == 0);
                ok(s.kind == SOURCE_REMOTE && !s.path);
                ok_str(s.spec, good[i].spec);
                ok_str(s.fetch, good[i].fetch ? good[i].fetch : good[i].spec);
                ok(streq_ptr(s.name, good[i].name));
                source_done(&s);
        }
        memset(longest, 'a', 300);
        for (size_t i = 0; i <= ELEMENTSOF(bad); i++) {
                Error e = ERROR_NULL;
                Source s = {};

                ok(source_parse(i < ELEMENTSOF(bad) ? bad[i] : longest, &e, &s) == -EINVAL);
                ok(e.message && !s.spec && !s.fetch);
                error_clear(&e);
        }
}

static void test_paths(const char *folder) {
        static const struct {
                const char *spec;
                int r;
                SourceKind kind;
        } table[] = {
                { ".", 0, SOURCE_FOLDER },
                { "./sub", 0, SOURCE_FOLDER },
                { "file:./sub", 0, SOURCE_FOLDER },
                { "a.tgz", 0, SOURCE_TARBALL },
                { "./a.tgz", 0, SOURCE_TARBALL },
                { "~/sub", 0, SOURCE_FOLDER },
                { "./plain", -EINVAL, 0 },
                { "./none", -ENOENT, 0 },
                { "none.tgz", -ENOENT, 0 },
                { "..", 0, SOURCE_FOLDER },
                { "a/b/none", -ENOENT, 0 },
                { "@none/..", -ENOENT, 0 },
                { "file:a.tgz", 0, SOURCE_TARBALL },
                { "file:sub", 0, SOURCE_FOLDER },
                { "mine@file:./a.tgz", 0, SOURCE_TARBALL },
                { "sub/b.tgz", 0, SOURCE_TARBALL },
                { "sub.tgz", 0, SOURCE_FOLDER },
                { "file:~/a.tgz", 0, SOURCE_TARBALL },
        };

        ok(chdir(folder) == 0 && mkdir("sub", 0755) == 0 && mkdir("sub.tgz", 0755) == 0 &&
           setenv("HOME", folder, 1) == 0);
        ok(close(creat("a.tgz", 0644)) == 0 && close(creat("plain", 0644)) == 0 &&
           close(creat("sub/b.tgz", 0644)) == 0);

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Error e = ERROR_NULL;
                Source s = {};

                ok(source_parse(table[i].spec, &e, &s) == table[i].r);
                if (table[i].r == 0)
                        ok(s.kind == table[i].kind && s.path && s.path[0] == '/' && !s.fetch);
                else
                        ok(e.message && (strstr(e.message, "none") || strstr(e.message, "plain")));
                error_clear(&e);
                source_done(&s);
        }
}

int main(void) {
        char folder[] = "/tmp/test-source.XXXXXX";

        ok(mkdtemp(folder));
        test_remote();
        test_paths(folder);
        ok(chdir("/") == 0 && remove_tree_at(AT_FDCWD, folder) == 0);
        return tap_done();
}
