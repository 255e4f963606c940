/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "store/adopt.h"
#include "store/copy.h"
#include "store/installed.h"
#include "store/release.h"
#include "store/removal.h"
#include "store/scope.h"
#include "store/staging.h"
#include "store/store.h"
#include "tap.h"

static char folder[] = "/tmp/test-store.XXXXXX";
static Scope scope = { .kind = SCOPE_USER };

static int write_at(const char *path, const char *text) {
        _cleanup_(freep) char *whole = path_join(folder, path);
        _cleanup_(closep) int fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

        return fd < 0 ? -errno : write_all(fd, text, strlen(text));
}

static int make_at(const char *path) {
        _cleanup_(freep) char *whole = path_join(folder, path);

        return mkdir_parents(whole, 0755);
}

static bool exists(const char *path) {
        _cleanup_(freep) char *whole = path_join(folder, path);

        return access(whole, F_OK) == 0;
}

static Module example(const char *version) {
        return (Module) { .name = strdup("@acme/tool"),
                          .version = strdup(version),
                          .spec = strdup("@acme/tool@^1"),
                          .pm_id = 3,
                          .installed_usec = 42 };
}

static int abandon(void *userdata, const char *number, Error *e) {
        return strv_extend(userdata, number);
}

/* One install, as far as the store sees it. */
static void install(Store *s, const char *version, char **ret_previous) {
        _cleanup_(strv_freep) char **abandoned = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Module m = example(version);
        Staging staging;

        ok(staging_new(s, &scope, &e, &staging) == 0);
        ok(make_at("state/staging/77/tree/node_modules") == 0); /* a dead process's */
        ok(make_at("state/staging/removed-hello/releases") == 0);
        ok(make_at("state/modules/never-committed/releases/1.0.0-1") == 0);
        ok(staging_clear(s, &scope, abandon, &abandoned, &e) == 0); /* ours is locked: it stays */
        ok(strv_length(abandoned) == 2 && strv_contains(abandoned, "77") &&
           strv_contains(abandoned, "removed-hello"));
        ok(!exists("state/staging/77") && !exists("state/staging/removed-hello"));
        ok(!exists("state/modules/never-committed"));
        ok(access(staging.tree, F_OK) == 0);
        ok(adopt_tree(staging.tree, &e) == 0);
        ok(staging_bring(&staging, &e) == 0 && access(staging.tree, F_OK) == 0);
        ok(store_add_release(s, staging.tree, &m, &e) == 0);
        ok(store_switch(s, m.name, m.release, &e, ret_previous) == 0);
        staging_done(&staging);
        module_done(&m);
}

static void test_life(Store *s) {
        _cleanup_(freep) char *previous = NULL, *second = NULL;
        _cleanup_(strv_freep) char **names = NULL, **none = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        unsigned id = 99;
        Module m = {};

        ok(store_load(s, "@acme/tool", &e, &m) == 0);
        install(s, "1.0.0", &previous);
        ok(!previous);
        ok(store_load(s, "@acme/tool", &e, &m) == 1);
        ok_str(m.version, "1.0.0");
        ok_str(m.release, "1.0.0-1");
        ok_str(m.spec, "@acme/tool@^1");
        ok(m.pm_id == 3 && m.installed_usec == 42 && !m.link);
        ok(endswith(m.package, "/modules/@acme+tool/releases/1.0.0-1/node_modules/@acme/tool"));
        ok(endswith(m.home, "/modules/@acme+tool/current/node_modules/@acme/tool"));
        module_done(&m);

        install(s, "1.0.0", &second);
        ok_str(second, "1.0.0-1");
        ok(store_load(s, "@acme/tool", &e, &m) == 1);
        ok_str(m.release, "1.0.0-2");
        module_done(&m);

        ok(store_switch(s, "@acme/tool", "1.0.0-1", &e, NULL) == 0);
        ok(store_prune(s, "@acme/tool", NULL, &e) == 0);
        ok(store_switch(s, "@acme/tool", "1.0.0-1", &e, NULL) == 0);
        ok(store_load(s, "@acme/tool", &e, &m) == 1);
        module_done(&m);
        ok(make_at("state/modules/half-installed/releases") == 0);
        ok(store_names(s, &e, &names) == 0);
        ok(strv_length(names) == 1);
        ok_str(names[0], "@acme/tool");
        ok(store_next_id(s, &e, &id) == 0 && id == 0);

        ok(store_remove(s, "@acme/tool", &e) == 1);
        ok(exists("state/staging/removed-@acme+tool/releases"));
        ok(store_remove_files(s, "@acme/tool", &e) == 0);
        ok(!exists("state/staging/removed-@acme+tool"));
        ok(store_remove(s, "@acme/tool", &e) == 0);
        ok(store_load(s, "@acme/tool", &e, &m) == 0);
        ok(store_names(s, &e, &none) == 0 && strv_length(none) == 0);
        ok(!e.message);
}

/* Unreadable state is an error that names the file, never "not installed". */
static void test_damaged(Store *s) {
        static const struct {
                const char *text, *clause;
        } table[] = {
                { "", "modules/@acme+tool" },
                { "{}", "it does not describe an installed module" },
                { "[1]", "it does not describe an installed module" },
                { "{\"format\":1,\"name\":\"@acme/tool\",\"version\":\"1\"}", "field 'pm_id'" },
                { "{\"format\":1,\"name\":7,\"version\":\"1\",\"pm_id\":1}", "field 'name'" },
                { "{\"format\":1,\"name\":\"other\",\"version\":\"1\",\"pm_id\":1}",
                  "it is of module 'other'" },
                { "{\"format\":2,\"name\":\"@acme/tool\",\"version\":\"1\",\"pm_id\":1}",
                  "newer pm2ctl" },
        };
        Module m = {};

        install(s, "1.0.0", NULL);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Error e = ERROR_NULL;

                ok(write_at("state/modules/@acme+tool/releases/1.0.0-1/module.json",
                            table[i].text) == 0);
                ok(store_load(s, "@acme/tool", &e, &m) < 0);
                ok(e.message && strstr(e.message, "module.json") &&
                   (i == 0 || strstr(e.message, table[i].clause)));
                error_clear(&e);
        }
        ok(write_at("state/modules/@acme+tool/current2", "") == 0);
        ok(store_remove(s, "@acme/tool", NULL) == 1);
}

static void test_adopt_refuses(void) {
        static const struct {
                const char *name, *target;
                int r;
        } links[] = {
                { "inside", "sub/file", 0 },
                { "dangling", "sub/none", 0 },
                { "up", "../x", -EINVAL },
                { "absolute", "/etc", -EINVAL },
                { "sub/back", "../top", 0 },
                { "sub/out", "../../x", -EINVAL },
                { "sub/self", "../here/../../x", -EINVAL },
        };
        _cleanup_(freep) char *tree = path_join(folder, "tree");
        _cleanup_(error_clear) Error special = ERROR_NULL;
        struct stat st;

        for (size_t i = 0; i < ELEMENTSOF(links); i++) {
                _cleanup_(freep) char *path = path_join(tree, links[i].name);
                Error e = ERROR_NULL;

                ok(make_at("tree/sub") == 0);
                ok(write_at("tree/sub/file", "x") == 0 && write_at("tree/top", "x") == 0);
                ok(symlinkat(".", open(tree, O_PATH), "here") == 0);
                ok(symlink(links[i].target, path) == 0);
                ok(adopt_tree(tree, &e) == links[i].r);
                ok(links[i].r == 0 || strstr(e.message, links[i].name));
                error_clear(&e);
                ok(remove_tree_at(AT_FDCWD, tree) == 0);
        }

        ok(make_at("tree/sub") == 0 && write_at("tree/sub/a", "abc") == 0);
        {
                _cleanup_(freep) char *a = path_join(folder, "tree/sub/a"),
                                      *b = path_join(folder, "outside");

                ok(link(a, b) == 0 && chmod(a, 06777) == 0);
                ok(adopt_tree(tree, NULL) == 0);
                ok(stat(a, &st) == 0 && st.st_nlink == 1 && (st.st_mode & 07777) == 0755);
                ok(stat(b, &st) == 0 && st.st_nlink == 1 && st.st_size == 3);
        }
        {
                _cleanup_(closep) int from = open(tree, O_RDONLY), to = open(folder, O_RDONLY);
                _cleanup_(freep) char *copied = path_join(folder, "copy/sub/a"), *target = NULL;

                ok(symlinkat("sub/none", from, "link") == 0);
                ok(copy_tree(from, to, "copy") == 0);
                ok(stat(copied, &st) == 0 && st.st_size == 3 && (st.st_mode & 07777) == 0755);
                ok(readlink_at(to, "copy/link", &target) == 0);
                ok_str(target, "sub/none");
                ok(copy_tree(from, to, "copy") == -EEXIST);
        }
        {
                _cleanup_(freep) char *fifo = path_join(folder, "tree/sub/fifo");

                ok(mkfifo(fifo, 0600) == 0);
                ok(adopt_tree(tree, &special) == -EINVAL);
                ok(strstr(special.message, "sub/fifo"));
        }
}

int main(void) {
        _cleanup_(store_closep) Store *s = NULL;
        Error e = ERROR_NULL;

        ok(mkdtemp(folder));
        ok(asprintf(&scope.state, "%s/state", folder) > 0 &&
           asprintf(&scope.data, "%s/data", folder) > 0);

        ok(store_open(&scope, /* create= */ false, &e, &s) == -ENOENT);
        error_clear(&e);
        ok(store_open(&scope, /* create= */ true, &e, &s) == 0);
        test_life(s);
        test_damaged(s);
        test_adopt_refuses();
        ok(remove_tree_at(AT_FDCWD, folder) == 0);
        scope_done(&scope);
        return tap_done();
}
