/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/clock.h"
#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "module/watch-tree.h"
#include "tap.h"

#define LIST(...) ((char *const[]) { __VA_ARGS__, NULL })

static char root[] = "/tmp/test-watch-XXXXXX";

static void make(const char *name) {
        _cleanup_(closep) int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        ok(fd >= 0 && write(fd, "x", 1) == 1);
}

static void test_rules(void) {
        const struct {
                char *const *paths, *const *ignore;
                const char *path;
                bool folder, wanted;
        } table[] = {
                { NULL, NULL, "a", false, true },
                { NULL, NULL, "a/b/c.js", false, true },
                { LIST((char *) "src"), NULL, "src", true, true },
                { LIST((char *) "src"), NULL, "src/a.js", false, true },
                { LIST((char *) "src"), NULL, "src2/a.js", false, false },
                { LIST((char *) "src"), NULL, "index.js", false, false },
                { LIST((char *) "."), NULL, "index.js", false, true },
                { LIST((char *) "a/b"), NULL, "a", true, true },
                { LIST((char *) "a/b"), NULL, "a", false, false },
                { LIST((char *) "a/b"), NULL, "a/c", true, false },
                { LIST((char *) "x", (char *) "index.js"), NULL, "index.js", false, true },
                { NULL, LIST((char *) "logs"), "logs/a.txt", false, false },
                { NULL, LIST((char *) "logs"), "deep/logs/a.txt", false, false },
                { NULL, LIST((char *) "client/img"), "client/img/a.png", false, false },
                { NULL, LIST((char *) "client/img"), "x/client/img/a.png", false, true },
                { NULL, LIST((char *) "./client/img/"), "client/img", true, false },
                { NULL, LIST((char *) "*.log"), "a/b.log", false, false },
                { NULL, LIST((char *) "*.log"), "a/b.log.js", false, true },
                { NULL, LIST((char *) "data/*.json"), "data/x.json", false, false },
                { NULL, LIST((char *) "data/**"), "data/x/y", false, false },
                { NULL, LIST((char *) "**/tmp"), "a/tmp/b", false, false },
                { NULL, LIST((char *) "[ab].js"), "b.js", false, false },
                { LIST((char *) "src"), LIST((char *) "src/gen"), "src/gen/a.js", false, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                WatchRule rule = { .paths = table[i].paths, .ignore = table[i].ignore };

                ok(watch_rule_wants(&rule, table[i].path, table[i].folder) == table[i].wanted);
        }
        ok(watch_name_is_ignored("node_modules") && watch_name_is_ignored(".git") &&
           watch_name_is_ignored("index.js~") && !watch_name_is_ignored("index.js"));
}

static int refresh(WatchRule *rules, size_t n, WatchTree **tree) {
        _cleanup_(closep) int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

        return watch_tree_refresh(fd, root, rules, n, NULL, tree);
}

/* Changes made by a child while we wait; it goes on until we have seen enough. */
static void test_burst(void) {
        WatchRule rules[] = {
                { .paths = LIST((char *) "one") },
                { .paths = LIST((char *) "two"), .delay_usec = 400 * USEC_PER_MSEC },
        };
        _cleanup_(watch_tree_closep) WatchTree *tree = NULL;
        uint64_t begin;

        ok(mkdir("one", 0700) == 0 && mkdir("two", 0700) == 0 && mkdir("three", 0700) == 0);
        ok(refresh(rules, 2, &tree) == 0);
        ok(watch_tree_count(tree) == 3); /* the third is nobody's */

        for (int i = 0; i < 50; i++)
                make("one/a");
        make("three/a");
        make("one/.hidden");
        ok(watch_tree_wait(tree, rules, 2, NULL) == 0);
        ok(rules[0].changed && !rules[1].changed);

        /* as much quiet as asked for */
        make("two/a");
        begin = now_usec();
        ok(watch_tree_wait(tree, rules, 2, NULL) == 0);
        ok(!rules[0].changed && rules[1].changed);
        ok(now_usec() - begin >= 400 * USEC_PER_MSEC);

        /* a new folder, and what is in it once it is known; one that moves */
        ok(mkdir("one/deep", 0700) == 0);
        ok(watch_tree_wait(tree, rules, 2, NULL) == 0 && rules[0].changed);
        ok(refresh(rules, 2, &tree) == 0 && watch_tree_count(tree) == 4);
        make("one/deep/x");
        ok(watch_tree_wait(tree, rules, 2, NULL) == 0 && rules[0].changed);
        ok(rename("one/deep", "two/deep") == 0);
        ok(watch_tree_wait(tree, rules, 2, NULL) == 0 && rules[0].changed && rules[1].changed);
        ok(refresh(rules, 2, &tree) == 0 && watch_tree_count(tree) == 4);
        make("two/deep/y");
        ok(watch_tree_wait(tree, rules, 2, NULL) == 0 && !rules[0].changed && rules[1].changed);
        ok(remove("two/deep/x") == 0 && remove("two/deep/y") == 0 && remove("two/deep") == 0);
        ok(watch_tree_wait(tree, rules, 2, NULL) == 0);
        ok(watch_tree_count(tree) == 3);
}

/* Ten thousand folders, and what is said where so many may not be watched. The limit is that of a
 * user namespace of our own. */
static void test_many(void) {
        WatchRule rule = {};
        pid_t pid;
        int status;

        for (int i = 0; i < 100; i++)
                for (int k = -1; k < 100; k++) {
                        char name[64];

                        (void) snprintf(name, sizeof(name), k < 0 ? "many-%d" : "many-%d/%d", i, k);
                        if (mkdir(name, 0700) < 0)
                                ok(false);
                }

        pid = fork();
        if (pid == 0) {
                _cleanup_(closep) int fd = -EBADF, root_fd = -EBADF;
                WatchTree *tree = NULL;
                Error e = ERROR_NULL;

                if (unshare(CLONE_NEWUSER) < 0)
                        _exit(77);
                fd = open("/proc/sys/user/max_inotify_watches", O_WRONLY | O_CLOEXEC);
                if (fd < 0 || write(fd, "5000", 4) != 4)
                        _exit(77);
                root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
                _exit(watch_tree_refresh(root_fd, root, &rule, 1, &e, &tree) == -ENOSPC &&
                                      e.message && strstr(e.message, "(5000 were)") &&
                                      strstr(e.message, "fs.inotify.max_user_watches")
                              ? 0
                              : 1);
        }
        ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
        if (WEXITSTATUS(status) == 77)
                printf("# no user namespace with a limit of its own to be had here\n");
        else
                ok(WEXITSTATUS(status) == 0);

        {
                _cleanup_(watch_tree_closep) WatchTree *tree = NULL;

                ok(refresh(&rule, 1, &tree) == 0);
                ok(watch_tree_count(tree) == 10104);
                make("many-99/99/a");
                ok(watch_tree_wait(tree, &rule, 1, NULL) == 0 && rule.changed);
        }
}

int main(void) {
        if (!mkdtemp(root) || chdir(root) < 0)
                return 1;
        test_rules();
        test_burst();
        test_many();
        ok(chdir("/") == 0 && remove_tree_at(AT_FDCWD, root) == 0);
        return tap_done();
}
