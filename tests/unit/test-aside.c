/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Leftovers that cannot be removed: out of the way, named, and gone once they can be. */

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "store/aside.h"
#include "tap.h"

static int dir_fd;

static bool is_there(const char *path) {
        return faccessat(dir_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

static int make_file(const char *path) {
        return openat(dir_fd, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static bool set_immutable(int fd, bool on) {
        unsigned flags = on ? FS_IMMUTABLE_FL : 0;

        return ioctl(fd, FS_IOC_SETFLAGS, &flags) >= 0;
}

/* What is told of leftovers, one in each line. */
static char *told;

static void take_leftover(void *userdata, const Leftover *l) {
        _cleanup_(freep) char *before = told;

        ok(userdata == &dir_fd && l->r < 0);
        ok(strdupf(&told, "%s%s|%s|%s|%s\n", before ?: "", l->path, l->aside ?: "", l->clause,
                   l->remedy ?: "") >= 0);
}

static const LeftoverHandler handler = { take_leftover, &dir_fd };

static bool remove_left(void) {
        return remove_or_set_aside(dir_fd, "left", dir_fd, &handler);
}

static char *warning_of(bool (*call)(void), bool *ret) {
        free(TAKE_PTR(told));
        *ret = call();
        return told ? TAKE_PTR(told) : strdup("");
}

static void test_removable(void) {
        _cleanup_(freep) char *said = NULL;
        bool done;

        ok(mkdirat(dir_fd, "left", 0) >= 0);
        said = warning_of(remove_left, &done);
        ok(done && !is_there("left") && !is_there(".aside"));
        ok_str(said, "");
        ok(remove_path_or_set_aside("/tmp/no-such-folder/left", &handler));
}

/* -- the ways in which it cannot be removed --------------------------------------------- */

static void test_immutable_file(const char *folder) {
        _cleanup_(freep) char *said = NULL;
        bool done;
        int fd;

        ok(mkdirat(dir_fd, "left", 0700) >= 0 && mkdirat(dir_fd, "left/other", 0700) >= 0);
        fd = make_file("left/file");
        ok(set_immutable(fd, true));
        said = warning_of(remove_left, &done);
        ok(done && !is_there("left") && is_there(".aside"));
        ok(strstr(said, "/left|/") && strstr(said, "/.aside/left.") &&
           strstr(said, "|Operation not permitted|") && strstr(said, "chattr -i"));
        ok(strchr(said, '\n') == strrchr(said, '\n'));

        /* once more under the same name */
        ok(mkdirat(dir_fd, "left", 0700) >= 0 && remove_left() && !is_there("left"));
        remove_aside(folder);
        ok(is_there(".aside"));
        ok(set_immutable(fd, false));
        remove_aside(folder);
        ok(!is_there(".aside"));
        (void) close(fd);
}

static void test_immutable_folder(void) {
        _cleanup_(freep) char *said = NULL;
        bool done;
        int fd;

        ok(mkdirat(dir_fd, "left", 0700) >= 0);
        fd = open_folder(dir_fd, "left");
        ok(set_immutable(fd, true));
        said = warning_of(remove_left, &done);
        ok(!done && is_there("left"));
        ok(strstr(said, "/left||Operation not permitted|") != NULL);
        ok(set_immutable(fd, false));
        (void) close(fd);
        ok(remove_left() && !is_there("left"));
}

/* What has the name of the folder itself. */
static void test_no_place(const char *folder) {
        bool done;
        int fd;

        ok(close(make_file(".aside")) >= 0 && mkdirat(dir_fd, "left", 0700) >= 0);
        fd = make_file("left/file");
        ok(set_immutable(fd, true));
        free(warning_of(remove_left, &done));
        ok(!done && is_there("left/file"));
        remove_aside(folder);
        ok(is_there(".aside"));
        ok(set_immutable(fd, false) && remove_left() && unlinkat(dir_fd, ".aside", 0) >= 0);
        (void) close(fd);
}

int main(void) {
        char folder[] = "/tmp/test-aside.XXXXXX";
        int fd;

        if (!mkdtemp(folder))
                return 77;
        dir_fd = open_folder(AT_FDCWD, folder);
        test_removable();
        fd = make_file("flags");
        if (set_immutable(fd, true)) {
                ok(set_immutable(fd, false));
                test_immutable_file(folder);
                test_immutable_folder();
                test_no_place(folder);
        } else
                printf("# not root, or a file system without immutable files\n");
        (void) close(fd);
        ok(remove_tree_at(AT_FDCWD, folder) == 0);
        return tap_done();
}
