/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/modules.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/module-file.h"
#include "store/store-internal.h"

/* A release may go between the look at the link that names it and the look into it. */
#define LOAD_TRIES 10

Store *store_close(Store *s) {
        if (!s)
                return NULL;
        s->modules_fd = safe_close(s->modules_fd);
        s->fd = safe_close(s->fd);
        free(s->path);
        free(s);
        return NULL;
}

int store_fd(const Store *s) {
        return s->fd;
}

static int explain_open(const Store *s, int r, Error *e) {
        _cleanup_(freep) char *target = NULL;

        if (r == -ENOTDIR && readlink_at(AT_FDCWD, s->path, &target) >= 0)
                return error_set(e, r,
                                 "%s is a symlink, which is not followed: make it a folder, and "
                                 "have %s mounted there (mount --bind, or a mount unit)",
                                 s->path, target);
        return error_set(e, r, "cannot open %s: %s", s->path, scope_strerror(s->scope, r));
}

int store_open(const Scope *scope, bool create, Error *e, Store **ret) {
        _cleanup_(store_closep) Store *s = NULL;
        int r;

        s = malloc(sizeof(Store));
        if (!s)
                return -ENOMEM;
        *s = (Store){ .scope = scope->kind,
                      .path = strdup(scope->state),
                      .fd = -EBADF,
                      .modules_fd = -EBADF };
        if (!s->path)
                return -ENOMEM;

        if (create) {
                r = mkdir_parents(s->path, 0755);
                if (r < 0)
                        return error_set(e, r, "cannot make %s: %s", s->path,
                                         scope_strerror(s->scope, r));
        }
        s->fd = open_folder(AT_FDCWD, s->path);
        if (s->fd < 0)
                return explain_open(s, s->fd, e);

        s->modules_fd = create ? open_or_mkdir_at(s->fd, "modules", 0755)
                               : open_folder(s->fd, "modules");
        if (s->modules_fd < 0)
                return error_set(e, s->modules_fd, "cannot open %s/modules: %s", s->path,
                                 scope_strerror(s->scope, s->modules_fd));

        *ret = TAKE_PTR(s);
        return 0;
}

int store_open_module(Store *s, const char *name) {
        _cleanup_(freep) char *folder = NULL;
        int r;

        r = module_folder_from_name(name, &folder);
        return r < 0 ? r : open_folder(s->modules_fd, folder);
}

int store_current_release(int fd, const char *folder, Error *e, char **ret) {
        _cleanup_(freep) char *path = path_join(folder, CURRENT), *target = NULL;
        const char *release;
        int r;

        r = path ? readlink_at(fd, path, &target) : -ENOMEM;
        if (r == -ENOENT) {
                *ret = NULL;
                return 0;
        }
        if (r < 0)
                return error_set(e, r, "cannot read the link '" CURRENT "': %s", strerror(-r));

        release = startswith(target, RELEASES "/");
        if (!release || !filename_is_valid(release))
                return error_set(e, -EBADMSG,
                                 "the link '" CURRENT "' leads to '%s', which is no release",
                                 target);
        *ret = strdup(release);
        return *ret ? 0 : -ENOMEM;
}

int store_set_paths(Store *s, Module *m) {
        _cleanup_(freep) char *folder = NULL;
        int r;

        if (m->link)
                return free_and_strdup(&m->package, m->link) < 0 ||
                                       free_and_strdup(&m->home, m->link) < 0
                               ? -ENOMEM
                               : 0;
        r = module_folder_from_name(m->name, &folder);
        if (r < 0)
                return r;
        free(m->package);
        free(m->home);
        m->package = m->home = NULL;
        r = strdupf(&m->package, "%s/modules/%s/" RELEASES "/%s/node_modules/%s", s->path, folder,
                    m->release, m->name);
        if (r < 0)
                return r;
        return strdupf(&m->home, "%s/modules/%s/" CURRENT "/node_modules/%s", s->path, folder,
                       m->name);
}

static int load_release(Store *s, const char *folder, const char *name, const char *release,
                        Error *e, Module *ret) {
        _cleanup_(module_done) Module m = {};
        _cleanup_(freep) char *path = NULL;
        const char *shown;
        int r;

        r = strdupf(&path, "%s/" RELEASES "/%s/" MODULE_FILE, folder, release);
        if (r < 0)
                return r;
        shown = path + strlen(folder) + 1;
        r = module_file_read(s->modules_fd, path, e, &m);
        if (r < 0)
                return error_prefix(e, r, "%s", shown);

        if (!streq(m.name, name))
                return error_set(e, -EBADMSG, "%s: says that it is '%s'", shown, m.name);
        r = free_and_strdup(&m.release, release);
        if (r < 0)
                return r;
        r = store_set_paths(s, &m);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(m);
        return 0;
}

/* Tells where the module's folder is. */
static int prefix_state(const Store *s, const char *name, int r, Error *e) {
        _cleanup_(freep) char *folder = NULL;
        int k = module_folder_from_name(name, &folder);

        return k < 0 ? r
                     : error_prefix(e, r, "state of module '%s' in %s/modules/%s", name, s->path,
                                    folder);
}

static int load_current(Store *s, const char *folder, const char *name, Error *e, Module *ret) {
        _cleanup_(freep) char *release = NULL, *disabled = path_join(folder, DISABLED);
        int r;

        if (!disabled)
                return -ENOMEM;
        r = store_current_release(s->modules_fd, folder, e, &release);
        if (r < 0 || !release)
                return r;
        r = load_release(s, folder, name, release, e, ret);
        if (r < 0)
                return r;
        ret->disabled = faccessat(s->modules_fd, disabled, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
        return 1;
}

int store_load(Store *s, const char *name, Error *e, Module *ret) {
        _cleanup_(freep) char *folder = NULL;
        int r;

        r = module_folder_from_name(name, &folder);
        if (r < 0)
                return r;
        r = load_current(s, folder, name, e, ret);
        for (int i = 1; r == -ENOENT && i < LOAD_TRIES; i++) {
                if (e)
                        error_clear(e);
                r = load_current(s, folder, name, e, ret);
        }
        return r < 0 ? prefix_state(s, name, r, e) : r;
}

static int load_previous(Store *s, const char *folder, const char *name, Error *e, Module *ret) {
        _cleanup_(freep) char *current = NULL, *previous = NULL;
        _cleanup_(closep) int fd = open_folder(s->modules_fd, folder);
        int r;

        if (fd < 0)
                return fd;
        r = store_current_release(fd, ".", e, &current);
        if (r < 0)
                return r;
        r = store_last_release(fd, current, &previous);
        if (r < 0 || !previous)
                return r;
        r = load_release(s, folder, name, previous, e, ret);
        return r < 0 ? r : 1;
}

int store_load_previous(Store *s, const char *name, Error *e, Module *ret) {
        _cleanup_(freep) char *folder = NULL;
        int r;

        r = module_folder_from_name(name, &folder);
        if (r < 0)
                return r;
        r = load_previous(s, folder, name, e, ret);
        return r < 0 ? prefix_state(s, name, r, e) : r;
}

int store_read_release_file(Store *s, const Module *m, const char *file, size_t max, char **ret,
                            size_t *ret_size) {
        _cleanup_(closep) int fd = store_open_module(s, m->name);
        _cleanup_(freep) char *path = NULL;

        if (fd < 0)
                return fd;
        if (strdupf(&path, RELEASES "/%s/%s", m->release, file) < 0)
                return -ENOMEM;
        return read_file_at(fd, path, max, ret, ret_size);
}

static int is_committed(Store *s, const char *folder) {
        _cleanup_(freep) char *current = path_join(folder, CURRENT);

        if (!current)
                return -ENOMEM;
        if (faccessat(s->modules_fd, current, F_OK, AT_SYMLINK_NOFOLLOW) >= 0)
                return 1;
        return errno == ENOENT ? 0 : -errno;
}

int store_list(Store *s, bool committed, Error *e, char ***ret) {
        _cleanup_(strv_freep) char **names = NULL;
        _cleanup_(closedirp) DIR *d = NULL;
        int r;

        r = opendir_at(s->modules_fd, ".", &d);
        if (r < 0)
                return error_set(e, r, "cannot read %s/modules: %s", s->path, strerror(-r));

        for (struct dirent *entry; (entry = readdir(d));) {
                _cleanup_(freep) char *name = NULL;

                if (module_name_from_folder(entry->d_name, &name) < 0)
                        continue;
                if (is_committed(s, entry->d_name) != committed)
                        continue;
                r = strv_consume(&names, TAKE_PTR(name));
                if (r < 0)
                        return r;
        }

        strv_sort(names);
        *ret = TAKE_PTR(names);
        return 0;
}

int store_names(Store *s, Error *e, char ***ret) {
        return store_list(s, /* committed= */ true, e, ret);
}

int store_next_id(Store *s, Error *e, unsigned *ret) {
        _cleanup_(strv_freep) char **names = NULL;
        _cleanup_(freep) bool *taken = NULL;
        size_t n;
        int r;

        r = store_names(s, e, &names);
        if (r < 0)
                return r;

        /* n modules leave one of the numbers 0…n free */
        n = strv_length(names);
        taken = calloc(n + 1, sizeof(bool));
        if (!taken)
                return -ENOMEM;
        STRV_FOREACH(name, names) {
                Module m = {};

                /* one unreadable module must not stop another's install: at worst a number is given
                 * twice */
                if (store_load(s, *name, /* e= */ NULL, &m) <= 0)
                        continue;
                if (m.pm_id <= n)
                        taken[m.pm_id] = true;
                module_done(&m);
        }

        *ret = 0;
        while (taken[*ret])
                (*ret)++;
        return 0;
}
