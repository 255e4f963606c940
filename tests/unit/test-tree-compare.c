/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "store/tree-compare.h"
#include "tap.h"

static char root[] = "/tmp/test-tree-compare-XXXXXX";

/* A file of this text, with the folders above it. */
static void make(const char *tree, const char *path, const char *text) {
        _cleanup_(freep) char *whole = NULL, *folder = NULL;
        _cleanup_(closep) int fd = -EBADF;

        ok(strdupf(&whole, "%s/%s/%s", root, tree, path) == 0);
        folder = strdup(whole);
        *strrchr(folder, '/') = 0;
        ok(mkdir_parents(folder, 0700) >= 0);
        fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        ok(fd >= 0 && write_all(fd, text, strlen(text)) == 0);
}

static bool has_all(const char *tree, const char *wanted, bool sizes) {
        _cleanup_(closep) int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(closep) int tree_fd = open_folder(root_fd, tree);
        _cleanup_(closep) int wanted_fd = open_folder(root_fd, wanted);

        return tree_has_all(tree_fd, wanted_fd, sizes);
}

static int link_at(const char *target, const char *path) {
        _cleanup_(freep) char *whole = NULL;

        if (strdupf(&whole, "%s/%s", root, path) < 0)
                return -ENOMEM;
        (void) unlink(whole);
        return symlink(target, whole);
}

static void test_entries(void) {
        make("wanted", "a/b/c.js", "1");
        make("tree", "a/b/c.js", "2");
        ok(has_all("tree", "wanted", /* sizes= */ true));
        make("tree", "a/more.js", "x");
        ok(has_all("tree", "wanted", true)); /* what is there beside it does not count */
        ok(!has_all("wanted", "tree", true));
        make("tree", "a/b/c.js", "longer");
        ok(!has_all("tree", "wanted", true));
        ok(has_all("tree", "wanted", /* sizes= */ false));
}

static void test_links(void) {
        ok(link_at("b/c.js", "wanted/a/link") == 0);
        ok(!has_all("tree", "wanted", false));
        ok(link_at("b/c.js", "tree/a/link") == 0);
        ok(has_all("tree", "wanted", false));
        ok(link_at("/etc/passwd", "tree/a/link") == 0);
        ok(!has_all("tree", "wanted", false));
        /* a file where a link is wanted, and a link to a folder where a folder is */
        ok(link_at("b/c.js", "tree/a/link") == 0);
        make("file", "a/b/c.js", "1");
        make("file", "a/link", "b/c.js");
        ok(!has_all("file", "wanted", false));
        make("linked", "x", "");
        ok(link_at("../wanted/a", "linked/a") == 0);
        ok(!has_all("linked", "wanted", false));
}

static void test_depth(void) {
        char path[1024] = "";

        for (int i = 0; i < 250; i++)
                strcat(path, "d/");
        strcat(path, "x");
        make("deep", path, "1");
        ok(!has_all("deep", "deep", true));
}

int main(void) {
        ok(mkdtemp(root));
        test_entries();
        test_links();
        test_depth();
        ok(remove_tree_at(AT_FDCWD, root) >= 0);
        return tap_done();
}
