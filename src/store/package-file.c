/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/fs.h"
#include "basic/user.h"
#include "store/modules.h"

/* The child of read_as(): becomes the user, reads, writes what it read. Its exit status is the
 * errno. */
static int child_read(const char *folder, uid_t uid, gid_t gid, int fd) {
        _cleanup_(closep) int dir_fd = -EBADF;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
                return -errno;
        dir_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (dir_fd < 0)
                return -errno;
        r = read_file_at(dir_fd, "package.json", PACKAGE_JSON_MAX, &text, &size);
        return r < 0 ? r : write_all(fd, text, size);
}

static int read_as(const char *folder, uid_t uid, gid_t gid, char **ret, size_t *ret_size) {
        _cleanup_(closep) int in = -EBADF, out = -EBADF;
        _cleanup_(freep) char *text = NULL;
        int fds[2], status, r;
        size_t size;
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        in = fds[0];
        out = fds[1];

        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                _exit(-child_read(folder, uid, gid, out));

        out = safe_close(out);
        r = read_fd(in, PACKAGE_JSON_MAX, &text, &size);
        in = safe_close(in);
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        if (r < 0)
                return r;
        if (!WIFEXITED(status))
                return -EIO;
        if (WEXITSTATUS(status) != 0)
                return -WEXITSTATUS(status);

        *ret = TAKE_PTR(text);
        *ret_size = size;
        return 0;
}

static int read_text(const Module *m, char **ret, size_t *ret_size) {
        _cleanup_(closep) int fd = -EBADF;
        uid_t uid = geteuid();
        gid_t gid = getegid();
        int r;

        if (m->link && m->user) {
                r = user_lookup(m->user, &uid, &gid);
                if (r < 0)
                        return r;
        }
        if (uid != geteuid())
                return read_as(m->package, uid, gid, ret, ret_size);

        fd = open(m->package, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;
        return read_file_at(fd, "package.json", PACKAGE_JSON_MAX, ret, ret_size);
}

int store_read_package(const Module *m, Error *e, Package *ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_text(m, &text, &size);
        if (r == -EFBIG)
                return error_set(e, r, "%s/package.json is larger than %u bytes", m->package,
                                 PACKAGE_JSON_MAX);
        if (r < 0)
                return error_set(e, r, "cannot read %s/package.json: %s", m->package, strerror(-r));
        r = package_parse(text, size, e, ret);
        return r < 0 ? error_prefix(e, r, "%s/package.json", m->package) : 0;
}
