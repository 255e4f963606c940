/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/remove.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/aside.h"
#include "store/module-file.h"
#include "store/store-internal.h"

/* Releases of a module are numbered in the order in which they are made: "1.2.0-3". */
static unsigned long release_number(const char *release) {
        const char *dash = strrchr(release, '-');

        return dash ? strtoul(dash + 1, NULL, 10) : 0;
}

/* The number after the last one used for any release of this module. */
static int next_release_number(int releases_fd, unsigned long *ret) {
        _cleanup_(closedirp) DIR *d = NULL;
        unsigned long last = 0;
        int r;

        r = opendir_at(releases_fd, ".", &d);
        if (r < 0)
                return r;
        for (struct dirent *entry; (entry = readdir(d));)
                last = MAX2(last, release_number(entry->d_name));
        *ret = last + 1;
        return 0;
}

int store_last_release(int module_fd, const char *other, char **ret) {
        _cleanup_(freep) char *last = NULL;
        _cleanup_(closedirp) DIR *d = NULL;
        int r;

        r = opendir_at(module_fd, RELEASES, &d);
        if (r < 0)
                return r;
        for (struct dirent *entry; (entry = readdir(d));) {
                /* number 0 is none of ours: ".", ".#new" */
                if (release_number(entry->d_name) <= (last ? release_number(last) : 0) ||
                    streq_ptr(entry->d_name, other))
                        continue;
                if (free_and_strdup(&last, entry->d_name) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(last);
        return 0;
}

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
        r = next_release_number(releases_fd, &number);
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

        r = module_folder_from_name(m->name, &folder);
        if (r < 0)
                return r;
        fd = open_or_mkdir_at(s->modules_fd, folder, 0755);
        if (fd < 0)
                return error_set(e, fd, "cannot make %s/modules/%s: %s", s->path, folder,
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

        target = path_join(RELEASES, release);
        if (!target)
                return -ENOMEM;
        fd = store_open_module(s, name);
        if (fd < 0)
                return error_set(e, fd, "cannot open the folder of '%s' in %s/modules: %s", name,
                                 s->path, strerror(-fd));
        r = store_current_release(fd, ".", e, &previous);
        if (r < 0)
                return r;
        /* what a killed writer left; under the lock nobody writes */
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

        if (!path)
                return -ENOMEM;
        fd = store_open_module(s, name);
        if (fd == -ENOENT)
                return 0;
        if (fd < 0)
                return error_set(e, fd, "cannot remove release %s of '%s': %s", release, name,
                                 strerror(-fd));
        (void) remove_or_set_aside(fd, path, s->modules_fd);
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
                (void) remove_or_set_aside(dirfd(d), entry->d_name, s->modules_fd);
        }
        return 0;
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

        r = fd < 0 ? fd : mark_disabled(fd, disabled);
        return r < 0 ? error_set(e, r, "cannot change %s/modules: %s", s->path, strerror(-r)) : 0;
}

/* Opens the staging folder, where nothing is left of this module then. `ret` gets the name that its
 * folder is removed to: STAGING_REMOVED before its own. */
static int clear_removed(Store *s, const char *name, Error *e, char **ret) {
        _cleanup_(freep) char *folder = NULL, *gone = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        r = module_folder_from_name(name, &folder);
        if (r < 0)
                return r;
        r = strdupf(&gone, STAGING_REMOVED "%s", folder);
        if (r < 0)
                return r;
        fd = open_or_mkdir_at(s->fd, "staging", 0700);
        if (fd < 0)
                return error_set(e, fd, "cannot open %s/staging: %s", s->path, strerror(-fd));
        if (!remove_or_set_aside(fd, gone, fd))
                return error_set(e, -EBUSY, "%s/staging/%s is in the way", s->path, gone);
        *ret = TAKE_PTR(gone);
        return TAKE_FD(fd);
}

int store_remove(Store *s, const char *name, Error *e) {
        _cleanup_(freep) char *gone = NULL;
        _cleanup_(closep) int staging_fd = clear_removed(s, name, e, &gone);
        const char *folder;

        if (staging_fd < 0)
                return staging_fd;
        folder = gone + strlen(STAGING_REMOVED);
        if (renameat(s->modules_fd, folder, staging_fd, gone) >= 0 && fsync(s->modules_fd) >= 0)
                return 1;
        return errno == ENOENT ? 0
                               : error_set(e, -errno, "cannot remove %s/modules/%s: %s", s->path,
                                           folder, strerror(errno));
}

int store_remove_files(Store *s, const char *name, Error *e) {
        _cleanup_(freep) char *gone = NULL;
        _cleanup_(closep) int staging_fd = clear_removed(s, name, e, &gone);

        return MIN2(staging_fd, 0);
}

int store_remove_uncommitted(Store *s, Error *e) {
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        r = store_list(s, /* committed= */ false, e, &names);
        if (r < 0)
                return r;
        STRV_FOREACH(name, names) {
                _cleanup_(freep) char *folder = NULL;

                r = module_folder_from_name(*name, &folder);
                if (r < 0)
                        return r;
                (void) remove_or_set_aside(s->modules_fd, folder, s->modules_fd);
        }
        return 0;
}
