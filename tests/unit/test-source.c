/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "ctl/source.h"
#include "tap.h"

static void test_registry(void) {
        static const char *const good[] = { "tool", "tool@1.2.3", "tool@latest", "@acme/tool", "@acme/tool@^1 || ^2",
                                            "https://example.com/tool-1.0.0.tgz", "foo.js", "tgz" };
        static const char *const bad[] = { "", "a/b/c", "-x", "a b", "tool@", "@acme", "a\nb", "tool\xff", "user/repo",
                                           "npm:tool" };
        char longest[301] = {};

        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                Source s = {};

                ok(source_parse(good[i], /* e= */ NULL, &s) == 0);
                ok(s.kind == SOURCE_REGISTRY && !s.path);
                ok_str(s.spec, good[i]);
                source_done(&s);
        }
        memset(longest, 'a', 300);
        for (size_t i = 0; i <= ELEMENTSOF(bad); i++) {
                Error e = ERROR_NULL;
                Source s = {};

                ok(source_parse(i < ELEMENTSOF(bad) ? bad[i] : longest, &e, &s) == -EINVAL);
                ok(e.message && !s.spec);
                error_clear(&e);
        }
}

static void test_paths(const char *folder) {
        static const struct {
                const char *spec;
                int r;
                SourceKind kind;
        } table[] = {
                { ".", 0, SOURCE_FOLDER },          { "./sub", 0, SOURCE_FOLDER },
                { "file:./sub", 0, SOURCE_FOLDER }, { "a.tgz", 0, SOURCE_TARBALL },
                { "./a.tgz", 0, SOURCE_TARBALL },   { "~/sub", 0, SOURCE_FOLDER },
                { "./plain", -EINVAL, 0 },          { "./none", -ENOENT, 0 },
                { "none.tgz", -ENOENT, 0 },         { "..", 0, SOURCE_FOLDER },
        };

        ok(chdir(folder) == 0 && mkdir("sub", 0755) == 0 && setenv("HOME", folder, 1) == 0);
        ok(close(creat("a.tgz", 0644)) == 0 && close(creat("plain", 0644)) == 0);

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Error e = ERROR_NULL;
                Source s = {};

                ok(source_parse(table[i].spec, &e, &s) == table[i].r);
                if (table[i].r == 0)
                        ok(s.kind == table[i].kind && s.path && s.path[0] == '/');
                else
                        ok(e.message && (strstr(e.message, "none") || strstr(e.message, "plain")));
                error_clear(&e);
                source_done(&s);
        }
}

int main(void) {
        char folder[] = "/tmp/test-source.XXXXXX";

        ok(mkdtemp(folder));
        test_registry();
        test_paths(folder);
        ok(chdir("/") == 0 && remove_tree_at(AT_FDCWD, folder) == 0);
        return tap_done();
}
