/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/remove.h"
#include "basic/string-util.h"
#include "store/adopt.h"

#define STAGING            "staging"
#define BROUGHT            "brought" /* "tree" is systemd's link to the private one */
#define STAGING_NUMBER_MAX 10000 /* installs at one time, and what killed ones left */

/* Where systemd keeps a dynamic user's tree: <parent of state>/private/pm2ctl/staging. */
static int private_folder(const Scope *scope, char **ret) {
        if (scope->kind != SCOPE_SYSTEM) {
                *ret = NULL;
                return 0;
        }
        return asprintf(ret, SYSTEM_STATE "/private/%s/" STAGING, path_basename(scope->state)) < 0
                       ? -ENOMEM
                       : 0;
}

/* Removes staging folder `name` in both its places. */
static int remove_staging(const Scope *scope, int staging_fd, const char *name) {
        _cleanup_(freep) char *private = NULL, *path = NULL;
        int r;

        r = private_folder(scope, &private);
        if (r < 0)
                return r;
        if (private) {
                path = path_join(private, name);
                if (!path)
                        return -ENOMEM;
                r = remove_tree_at(AT_FDCWD, path);
                if (r < 0)
                        return r;
        }
        return remove_tree_at(staging_fd, name);
}

/* Takes the lock of a staging folder if nobody has it: the descriptor, -EWOULDBLOCK. */
static int try_lock(int folder_fd) {
        _cleanup_(closep) int fd = -EBADF;

        fd = openat(folder_fd, ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        return flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : TAKE_FD(fd);
}

/* One entry, under the store's lock. */
static int clear_entry(const Scope *scope, int staging_fd, const char *name, StagingAbandon abandon,
                       void *userdata, Error *e) {
        _cleanup_(closep) int folder_fd = -EBADF, lock_fd = -EBADF;
        int r;

        if (!startswith(name, STAGING_REMOVED)) {
                folder_fd = open_folder(staging_fd, name);
                if (folder_fd >= 0)
                        lock_fd = try_lock(folder_fd);
                if (lock_fd == -EWOULDBLOCK)
                        return 0;
        }
        r = abandon(userdata, name, e);
        if (r >= 0)
                r = remove_staging(scope, staging_fd, name);
        return r < 0 ? error_set(e, r, "cannot remove %s/" STAGING "/%s: %s", scope->state, name,
                                 strerror(-r))
                     : 0;
}

int staging_clear(Store *s, const Scope *scope, StagingAbandon abandon, void *userdata, Error *e) {
        _cleanup_(closep) int store_lock_fd = -EBADF;
        _cleanup_(closedirp) DIR *d = NULL;
        int r;

        /* under the store's lock, so that no folder is caught between its making and its locking */
        store_lock_fd = store_lock(s, e);
        if (store_lock_fd < 0)
                return store_lock_fd;

        r = store_remove_uncommitted(s, e);
        if (r < 0)
                return r;
        r = opendir_at(store_fd(s), STAGING, &d);
        if (r < 0)
                return r == -ENOENT ? 0
                                    : error_set(e, r, "cannot read %s/" STAGING ": %s",
                                                scope->state, strerror(-r));

        for (struct dirent *entry; (entry = readdir(d));) {
                if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
                        continue;
                r = clear_entry(scope, dirfd(d), entry->d_name, abandon, userdata, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Makes the first folder whose number is free. Under the store's lock. */
static int make_folder(int staging_fd, Staging *s) {
        for (unsigned i = 1; i <= STAGING_NUMBER_MAX; i++) {
                _cleanup_(freep) char *number = NULL;

                if (asprintf(&number, "%u", i) < 0) {
                        number = NULL;
                        return -ENOMEM;
                }
                if (mkdirat(staging_fd, number, 0755) < 0) {
                        if (errno == EEXIST)
                                continue;
                        return -errno;
                }
                s->number = TAKE_PTR(number);
                s->fd = open_folder(staging_fd, s->number);
                if (s->fd < 0)
                        return s->fd;
                s->lock_fd = try_lock(s->fd);
                return s->lock_fd < 0 ? s->lock_fd : 0;
        }
        return -EMFILE;
}

static int name_paths(const Scope *scope, Staging *s) {
        if (asprintf(&s->path, "%s/" STAGING "/%s", scope->state, s->number) < 0 ||
            asprintf(&s->directory, "%s/" STAGING "/%s/tree", path_basename(scope->state),
                     s->number) < 0)
                return -ENOMEM;
        if (scope->kind == SCOPE_SYSTEM)
                return asprintf(&s->tree, SYSTEM_STATE "/private/%s", s->directory) < 0 ? -ENOMEM
                                                                                        : 0;

        if (mkdirat(s->fd, "tree", 0700) < 0)
                return -errno;
        s->tree = path_join(s->path, "tree");
        return s->tree ? 0 : -ENOMEM;
}

int staging_new(Store *store, const Scope *scope, Error *e, Staging *ret) {
        _cleanup_(closep) int store_lock_fd = -EBADF, staging_fd = -EBADF;
        Staging s = { .store = store, .scope = scope, .fd = -EBADF, .lock_fd = -EBADF };
        int r;

        store_lock_fd = store_lock(store, e);
        if (store_lock_fd < 0)
                return store_lock_fd;

        staging_fd = open_or_mkdir_at(store_fd(store), STAGING, 0700);
        r = staging_fd;
        if (r >= 0)
                r = make_folder(staging_fd, &s);
        if (r >= 0)
                r = name_paths(scope, &s);
        if (r < 0) {
                staging_done(&s);
                return error_set(e, r, "cannot make a folder in %s/" STAGING ": %s", scope->state,
                                 strerror(-r));
        }
        *ret = s;
        return 0;
}

int staging_bring(Staging *s, Error *e) {
        _cleanup_(closep) int tree_fd = -EBADF;
        _cleanup_(freep) char *path = path_join(s->path, BROUGHT);
        int r = 0;

        if (!path)
                return -ENOMEM;
        if (renameat(AT_FDCWD, s->tree, s->fd, BROUGHT) < 0) {
                tree_fd = errno == EXDEV ? open_folder(AT_FDCWD, s->tree) : -errno;
                r = tree_fd < 0 ? tree_fd : copy_tree(tree_fd, s->fd, BROUGHT);
        }
        if (r < 0)
                return error_set(e, r, "cannot bring %s to %s: %s", s->tree, path, strerror(-r));
        free(s->tree);
        s->tree = TAKE_PTR(path);
        return 0;
}

void staging_done(Staging *s) {
        _cleanup_(closep) int staging_fd = -EBADF;

        if (s->number) {
                staging_fd = open_folder(store_fd(s->store), STAGING);
                if (staging_fd >= 0)
                        (void) remove_staging(s->scope, staging_fd, s->number);
        }
        s->lock_fd = safe_close(s->lock_fd);
        s->fd = safe_close(s->fd);
        free(s->number);
        free(s->path);
        free(s->tree);
        free(s->directory);
        *s = (Staging){ .fd = -EBADF, .lock_fd = -EBADF };
}
