/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "store/aside.h"
#include "store/copy.h"
#include "store/removal.h"
#include "store/scope.h"
#include "store/store.h"

#define STAGING            "staging"
#define BROUGHT            "brought" /* "tree" is systemd's link to the private one */
#define STAGING_NUMBER_MAX 10000     /* installs at one time, and what killed ones left */

/* Where systemd keeps a dynamic user's tree, <parent of state>/private/pm2ctl/staging; NULL in the
 * user scope. */
static int private_folder(const Scope *scope, char **ret) {
        _cleanup_(freep) char *private = NULL;
        int r;

        r = scope_private_folder(scope, scope->state, &private);
        if (r < 0)
                return r;
        *ret = private ? path_join(private, STAGING) : NULL;
        return private && !*ret ? -ENOMEM : 0;
}

/* Removes staging folder `name` in both its places. The number stays taken as long as something is
 * in the private one. */
static int remove_entry(const Scope *scope, int staging_fd, const char *name) {
        _cleanup_(freep) char *private = NULL, *path = NULL;
        int r;

        r = private_folder(scope, &private);
        if (r < 0)
                return r;
        if (private) {
                path = path_join(private, name);
                if (!path)
                        return -ENOMEM;
                if (!remove_path_or_set_aside(path, &scope->leftover))
                        return 0;
        }
        (void) remove_or_set_aside(staging_fd, name, staging_fd, &scope->leftover);
        return 0;
}

/* Takes the lock of a staging folder if it is free: the descriptor, or -EWOULDBLOCK. */
static int try_lock(int folder_fd) {
        _cleanup_(closep) int fd = -EBADF;

        fd = openat(folder_fd, ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        return flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : TAKE_FD(fd);
}

/* One entry, under the store's lock. What cannot be cleared is only reported: it does not concern
 * what else is to be done. */
static int clear_entry(const Scope *scope, int staging_fd, const char *name, StagingAbandon abandon,
                       void *userdata) {
        _cleanup_(closep) int folder_fd = -EBADF, lock_fd = -EBADF;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *path = NULL;
        int r;

        if (!startswith(name, STAGING_REMOVED)) {
                folder_fd = open_folder(staging_fd, name);
                if (folder_fd >= 0)
                        lock_fd = try_lock(folder_fd);
                if (lock_fd == -EWOULDBLOCK)
                        return 0;
        }
        r = abandon(userdata, name, &e);
        if (r == -EINTR)
                return r;
        if (r < 0) {
                if (strdupf(&path, "%s/" STAGING "/%s", scope->state, name) < 0)
                        return -ENOMEM;
                leftover_report(&scope->leftover,
                                &(Leftover) { .path = path, .r = r, .clause = error_text(&e, r) });
                return 0;
        }
        return remove_entry(scope, staging_fd, name);
}

/* What was set aside may be removable by now. */
static int clear_aside(const Scope *scope) {
        _cleanup_(freep) char *staging = path_join(scope->state, STAGING),
                              *modules = path_join(scope->state, "modules"), *private = NULL,
                              *private_data = NULL;

        if (private_folder(scope, &private) < 0 ||
            scope_private_folder(scope, scope->data, &private_data) < 0 || !staging || !modules)
                return -ENOMEM;
        remove_aside(staging);
        remove_aside(modules);
        remove_aside(scope->data);
        if (private)
                remove_aside(private);
        if (private_data)
                remove_aside(private_data);
        return 0;
}

int staging_clear(Store *s, const Scope *scope, StagingAbandon abandon, void *userdata, Error *e) {
        _cleanup_(closep) int store_lock_fd = -EBADF;
        _cleanup_(closedirp) DIR *d = NULL;
        int r;

        /* under the store's lock, so that no folder is caught between its making and its locking */
        store_lock_fd = store_lock(s, e);
        if (store_lock_fd < 0)
                return store_lock_fd;

        r = clear_aside(scope);
        if (r < 0)
                return r;
        r = store_remove_uncommitted(s, e);
        if (r < 0)
                return r;
        r = opendir_at(store_fd(s), STAGING, &d);
        if (r < 0)
                return r == -ENOENT ? 0
                                    : error_set(e, r, "cannot read %s/" STAGING ": %s",
                                                scope->state, strerror(-r));

        for (struct dirent *entry; (entry = readdir(d));) {
                if (entry->d_name[0] == '.')
                        continue;
                r = clear_entry(scope, dirfd(d), entry->d_name, abandon, userdata);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Makes the first folder whose number is free. Under the store's lock. */
static int make_folder(int staging_fd, Staging *s) {
        for (unsigned i = 1; i <= STAGING_NUMBER_MAX; i++) {
                _cleanup_(freep) char *number = NULL;

                if (strdupf(&number, "%u", i) < 0)
                        return -ENOMEM;
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
        if (strdupf(&s->path, "%s/" STAGING "/%s", scope->state, s->number) < 0 ||
            strdupf(&s->directory, "%s/" STAGING "/%s/tree", path_basename(scope->state),
                    s->number) < 0)
                return -ENOMEM;
        if (scope->kind == SCOPE_SYSTEM)
                return strdupf(&s->tree, SYSTEM_STATE "/private/%s", s->directory);

        if (mkdirat(s->fd, "tree", 0700) < 0)
                return -errno;
        s->tree = path_join(s->path, "tree");
        return s->tree ? 0 : -ENOMEM;
}

static int fill_staging(Staging *s) {
        _cleanup_(closep) int staging_fd = open_or_mkdir_at(store_fd(s->store), STAGING, 0700);
        int r;

        if (staging_fd < 0)
                return staging_fd;
        r = make_folder(staging_fd, s);
        return r < 0 ? r : name_paths(s->scope, s);
}

int staging_new(Store *store, const Scope *scope, Error *e, Staging *ret) {
        _cleanup_(closep) int store_lock_fd = -EBADF;
        _cleanup_(staging_done) Staging s = STAGING_EMPTY;
        int r;

        store_lock_fd = store_lock(store, e);
        if (store_lock_fd < 0)
                return store_lock_fd;

        s.store = store;
        s.scope = scope;
        r = fill_staging(&s);
        if (r < 0)
                return error_set(e, r, "cannot create a directory in %s/" STAGING ": %s",
                                 scope->state, strerror(-r));
        *ret = TAKE_GENERIC(s, Staging, STAGING_EMPTY);
        return 0;
}

int staging_bring(Staging *s, Error *e) {
        _cleanup_(closep) int tree_fd = -EBADF;
        _cleanup_(freep) char *path = path_join(s->path, BROUGHT);
        int r = 0;

        assert(s->path && s->tree);

        if (!path)
                return -ENOMEM;
        if (renameat(AT_FDCWD, s->tree, s->fd, BROUGHT) < 0) {
                tree_fd = errno == EXDEV ? open_folder(AT_FDCWD, s->tree) : -errno;
                r = tree_fd < 0 ? tree_fd : copy_tree(tree_fd, s->fd, BROUGHT);
        }
        if (r < 0)
                return error_set(e, r, "cannot move %s to %s: %s", s->tree, path, strerror(-r));
        free(s->tree);
        s->tree = TAKE_PTR(path);
        return 0;
}

void staging_done(Staging *s) {
        _cleanup_(closep) int staging_fd = -EBADF;

        if (s->number) {
                staging_fd = open_folder(store_fd(s->store), STAGING);
                if (staging_fd >= 0) /* lacking memory, it is left to staging_clear() */
                        (void) remove_entry(s->scope, staging_fd, s->number);
        }
        s->lock_fd = safe_close(s->lock_fd);
        s->fd = safe_close(s->fd);
        free(s->number);
        free(s->path);
        free(s->tree);
        free(s->directory);
        *s = STAGING_EMPTY;
}
