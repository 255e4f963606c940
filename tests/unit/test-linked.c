/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/path-chain.h"
#include "basic/path.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "basic/user.h"
#include "model/package.h"
#include "store/linked-folder.h"
#include "store/package-file.h"
#include "tap.h"

#define RACE_TRIES 5000

static char root[] = "/tmp/test-linked.XXXXXX";

static char *at(const char *name) {
        static char paths[4][256];
        static unsigned n;
        char *path = paths[n++ % ELEMENTSOF(paths)];

        (void) snprintf(path, sizeof(paths[0]), "%s/%s", root, name);
        return path;
}

static void put_package(const char *folder, const char *name) {
        _cleanup_(closep) int fd = open(at(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(freep) char *text = NULL;

        ok(asprintf(&text, "{\"name\":\"%s\",\"version\":\"1.0.0\",\"main\":\"x.js\"}", name) > 0);
        ok(write_file_atomic_at(fd, "package.json", text, strlen(text), 0644) == 0);
}

/* -- the chain of folders ----------------------------------------------------------------------------------- */

static void test_open(void) {
        static const struct {
                const char *path, *clause;
                int r;
        } table[] = {
                { "way/to/folder", NULL, 0 },
                { "way//to/folder/", NULL, 0 },
                { "way/link", "way/link is a symlink", -ELOOP },
                { "link/to/folder", "link is a symlink", -ELOOP },
                { "way/loop/x", "loop is a symlink", -ELOOP },
                { "way/file", "file is not a directory", -ENOTDIR },
                { "way/none/folder", "way/none does not exist", -ENOENT },
                { "way/../way/to", "..", -EINVAL },
        };

        ok(mkdir_parents(at("way/to/folder"), 0755) == 0);
        ok(symlink("to/folder", at("way/link")) == 0 && symlink("way", at("link")) == 0 &&
           symlink("loop", at("way/loop")) == 0);
        ok(mknod(at("way/file"), S_IFREG | 0644, 0) == 0);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                _cleanup_(closep) int fd = -EBADF;
                _cleanup_(path_chain_done) PathChain chain = {};

                fd = path_chain_open(at(table[i].path), &e, &chain);
                ok(table[i].r == 0 ? fd >= 0 : fd == table[i].r);
                ok(!table[i].clause || (e.message && strstr(e.message, table[i].clause)));
                /* /, tmp, the root of ours, and what is named */
                ok(table[i].r < 0 || chain.n == 6);
        }
        ok(path_chain_open("way/to/folder", NULL, NULL) == -EINVAL);
}

static void test_check(void) {
        static const uid_t trusted[] = { 40001, 40002 };
        const struct {
                PathChainStep step;
                const char *clause; /* NULL: fine */
        } table[] = {
                { { .uid = 0, .mode = 0755 }, NULL },
                { { .uid = 40001, .mode = 0700 }, NULL },
                { { .uid = 40002, .mode = 0755 }, NULL },
                { { .uid = 40003, .mode = 0755 }, "/srv is owned by '40003'" },
                { { .uid = 40003, .mode = 01777 }, "/srv is owned by '40003'" },
                { { .uid = 0, .mode = 01777 }, "every user may write to /srv" },
                { { .uid = 0, .mode = 0777 }, "'chmod o-w /srv'" },
                { { .uid = 40001, .mode = 0702 }, "'chmod o-w /srv'" },
                { { .uid = 0, .gid = 40009, .mode = 0775 }, "the group '40009' may write to /srv" },
                { { .uid = 40001, .gid = 40001, .mode = 02775 }, "'chmod g-w /srv'" },
                { { .uid = 0, .gid = 0, .mode = 0775, .acl = true }, "'setfacl -b /srv'" },
                { { .uid = 0, .gid = 40009, .mode = 0755, .acl = true }, NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                PathChainStep steps[] = { { .length = 1, .mode = 0755 }, table[i].step };
                _cleanup_(error_clear) Error e = ERROR_NULL;

                steps[1].length = strlen("/srv");
                ok(path_chain_check(&(PathChain) { steps, 2 }, "/srv/x", trusted, 2, &e) ==
                   (table[i].clause ? -EPERM : 0));
                ok(!table[i].clause || (e.message && strstr(e.message, table[i].clause)));
        }
        ok(group_is_private(40009, 0) == 0);
        ok(group_is_private(0, 40001) == 0);
}

/* -- the folder -------------------------------------------------------------------------------- */

static Module link_folder(const char *name) {
        Module m = { .name = strdup("tool"),
                     .version = strdup("1.0.0"),
                     .link = strdup(at(name)),
                     .package = strdup(at(name)),
                     .linked = { .user = UID_NONE } };
        _cleanup_(closep) int fd = path_chain_open(m.link, NULL, NULL);

        ok(fd >= 0 && linked_identify(fd, &m.linked) == 0 && m.linked.recorded);
        return m;
}

static void opens(const Module *m, int want, const char *clause) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int fd = linked_open(m, &e);

        ok(want == 0 ? fd >= 0 : fd == want);
        ok(!clause || (e.message && strstr(e.message, clause)));
}

static void test_same(void) {
        _cleanup_(module_done) Module m = {};
        LinkedFolder was;

        ok(mkdir_parents(at("home/work"), 0755) == 0);
        m = link_folder("home/work");
        was = m.linked;
        opens(&m, 0, NULL);

        ok(rename(at("home/work"), at("home/old")) == 0);
        opens(&m, -ENOENT, "home/work does not exist");
        ok(symlink("old", at("home/work")) == 0);
        opens(&m, -ESTALE, "home/work is a symlink; to use what is there, link it again");
        ok(unlink(at("home/work")) == 0 && mkdir(at("home/work"), 0755) == 0);
        opens(&m, -ESTALE,
              "is not the directory that was linked, but was created or moved there later");
        ok(rmdir(at("home/work")) == 0 && rename(at("home/old"), at("home/work")) == 0);
        opens(&m, 0, NULL);

        /* a parent */
        ok(rename(at("home"), at("other")) == 0 && symlink("other", at("home")) == 0);
        opens(&m, -ESTALE, "home is a symlink");
        ok(unlink(at("home")) == 0 && mkdir_parents(at("home/work"), 0755) == 0);
        opens(&m, -ESTALE, "pm2ctl install");
        ok(rmdir(at("home/work")) == 0 && rmdir(at("home")) == 0 &&
           rename(at("other"), at("home")) == 0);

        m.linked.owner = was.owner + 1;
        opens(&m, -ESTALE, "that was owned by");
        m.linked = was;
        m.linked.device++;
        m.linked.filesystem = 0;
        opens(&m, -ESTALE, NULL);
        m.linked.filesystem = was.filesystem;
        opens(&m, was.filesystem ? 0 : -ESTALE, NULL);
        m.linked.filesystem++;
        opens(&m, -ESTALE, NULL);
}

static void test_file(void) {
        static const struct {
                const char *linked, *clause;
        } bad[] = {
                { "{}", "linked.owner" },
                { "7", "linked.owner" },
                { "{\"owner\":-1,\"device\":1,\"inode\":1}", "linked.owner" },
                { "{\"owner\":4294967295,\"device\":1,\"inode\":1}", "linked.owner" },
                { "{\"owner\":1,\"user\":\"x\",\"device\":1,\"inode\":1}", "linked.user" },
                { "{\"owner\":1,\"device\":\"1\",\"inode\":1}", "linked.device" },
                { "{\"owner\":1,\"device\":1}", "linked.inode" },
                { "{\"owner\":1,\"device\":1,\"inode\":1,\"filesystem\":[]}", "linked.filesystem" },
        };
        _cleanup_(module_done) Module m = link_folder("home/work"), got = {};
        _cleanup_(closep) int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        m.linked.inode = UINT64_MAX;
        m.linked.filesystem = UINT64_MAX - 1;
        m.linked.user = 12;
        ok(module_file_write(fd, &m) == 0);
        ok(module_file_read(fd, MODULE_FILE, NULL, &got) == 0);
        ok(got.linked.recorded && got.linked.owner == m.linked.owner && got.linked.user == 12 &&
           got.linked.device == m.linked.device && got.linked.inode == UINT64_MAX &&
           got.linked.filesystem == UINT64_MAX - 1);
        module_done(&got);

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_(freep) char *text = NULL;
                _cleanup_(error_clear) Error e = ERROR_NULL;

                ok(asprintf(&text,
                            "{\"format\":1,\"name\":\"tool\",\"version\":\"1\",\"pm_id\":1,"
                            "\"linked\":%s}",
                            bad[i].linked) > 0);
                ok(write_file_atomic_at(fd, MODULE_FILE, text, strlen(text), 0644) == 0);
                ok(module_file_read(fd, MODULE_FILE, &e, &got) == -EBADMSG && e.message &&
                   strstr(e.message, bad[i].clause));
        }
}

/* -- the race ---------------------------------------------------------------------------------- */

static pid_t flip(const char *a, const char *b) {
        pid_t pid = fork();

        if (pid == 0)
                (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (pid == 0)
                (void) renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
        return pid;
}

/* Whatever stands at the path when it is looked at, what is read is of the folder that was linked.
 */
static void test_race(const char *other) {
        _cleanup_(module_done) Module m = link_folder("race");
        unsigned won = 0, refused = 0, lost = 0;
        const pid_t pid = flip(at("race"), at(other));

        ok(pid > 0);
        for (unsigned i = 0; i < RACE_TRIES || ((!won || !refused) && i < 100 * RACE_TRIES); i++) {
                _cleanup_(package_done) Package p = {};
                int r = store_read_package(&m, NULL, &p);

                won += r >= 0;
                refused += r == -ESTALE;
                lost += (r >= 0 && !streq(p.name, "mine")) || (r < 0 && r != -ESTALE);
        }
        ok(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
        printf("# against %s: %u read, %u refused\n", other, won, refused);
        ok(won > 0 && refused > 0);
        ok(lost == 0);
        /* as it was */
        if (access(at("race/mine"), F_OK) < 0)
                ok(renameat2(AT_FDCWD, at("race"), AT_FDCWD, at(other), RENAME_EXCHANGE) == 0);
}

int main(void) {
        ok(mkdtemp(root) != NULL);
        test_open();
        test_check();
        test_same();
        test_file();

        ok(mkdir(at("race"), 0755) == 0 && mkdir(at("race-folder"), 0755) == 0 &&
           mkdir(at("race/mine"), 0755) == 0);
        put_package("race", "mine");
        put_package("race-folder", "theirs");
        ok(symlink("race-folder", at("race-link")) == 0);
        ok(symlink("nothing", at("race-dangling")) == 0);
        test_race("race-link");
        test_race("race-folder");
        test_race("race-dangling");
        ok(remove_tree_at(AT_FDCWD, root) == 0);
        return tap_done();
}
