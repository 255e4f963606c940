/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/path-chain.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "basic/string-util.h"
#include "basic/user.h"

void path_chain_done(PathChain *chain) {
        free(chain->steps);
        *chain = (PathChain) {};
}

/* -- opening ----------------------------------------------------------------------------------- */

static int find_acl(int fd, bool *ret) {
        char by_fd[64];

        (void) snprintf(by_fd, sizeof(by_fd), "/proc/self/fd/%d", fd);
        *ret = getxattr(by_fd, "system.posix_acl_access", NULL, 0) >= 0;
        return *ret || errno == ENODATA || errno == EOPNOTSUPP ? 0 : -errno;
}

static int add_step(int fd, size_t length, PathChain *chain) {
        struct stat st;
        bool acl = false;
        PathChainStep *grown;
        int r;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (st.st_mode & S_IWGRP) {
                r = find_acl(fd, &acl);
                if (r < 0)
                        return r;
        }
        grown = reallocarray(chain->steps, chain->n + 1, sizeof(PathChainStep));
        if (!grown)
                return -ENOMEM;
        chain->steps = grown;
        grown[chain->n++] = (PathChainStep) { length, st.st_uid, st.st_gid, st.st_mode, acl };
        return 0;
}

/* With O_NOFOLLOW and O_DIRECTORY a symlink is ENOTDIR. */
static int explain_failure(int fd, const char *path, size_t length, const char *name, int r,
                           Error *e) {
        struct stat st;

        if (r == -ENOTDIR && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) >= 0 &&
            S_ISLNK(st.st_mode))
                return error_set(e, -ELOOP, "%.*s is a symlink", (int) length, path);
        if (r == -ENOENT)
                return error_set(e, r, "%.*s does not exist", (int) length, path);
        if (r == -ENOTDIR)
                return error_set(e, r, "%.*s is not a directory", (int) length, path);
        return error_set(e, r, "cannot open %.*s: %s", (int) length, path, strerror(-r));
}

static int open_component(int fd, const char *path, size_t begin, size_t end, Error *e) {
        char name[NAME_MAX + 1];
        int child;

        if (end - begin > NAME_MAX)
                return explain_failure(fd, path, end, "", -ENAMETOOLONG, e);
        (void) snprintf(name, sizeof(name), "%.*s", (int) (end - begin), path + begin);
        if (streq(name, ".."))
                return explain_failure(fd, path, end, name, -EINVAL, e);
        child = openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return child < 0 ? explain_failure(fd, path, end, name, -errno, e) : child;
}

static int note_step(int fd, const char *path, size_t length, Error *e, PathChain *chain) {
        int r = chain ? add_step(fd, length, chain) : 0;

        return r < 0 ? error_set(e, r, "cannot examine %.*s: %s", (int) length, path, strerror(-r))
                     : 0;
}

int path_chain_open(const char *path, Error *e, PathChain *ret) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(path_chain_done) PathChain chain = {};
        int r;

        if (path[0] != '/')
                return error_set(e, -EINVAL, "'%s' is not an absolute path", path);
        fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_set(e, -errno, "cannot open /: %s", strerror(errno));
        r = note_step(fd, path, 1, e, ret ? &chain : NULL);
        if (r < 0)
                return r;

        for (size_t begin = 1 + strspn(path + 1, "/"), end; path[begin];
             begin = end + strspn(path + end, "/")) {
                int child;

                end = begin + strcspn(path + begin, "/");
                child = open_component(fd, path, begin, end, e);
                if (child < 0)
                        return child;
                (void) safe_close(fd);
                fd = child;
                r = note_step(fd, path, end, e, ret ? &chain : NULL);
                if (r < 0)
                        return r;
        }
        if (ret)
                *ret = TAKE_STRUCT(chain);
        return TAKE_FD(fd);
}

/* -- judging ----------------------------------------------------------------------------------- */

static bool is_trusted(uid_t uid, const uid_t *trusted, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (trusted[i] == uid)
                        return true;
        return uid == 0;
}

static int check_group(gid_t gid, const uid_t *trusted, size_t n) {
        int r;

        r = group_is_private(gid, 0);
        if (r != 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                r = group_is_private(gid, trusted[i]);
                if (r != 0)
                        return r;
        }
        return 0;
}

static int refuse_owner(const PathChainStep *s, const char *path, Error *e) {
        _cleanup_(freep) char *owner = NULL;
        int r;

        r = user_name(s->uid, &owner);
        if (r < 0)
                return r;
        return error_set(e, -EPERM,
                         "%.*s is owned by '%s', who could replace %s: move the directory to where "
                         "only root and its owner may write, such as its owner's home",
                         (int) s->length, path, owner, path);
}

/* Without the bit a folder that is meant for all would be of no use, so no chmod there. */
static int refuse_others(const PathChainStep *s, const char *path, Error *e) {
        const int length = (int) s->length;

        if (s->mode & S_ISVTX)
                return error_set(e, -EPERM,
                                 "every user may write to %.*s and could replace %s once it is "
                                 "removed: move the directory to where only root and its owner may "
                                 "write, such as its owner's home",
                                 length, path, path);
        return error_set(e, -EPERM,
                         "every user may write to %.*s and could change what runs from %s: run "
                         "'chmod o-w %.*s', or move the directory",
                         length, path, path, length, path);
}

static int refuse_group(const PathChainStep *s, const char *path, Error *e) {
        _cleanup_(freep) char *group = NULL;
        const int length = (int) s->length;
        int r;

        if (s->acl)
                return error_set(e, -EPERM,
                                 "other users may write to %.*s by its access control list and "
                                 "could change what runs from %s: run 'setfacl -b %.*s', or move "
                                 "the directory",
                                 length, path, path, length, path);
        r = group_name(s->gid, &group);
        if (r < 0)
                return r;
        return error_set(e, -EPERM,
                         "the group '%s' may write to %.*s and could change what runs from %s: run "
                         "'chmod g-w %.*s', or move the directory",
                         group, length, path, path, length, path);
}

int path_chain_check(const PathChain *chain, const char *path, const uid_t *trusted,
                     size_t n_trusted, Error *e) {
        assert(trusted || n_trusted == 0);

        for (size_t i = 0; i < chain->n; i++) {
                const PathChainStep *s = chain->steps + i;
                int r = 1;

                if (!is_trusted(s->uid, trusted, n_trusted))
                        return refuse_owner(s, path, e);
                if (s->mode & S_IWOTH)
                        return refuse_others(s, path, e);
                if (s->mode & S_IWGRP)
                        r = s->acl ? 0 : check_group(s->gid, trusted, n_trusted);
                if (r < 0)
                        return error_set(e, r, "cannot read the members of group %u: %s",
                                         (unsigned) s->gid, strerror(-r));
                if (r == 0)
                        return refuse_group(s, path, e);
        }
        return 0;
}

int path_chain_check_folder(int folder_fd, const char *path, const uid_t *trusted, size_t n_trusted,
                            Error *e) {
        _cleanup_(path_chain_done) PathChain chain = {};
        int r;

        r = note_step(folder_fd, path, strlen(path), e, &chain);
        return r < 0 ? r : path_chain_check(&chain, path, trusted, n_trusted, e);
}
