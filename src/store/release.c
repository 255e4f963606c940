/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/release.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "model/name.h"
#include "store/aside.h"
#include "store/module-file.h"
#include "store/module-folder.h"
#include "store/store-internal.h"

/* Makes the release folder from the tree (or an empty one) and renames it to its name. */
static int make_release(int releases_fd, const char *tree, const Module *m, const char *release) {
        _cleanup_(closep) int fd = -EBADF;
        int r;

        if (tree)
                fd = open_folder(AT_FDCWD, tree);
        else {
                r = remove_tree_at(releases_fd, ".#new"); /* a killed install's */
                fd = r < 0 ? r : open_or_mkdir_at(releases_fd, ".#new", 0755);
        }
        if (fd < 0)
                return fd;

        r = module_file_write(fd, m);
        if (r < 0)
                return r;
        if (fchmod(fd, 0755) < 0)
                return -errno;
        /* One flush for the whole tree, before anything points at it. */
        if (syncfs(fd) < 0)
                return -errno;
        if (renameat(tree ? AT_FDCWD : releases_fd, tree ? tree : ".#new", releases_fd, release) <
            0)
                return -errno;
        return fsync(releases_fd) < 0 ? -errno : 0;
}

/* Gives it the next number. `ret` gets its name. */
static int add_numbered(int module_fd, const char *tree, const Module *m, char **ret) {
        _cleanup_(closep) int releases_fd = open_or_mkdir_at(module_fd, RELEASES, 0755);
        _cleanup_(freep) char *release = NULL;
        unsigned long number;
        int r;

        if (releases_fd < 0)
                return releases_fd;
        r = store_next_release_number(releases_fd, &number);
        if (r < 0)
                return r;
        r = strdupf(&release, "%s-%lu", m->version, number);
        if (r < 0)
                return r;
        r = make_release(releases_fd, tree, m, release);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(release);
        return 0;
}

int store_add_release(Store *s, const char *tree, Module *m, Error *e) {
        _cleanup_(freep) char *folder = NULL, *release = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        assert(m->name && m->version);

        r = module_folder_from_name(m->name, &folder);
        if (r < 0)
                return r;
        fd = open_or_mkdir_at(s->modules_fd, folder, 0755);
        if (fd < 0)
                return error_set(e, fd, "cannot create %s/modules/%s: %s", s->path, folder,
                                 strerror(-fd));
        r = add_numbered(fd, tree, m, &release);
        if (r < 0)
                return error_set(e, r, "cannot store a release in %s/modules/%s: %s", s->path,
                                 folder, strerror(-r));

        free(m->release);
        m->release = TAKE_PTR(release);
        return store_set_paths(s, m);
}

int store_switch(Store *s, const char *name, const char *release, Error *e, char **ret_previous) {
        _cleanup_(freep) char *previous = NULL, *target = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        assert(filename_is_valid(release));

        target = path_join(RELEASES, release);
        if (!target)
                return -ENOMEM;
        fd = store_open_module(s, name);
        if (fd < 0)
                return error_set(e, fd, "cannot open the directory of '%s' in %s/modules: %s", name,
                                 s->path, strerror(-fd));
        r = store_current_release(fd, ".", e, &previous);
        if (r < 0)
                return r;
        /* what a killed writer left; under the lock there is no other writer */
        (void) remove_temporaries_at(fd);
        r = symlink_atomic_at(target, fd, CURRENT);
        if (r < 0)
                return error_set(e, r, "cannot switch '%s' to release %s: %s", name, release,
                                 strerror(-r));
        if (ret_previous)
                *ret_previous = TAKE_PTR(previous);
        return 0;
}

int store_drop_release(Store *s, const char *name, const char *release, Error *e) {
        _cleanup_(freep) char *path = path_join(RELEASES, release);
        _cleanup_(closep) int fd = -EBADF;

        assert(filename_is_valid(release));

        if (!path)
                return -ENOMEM;
        fd = store_open_module(s, name);
        if (fd == -ENOENT)
                return 0;
        if (fd < 0)
                return error_set(e, fd, "cannot remove release %s of '%s': %s", release, name,
                                 strerror(-fd));
        (void) remove_or_set_aside(fd, path, s->modules_fd, &s->leftover);
        return 0;
}

int store_prune(Store *s, const char *name, const char *keep, Error *e) {
        _cleanup_(freep) char *current = NULL;
        _cleanup_(closedirp) DIR *d = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        fd = store_open_module(s, name);
        if (fd < 0)
                return fd;
        r = store_current_release(fd, ".", e, &current);
        if (r < 0)
                return r;
        r = opendir_at(fd, RELEASES, &d);
        if (r < 0)
                return r;

        for (struct dirent *entry; (entry = readdir(d));) {
                if (streq(entry->d_name, ".") || streq(entry->d_name, "..") ||
                    streq_ptr(entry->d_name, current) || streq_ptr(entry->d_name, keep))
                        continue;
                (void) remove_or_set_aside(dirfd(d), entry->d_name, s->modules_fd, &s->leftover);
        }
        return 0;
}

static bool is_disabled(int module_fd) {
        return faccessat(module_fd, DISABLED, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

static int mark_disabled(int module_fd, bool disabled) {
        (void) remove_temporaries_at(module_fd); /* what a killed writer left */
        if (disabled)
                return write_file_atomic_at(module_fd, DISABLED, "", 0, 0644);
        if (unlinkat(module_fd, DISABLED, 0) < 0 && errno != ENOENT)
                return -errno;
        return fsync(module_fd) < 0 ? -errno : 0;
}

int store_set_disabled(Store *s, const char *name, bool disabled, Error *e) {
        _cleanup_(closep) int fd = store_open_module(s, name);
        int r;

        if (fd >= 0 && is_disabled(fd) == disabled)
                return 0;
        r = fd < 0 ? fd : mark_disabled(fd, disabled);
        return r < 0 ? error_set(e, r, "cannot change %s/modules: %s", s->path, strerror(-r)) : 1;
}
