/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/installed.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/module-folder.h"
#include "store/store-internal.h"

/* A release may go between the look at the link that names it and the look into it. */
#define LOAD_TRIES 10

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
                return error_set(e, -EBADMSG, "%s: it is of module '%s'", shown, m.name);
        r = free_and_strdup(&m.release, release);
        if (r < 0)
                return r;
        r = store_set_paths(s, &m);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(m);
        return 0;
}

bool store_error_is_damage(int r) {
        return r == -EBADMSG || r == -ENOENT || r == -ENOTDIR || r == -ELOOP || r == -EINVAL;
}

/* Tells where the module's directory is, and the remedy. */
static int explain_state(const Store *s, const char *name, int r, Error *e) {
        _cleanup_(freep) char *folder = NULL;
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int k = module_folder_from_name(name, &folder);

        if (k < 0 || !e)
                return r;
        why = TAKE_STRUCT(*e);
        return error_set(e, r, "state of module '%s' in %s/modules/%s: %s%s%s%s", name, s->path,
                         folder, error_text(&why, r),
                         store_error_is_damage(r) ? "; run 'pm2ctl install " : "",
                         store_error_is_damage(r) ? name : "",
                         store_error_is_damage(r) ? "' to replace it" : "");
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
                error_clear(e);
                r = load_current(s, folder, name, e, ret);
        }
        return r < 0 ? explain_state(s, name, r, e) : r;
}

int store_load_installed(Store *s, const char *name, Error *e, Module *ret) {
        int r = store_load(s, name, e, ret);

        if (r < 0)
                return r;
        return r == 0 ? error_set(e, -ENOENT, "it is not installed") : 0;
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
        return r < 0 ? explain_state(s, name, r, e) : r;
}

int store_open_release(Store *s, const Module *m) {
        _cleanup_(closep) int fd = store_open_module(s, m->name), releases_fd = -EBADF;

        assert(m->name && m->release);

        if (fd < 0)
                return fd;
        releases_fd = open_folder(fd, RELEASES);
        return releases_fd < 0 ? releases_fd : open_folder(releases_fd, m->release);
}

int store_read_release_file(Store *s, const Module *m, const char *file, size_t max, char **ret,
                            size_t *ret_size) {
        _cleanup_(closep) int fd = store_open_module(s, m->name);
        _cleanup_(freep) char *path = NULL;

        assert(m->name && m->release);
        assert(filename_is_valid(file));

        if (fd < 0)
                return fd;
        if (strdupf(&path, RELEASES "/%s/%s", m->release, file) < 0)
                return -ENOMEM;
        return read_file_at(fd, path, max, ret, ret_size);
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
