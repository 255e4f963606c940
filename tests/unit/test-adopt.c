/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Trees that somebody still holds when they are adopted: whatever that one does afterwards, nothing
 * in them changes. As root the holder is another user, who owned the tree. */

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "store/adopt.h"
#include "store/copy.h"
#include "tap.h"

#define HOLDER      65533
#define LEASES      "/proc/sys/fs/leases-enable"
#define TEXT        "original"
#define FILES_RACED 200

static char folder[] = "/tmp/test-adopt.XXXXXX";
static int dir_fd;
static bool root;

static bool write_text(int fd, const char *text) {
        return pwrite(fd, text, strlen(text), 0) == (ssize_t) strlen(text);
}

static bool make_file(const char *path, mode_t mode) {
        _cleanup_(closep) int fd = openat(dir_fd, path, O_RDWR | O_CREAT | O_CLOEXEC, mode);

        return fd >= 0 && fchmod(fd, mode) >= 0 && write_text(fd, TEXT) &&
               (!root || fchown(fd, HOLDER, HOLDER) >= 0);
}

static bool make_folder(const char *path, mode_t mode) {
        _cleanup_(closep) int fd = open_or_mkdir_at(dir_fd, path, mode);

        return fd >= 0 && fchmod(fd, mode) >= 0 && (!root || fchown(fd, HOLDER, HOLDER) >= 0);
}

/* A file, a program and a folder with a file, all of them open to everybody. */
static void make_tree(void) {
        ok(remove_tree_at(dir_fd, "tree") == 0);
        ok(make_folder("tree", 0777) && make_folder("tree/sub", 0777));
        ok(make_file("tree/file", 0666) && make_file("tree/program", 04777) &&
           make_file("tree/sub/file", 0666));
}

static int adopt(void) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        char path[sizeof(folder) + 8];
        int r;

        (void) snprintf(path, sizeof(path), "%s/tree", folder);
        r = adopt_tree(path, &e);
        if (r < 0)
                printf("# %s\n", error_text(&e, r));
        return r;
}

static int open_at(const char *path, int flags) {
        return openat(dir_fd, path, flags | O_CLOEXEC);
}

static ino_t inode(const char *path) {
        struct stat st;

        return fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 ? 0 : st.st_ino;
}

/* As it was made, and closed to all but us. */
static bool is_original(const char *path) {
        _cleanup_(freep) char *text = NULL;
        struct stat st;

        return read_file_at(dir_fd, path, 4096, &text, NULL) >= 0 && streq(text, TEXT) &&
               fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) >= 0 && st.st_uid == geteuid() &&
               (st.st_mode & 07022) == 0 && st.st_nlink == 1;
}

static bool is_tree_original(void) {
        return is_original("tree/file") && is_original("tree/program") &&
               is_original("tree/sub/file");
}

/* Whether `call` succeeds for the holder, who has `fd`. */
static bool holder_can(bool (*call)(int fd), int fd) {
        pid_t child = fork();
        int status;

        if (child == 0) {
                if (root && (setgroups(0, NULL) < 0 || setresgid(HOLDER, HOLDER, HOLDER) < 0 ||
                             setresuid(HOLDER, HOLDER, HOLDER) < 0))
                        _exit(2);
                _exit(call(fd) ? 0 : 1);
        }
        (void) waitpid(child, &status, 0);
        return !WIFEXITED(status) || WEXITSTATUS(status) != 1;
}

static bool reopen(int fd) {
        char path[64];

        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        return open(path, O_WRONLY | O_CLOEXEC) >= 0;
}

static bool change_mode(int fd) {
        return fchmod(fd, 0666) >= 0;
}

static bool create(int fd) {
        return openat(fd, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0666) >= 0;
}

static bool take_away(int fd) {
        return unlinkat(fd, "file", 0) >= 0 || renameat(fd, "file", fd, "other") >= 0;
}

static bool swap(int fd) {
        return symlinkat("/etc/passwd", fd, "new") >= 0 || renameat(fd, "program", fd, "file") >= 0;
}

/* -- files ---------------------------------------------------------------------------- */

static void test_unheld(void) {
        ino_t file, program;

        make_tree();
        file = inode("tree/file");
        program = inode("tree/program");
        ok(adopt() == 0);
        ok(is_tree_original());
        ok(inode("tree/file") == file && inode("tree/program") == program); /* without a copy */
        ok(adopt() == 0 && is_tree_original());
}

static void test_open_file(void) {
        _cleanup_(closep) int written = -EBADF, appended = -EBADF, read_only = -EBADF;
        ino_t program;

        make_tree();
        written = open_at("tree/file", O_RDWR);
        appended = open_at("tree/sub/file", O_WRONLY | O_APPEND);
        read_only = open_at("tree/program", O_RDONLY);
        program = inode("tree/program");
        ok(adopt() == 0);
        ok(write_text(written, "tampered") && ftruncate(written, 100) >= 0);
        ok(write(appended, "more", 4) == 4);
        ok(is_tree_original());
        ok(inode("tree/program") == program); /* who only reads does no harm */
        if (root) {
                ok(!holder_can(reopen, read_only));
                ok(!holder_can(change_mode, read_only));
        }
}

/* The descriptor is closed, the memory stays. */
static void test_mapped(void) {
        int fd;
        char *p;

        make_tree();
        fd = open_at("tree/file", O_RDWR);
        p = mmap(NULL, strlen(TEXT), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        ok(p != MAP_FAILED && close(fd) >= 0);
        ok(adopt() == 0);
        (void) memcpy(p, "tampered", strlen(TEXT));
        ok(msync(p, strlen(TEXT), MS_SYNC) >= 0);
        ok(is_tree_original());
        (void) munmap(p, strlen(TEXT));

        /* a mapping that may be made writable later */
        make_tree();
        fd = open_at("tree/file", O_RDWR);
        p = mmap(NULL, strlen(TEXT), PROT_READ, MAP_SHARED, fd, 0);
        ok(p != MAP_FAILED && close(fd) >= 0);
        ok(adopt() == 0);
        ok(mprotect(p, strlen(TEXT), PROT_READ | PROT_WRITE) >= 0);
        (void) memcpy(p, "tampered", strlen(TEXT));
        ok(is_tree_original());
        (void) munmap(p, strlen(TEXT));
}

static void test_linked(void) {
        _cleanup_(closep) int fd = -EBADF;

        make_tree();
        ok(linkat(dir_fd, "tree/file", dir_fd, "elsewhere", 0) >= 0);
        ok(linkat(dir_fd, "tree/program", dir_fd, "tree/sub/again", 0) >= 0);
        ok(adopt() == 0);
        ok(is_tree_original() && is_original("tree/sub/again"));
        fd = open_at("elsewhere", O_RDWR);
        ok(write_text(fd, "tampered") && is_tree_original());
        ok(unlinkat(dir_fd, "elsewhere", 0) >= 0);
}

/* Of another file system there is a copy, in any case. */
static void test_leases_off(void) {
        _cleanup_(closep) int sysctl = open(LEASES, O_WRONLY | O_CLOEXEC), fd = -EBADF;
        ino_t file;

        if (sysctl < 0 || write(sysctl, "0", 1) != 1) {
                printf("# leases cannot be switched off here\n");
                return;
        }
        make_tree();
        file = inode("tree/file");
        fd = open_at("tree/file", O_RDWR);
        ok(adopt() == 0);
        (void) pwrite(sysctl, "1", 1, 0);
        ok(write_text(fd, "tampered") && is_tree_original());
        ok(inode("tree/file") != file);
}

static void on_lease_broken(int signal) {}

static void test_foreign_lease(void) {
        _cleanup_(closep) int fd = -EBADF;

        make_tree();
        (void) signal(SIGIO, on_lease_broken);
        fd = open_at("tree/file", O_RDWR);
        if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0) {
                printf("# no leases here\n");
                return;
        }
        ok(adopt() == -EBUSY);
        (void) fcntl(fd, F_SETLEASE, F_UNLCK);
        ok(adopt() == 0 && write_text(fd, "tampered") && is_tree_original());
        (void) signal(SIGIO, SIG_DFL);
}

/* A file that claims to have more than any disk. */
static void test_sparse(void) {
        _cleanup_(closep) int fd = -EBADF;
        struct stat st;

        make_tree();
        fd = open_at("tree/file", O_RDWR);
        ok(ftruncate(fd, (off_t) 1 << 40) >= 0 && pwrite(fd, "end", 3, (off_t) 1 << 39) == 3);
        ok(adopt() == 0);
        ok(fstatat(dir_fd, "tree/file", &st, 0) >= 0 && st.st_size == (off_t) 1 << 40 &&
           st.st_blocks < 1024);
        ok(inode("tree/file") != 0 && fstat(fd, &st) >= 0 && st.st_ino != inode("tree/file"));
}

/* -- folders -------------------------------------------------------------------------- */

static void test_open_folder(void) {
        static const int flags[] = { O_RDONLY | O_DIRECTORY, O_PATH };
        static bool (*const calls[])(int) = { create, take_away, swap, change_mode };

        for (size_t i = 0; root && i < ELEMENTSOF(flags); i++) {
                _cleanup_(closep) int top = -EBADF, sub = -EBADF;

                make_tree();
                top = open_at("tree", flags[i]);
                sub = open_at("tree/sub", flags[i]);
                ok(holder_can(create, sub)); /* so far */
                ok(adopt() == 0);
                for (size_t k = 0; k < ELEMENTSOF(calls); k++) {
                        ok(!holder_can(calls[k], top));
                        ok(!holder_can(calls[k], sub));
                }
                ok(is_tree_original());
        }
}

/* -- copies --------------------------------------------------------------------------- */

static void test_copy(void) {
        _cleanup_(closep) int from = -EBADF, to = -EBADF;
        char elsewhere[] = "/dev/shm/test-adopt.XXXXXX";
        char text[16] = "";

        make_tree();
        ok(symlinkat("sub/file", dir_fd, "tree-link") >= 0 &&
           renameat(dir_fd, "tree-link", dir_fd, "tree/link") >= 0);
        ok(adopt() == 0);
        from = open_folder(dir_fd, "tree");
        if (!mkdtemp(elsewhere)) {
                printf("# no second file system here\n");
                return;
        }
        to = open_folder(AT_FDCWD, elsewhere);
        ok(copy_tree(from, to, "copy") == 0);
        ok(readlinkat(to, "copy/link", text, sizeof(text) - 1) == 8 && streq(text, "sub/file"));
        ok(faccessat(to, "copy/program", X_OK, 0) >= 0 && faccessat(to, "copy/file", X_OK, 0) < 0);
        ok(copy_tree(from, to, "copy") == -EEXIST);
        ok(remove_tree_at(AT_FDCWD, elsewhere) == 0);
}

/* -- while it is adopted -------------------------------------------------------------- */

static void raced_name(unsigned i, char *ret) {
        (void) snprintf(ret, 32, "tree/sub/%u", i);
}

/* Opens what it can of the tree, as often as it can, until it is told to write through all of it;
 * says when it has begun. */
static int racer(int told, int begun) {
        int fds[900];
        size_t n = 0;
        char name[32], byte;

        if (root && (setgroups(0, NULL) < 0 || setresgid(HOLDER, HOLDER, HOLDER) < 0 ||
                     setresuid(HOLDER, HOLDER, HOLDER) < 0))
                return 2;
        for (unsigned i = 0; read(told, &byte, 1) < 0; i++) {
                int fd;

                raced_name(i % FILES_RACED, name);
                (void) fchmodat(dir_fd, name, 0666, 0);
                fd = open_at(name, O_RDWR);
                if (fd >= 0 && n < ELEMENTSOF(fds) && i / FILES_RACED < 4) {
                        fds[n++] = fd;
                        if (n == 1 && write(begun, "x", 1) < 0)
                                return 4;
                } else if (fd >= 0)
                        (void) close(fd);
                (void) linkat(dir_fd, name, dir_fd, "tree/linked", 0);
                (void) renameat(dir_fd, "tree/linked", dir_fd, "tree/sub/linked");
        }
        for (size_t i = 0; i < n; i++)
                (void) write_text(fds[i], "tampered");
        return n > 0 ? 0 : 3;
}

static void test_race(void) {
        int told[2], begun[2], status, changed = 0, r;
        char name[32], byte;
        pid_t child;

        if (!root)
                return;
        make_tree();
        for (unsigned i = 0; i < FILES_RACED; i++) {
                raced_name(i, name);
                (void) make_file(name, 0666);
        }
        ok(pipe2(told, O_CLOEXEC | O_NONBLOCK) >= 0 && pipe2(begun, O_CLOEXEC) >= 0);
        child = fork();
        if (child == 0)
                _exit(racer(told[0], begun[1]));
        (void) close(begun[1]); /* if it ends before, there is nothing to wait for */
        ok(read(begun[0], &byte, 1) == 1);
        (void) usleep(20000);
        r = adopt();
        ok(r == 0 || r == -ENOENT); /* it also takes names away */
        if (r < 0)
                ok(adopt() == 0);
        (void) usleep(5000);
        ok(write(told[1], "x", 1) == 1);
        (void) waitpid(child, &status, 0);
        ok(status == 0);
        for (unsigned i = 0; i < FILES_RACED; i++) {
                raced_name(i, name);
                changed += !is_original(name);
        }
        ok(changed == 0);
        (void) close(told[0]);
        (void) close(told[1]);
        (void) close(begun[0]);
}

int main(void) {
        root = geteuid() == 0;
        if (!mkdtemp(folder) || chmod(folder, 0755) < 0)
                return 77;
        dir_fd = open_folder(AT_FDCWD, folder);
        test_unheld();
        test_open_file();
        test_mapped();
        test_linked();
        test_leases_off();
        test_foreign_lease();
        test_sparse();
        test_open_folder();
        test_copy();
        for (unsigned i = 0; i < 5; i++)
                test_race();
        ok(remove_tree_at(AT_FDCWD, folder) == 0);
        return tap_done();
}
