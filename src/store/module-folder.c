/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/module-folder.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/module-file.h"
#include "store/store-internal.h"

int store_open_module(Store *s, const char *name) {
        _cleanup_(freep) char *folder = NULL;
        int r;

        r = module_folder_from_name(name, &folder);
        return r < 0 ? r : open_folder(s->modules_fd, folder);
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
                                 "the link '" CURRENT "' leads to '%s', which is not a release",
                                 target);
        *ret = strdup(release);
        return *ret ? 0 : -ENOMEM;
}

/* Releases of a module are numbered in the order in which they are made: "1.2.0-3". */
static unsigned long release_number(const char *release) {
        const char *dash = strrchr(release, '-');

        return dash ? strtoul(dash + 1, NULL, 10) : 0;
}

int store_next_release_number(int releases_fd, unsigned long *ret) {
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
                /* number 0 is not a release: ".", ".#new" */
                if (release_number(entry->d_name) <= (last ? release_number(last) : 0) ||
                    streq_ptr(entry->d_name, other))
                        continue;
                if (free_and_strdup(&last, entry->d_name) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(last);
        return 0;
}

int store_set_paths(Store *s, Module *m) {
        _cleanup_(freep) char *folder = NULL;
        int r;

        assert(m->name && m->release);

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
