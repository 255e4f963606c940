/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Removing trees that were made not to be removed, with 64 descriptors. As root each is tried as
 * another user, too. */

#include <fcntl.h>
#include <grp.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "tap.h"

#define NOBODY 65534

static int dir_fd;

/* `n` folders in each other below a new folder "tree"; returns the descriptor of the last one. */
static int make_deep(unsigned n, const char *name) {
        int fd = open_or_mkdir_at(dir_fd, "tree", 0755);

        for (unsigned i = 0; i < n; i++) {
                int next = open_or_mkdir_at(fd, name, 0755);

                (void) close(fd);
                fd = next;
        }
        return fd;
}

static bool make_file(int fd, const char *name, mode_t mode) {
        int file = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

        return file >= 0 && close(file) >= 0;
}

static bool is_there(const char *path) {
        struct stat st;

        return fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) >= 0;
}

static bool removes(void) {
        return remove_tree_at(dir_fd, "tree") == 0 && !is_there("tree");
}

static void test_deep(void) {
        char name[256] = "";

        (void) close(make_deep(600, "d"));
        ok(removes());
        (void) close(make_deep(5000, "d"));
        ok(removes());
        /* far beyond PATH_MAX, with names as long as they may be */
        (void) memset(name, 'n', 255);
        (void) close(make_deep(700, name));
        ok(removes());
        (void) close(make_deep(33, "d"));
        ok(removes());
}

/* A deep folder in each of many folders. */
static void test_branches(void) {
        bool made = true;

        for (unsigned i = 0; i < 20; i++) {
                char name[16];
                int fd = make_deep(i * 5, "d");

                for (unsigned k = 0; k < 20; k++) {
                        (void) snprintf(name, sizeof(name), "%u", k);
                        made = made && make_file(fd, name, 0600);
                }
                (void) snprintf(name, sizeof(name), "side-%u", i);
                made = made && mkdirat(fd, name, 0700) >= 0;
                (void) close(fd);
        }
        ok(made);
        ok(removes());
}

static void test_wide(void) {
        int fd = make_deep(1, "d");
        bool made = true;

        for (unsigned i = 0; i < 100000; i++) {
                char name[16];

                (void) snprintf(name, sizeof(name), "%u", i);
                made = made && make_file(fd, name, 0600);
        }
        (void) close(fd);
        ok(made);
        ok(removes());
}

static void test_kinds(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "tree/socket" };
        int fd = make_deep(0, NULL), s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        char name[256] = "";

        (void) memset(name, '\n', 255);
        ok(fchdir(dir_fd) >= 0 && bind(s, (void *) &address, sizeof(address)) >= 0);
        ok(mkfifoat(fd, "fifo", 0) >= 0);
        ok(make_file(fd, "closed", 0) && make_file(fd, name, 0) && make_file(fd, "\xff\x1b[2J", 0));
        ok(mkdirat(dir_fd, "outside", 0755) >= 0 && mkdirat(dir_fd, "outside/kept", 0755) >= 0);
        ok(symlinkat("../outside", fd, "link") >= 0 && symlinkat("/", fd, "root") >= 0 &&
           symlinkat("loop", fd, "loop") >= 0);
        (void) close(s);
        (void) close(fd);
        ok(removes());
        ok(is_there("outside/kept"));

        ok(symlinkat("outside", dir_fd, "tree") >= 0);
        ok(removes());
        ok(make_file(dir_fd, "tree", 0));
        ok(removes());
        ok(removes()); /* it is not there */
        ok(remove_tree_at(dir_fd, "gone/tree") == 0);
        ok(remove_tree_at(dir_fd, "outside/kept") == 0 && is_there("outside"));
        ok(remove_tree_at(dir_fd, "outside") == 0);
}

/* Folders that their owner cannot read, enter or write to. */
static void test_closed(void) {
        static const mode_t modes[] = { 0, 0100, 0200, 0400, 0500, 01000 };

        for (size_t i = 0; i < ELEMENTSOF(modes); i++) {
                int fd = make_deep(100, "d"), middle = make_deep(35, "d");

                ok(make_file(fd, "file", 0) && fchmod(fd, modes[i]) >= 0 &&
                   fchmod(middle, modes[i]) >= 0);
                (void) close(fd);
                (void) close(middle);
                ok(removes());
        }
}

/* Somebody who moves folders about and makes new ones all the while. */
static void test_race(void) {
        pid_t child = fork();
        int status;

        if (child == 0) {
                (void) fchdir(dir_fd);
                for (;;) {
                        (void) mkdir("tree", 0755);
                        (void) mkdir("tree/a", 0755);
                        (void) mkdir("tree/a/b", 0755);
                        (void) rename("tree/a/b", "tree/c");
                        (void) rename("tree/a", "moved");
                        (void) rename("moved", "tree/c/a");
                        (void) symlink("..", "tree/b");
                        (void) rename("tree/b", "tree/c");
                }
        }
        for (unsigned i = 0; i < 200; i++) {
                int r = remove_tree_at(dir_fd, "tree");

                if (r != 0 && r != -EBUSY && r != -ENOENT && r != -ENOTEMPTY)
                        printf("# %s\n", strerror(-r));
        }
        (void) kill(child, SIGKILL);
        (void) waitpid(child, &status, 0);
        ok(removes());
        ok(remove_tree_at(dir_fd, "moved") == 0);
}

/* -- what only root can make ---------------------------------------------------------- */

static bool set_immutable(int fd, bool on) {
        unsigned flags = 0;

        if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
                return false;
        flags = on ? flags | FS_IMMUTABLE_FL : flags & ~(unsigned) FS_IMMUTABLE_FL;
        return ioctl(fd, FS_IOC_SETFLAGS, &flags) >= 0;
}

/* All but what cannot be removed goes, and comes to an end. */
static void test_immutable(void) {
        int fd = make_deep(100, "d"), file;

        ok(make_file(fd, "other", 0600));
        file = openat(fd, "file", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
        if (!set_immutable(file, true)) {
                ok(removes());
                printf("# this file system knows no immutable files\n");
        } else {
                ok(remove_tree_at(dir_fd, "tree") == -EPERM);
                ok(faccessat(fd, "other", F_OK, 0) < 0 && faccessat(fd, "file", F_OK, 0) >= 0);
                ok(set_immutable(file, false) && set_immutable(fd, true));
                ok(remove_tree_at(dir_fd, "tree") == -EPERM);
                ok(set_immutable(fd, false));
                ok(removes());
        }
        (void) close(file);
        (void) close(fd);
}

/* In a mount namespace of its own. */
static int mounts(void) {
        int fd = make_deep(40, "d");
        char path[64];

        /* a descriptor leads into the namespace that it was opened in, the working folder does not
         */
        if (fchdir(dir_fd) < 0 || unshare(CLONE_NEWNS) < 0 ||
            mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return 77;
        (void) close(fd);
        (void) dup3(open_folder(AT_FDCWD, "."), dir_fd, O_CLOEXEC);
        fd = make_deep(40, "d");
        if (mkdir("foreign", 0755) < 0 || mkdir("foreign/kept", 0755) < 0 ||
            mkdirat(fd, "folder", 0755) < 0 || !make_file(fd, "file", 0600) ||
            !make_file(dir_fd, "foreign/file", 0600))
                return 1;
        (void) fchdir(fd);
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d/foreign", dir_fd);
        if (mount(path, "folder", NULL, MS_BIND, NULL) < 0)
                return 77;
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d/foreign/file", dir_fd);
        if (mount(path, "file", NULL, MS_BIND, NULL) < 0)
                return 77;

        if (remove_tree_at(dir_fd, "tree") != -EBUSY || !is_there("foreign/kept"))
                return 2;
        if (umount2("folder", MNT_DETACH) < 0 || remove_tree_at(dir_fd, "tree") != -EBUSY)
                return 3;
        if (umount2("file", MNT_DETACH) < 0 || !removes())
                return 4;
        /* itself one */
        (void) fchdir(dir_fd);
        if (mkdir("tree", 0755) < 0 || mount("foreign", "tree", NULL, MS_BIND, NULL) < 0 ||
            remove_tree_at(dir_fd, "tree") != -EBUSY || !is_there("foreign/kept"))
                return 5;
        /* on the way there */
        if (mkdir("tree/below", 0755) < 0 || remove_tree_at(dir_fd, "tree/below") != 0 ||
            is_there("foreign/below"))
                return 6;
        (void) umount2("tree", MNT_DETACH);
        return 0;
}

static void test_mounts(void) {
        pid_t child = fork();
        int status;

        if (child == 0)
                _exit(mounts());
        (void) waitpid(child, &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
                printf("# no mounts here\n");
        else
                ok(status == 0);
        ok(removes());
        ok(remove_tree_at(dir_fd, "foreign") == 0);
}

/* Whoever still has a folder of it open can add nothing more. */
static int holder(int fd) {
        (void) setgroups(0, NULL);
        if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
                return 1;
        return mkdirat(fd, "more", 0755) < 0 ? 0 : 2;
}

static void test_holder(void) {
        int fd = make_deep(2, "d"), file = openat(fd, "file", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
        pid_t child;
        int status;

        ok(fchown(fd, NOBODY, NOBODY) >= 0);
        if (set_immutable(file, true)) {
                ok(remove_tree_at(dir_fd, "tree") == -EPERM);
                child = fork();
                if (child == 0)
                        _exit(holder(fd));
                (void) waitpid(child, &status, 0);
                ok(status == 0);
                ok(set_immutable(file, false));
        }
        ok(removes());
        (void) close(file);
        (void) close(fd);
}

static void test_all(void) {
        test_deep();
        test_branches();
        test_kinds();
        test_closed();
        test_race();
}

int main(void) {
        char folder[] = "/tmp/test-remove.XXXXXX";
        struct rlimit limit = { 64, 64 };
        bool root = geteuid() == 0;

        if (!mkdtemp(folder))
                return 77;
        dir_fd = open_folder(AT_FDCWD, folder);
        ok(setrlimit(RLIMIT_NOFILE, &limit) >= 0);
        test_all();
        test_wide();
        if (root) {
                test_immutable();
                test_mounts();
                test_holder();
                ok(fchown(dir_fd, NOBODY, NOBODY) >= 0 && setresuid(NOBODY, NOBODY, 0) >= 0);
                test_all();
                ok(setresuid(0, 0, 0) >= 0);
        }
        ok(remove_tree_at(AT_FDCWD, folder) == 0);
        return tap_done();
}
