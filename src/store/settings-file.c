/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/settings-file.h"

#include <dirent.h>
#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/ini-parse.h"
#include "store/scope.h"

#define GLOBAL_FILE "settings.ini"
#define FOLDER      "modules"
#define SUFFIX      ".ini"
#define LOCK_FILE   ".lock"

/* "settings.ini" or "<folder>.ini", the folder it is in, and the whole path for messages. */
typedef struct Place {
        char *name;
        char *folder;
        char *path;
} Place;

static void place_done(Place *p) {
        free(p->name);
        free(p->folder);
        free(p->path);
}

static int place_of(const Scope *scope, const char *module, Place *ret) {
        _cleanup_(freep) char *id = NULL;
        _cleanup_(place_done) Place p = {};
        int r;

        if (module) {
                r = module_folder_from_name(module, &id);
                if (r < 0)
                        return r;
                r = strdupf(&p.name, "%s" SUFFIX, id);
                if (r < 0)
                        return r;
                p.folder = path_join(scope->config, FOLDER);
        } else {
                p.name = strdup(GLOBAL_FILE);
                p.folder = strdup(scope->config);
        }
        if (!p.name || !p.folder)
                return -ENOMEM;
        p.path = path_join(p.folder, p.name);
        if (!p.path)
                return -ENOMEM;

        *ret = TAKE_STRUCT(p);
        return 0;
}

int settings_path(const Scope *scope, const char *module, char **ret) {
        _cleanup_(place_done) Place p = {};
        int r;

        r = place_of(scope, module, &p);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(p.path);
        return 0;
}

static int explain_read(const Scope *scope, int r, const char *path, Error *e) {
        switch (r) {
        case -ELOOP:
                return error_set(e, r, "%s is a symlink; settings are only read from regular files",
                                 path);
        case -EINVAL:
                return error_set(e, r, "%s is not a regular file", path);
        case -EFBIG:
                return error_set(e, r, "%s is larger than %u bytes", path, INI_FILE_MAX);
        case -ENOMEM:
                return r;
        default:
                return error_set(e, r, "cannot read %s: %s", path, scope_strerror(scope->kind, r));
        }
}

int settings_load(const Scope *scope, const char *module, Error *e, Settings **ret) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        _cleanup_(place_done) Place p = {};
        _cleanup_(freep) char *text = NULL;
        size_t size = 0;
        int r;

        r = place_of(scope, module, &p);
        if (r < 0)
                return r;
        r = read_file_at(AT_FDCWD, p.path, INI_FILE_MAX, &text, &size);
        if (r < 0 && r != -ENOENT)
                return explain_read(scope, r, p.path, e);
        r = settings_parse(text ? text : "", size, p.path, &why, ret);
        return r == -EBADMSG ? error_set(e, r, "%s; correct or remove it", error_text(&why, r)) : r;
}

/* Opens a folder of settings, made with its parents if need be. Returns the descriptor. */
static int open_place(const Scope *scope, const char *folder, mode_t mode, Error *e) {
        int fd, r;

        r = mkdir_parents(folder, mode);
        if (r < 0)
                return error_set(e, r, "cannot create %s: %s", folder,
                                 scope_strerror(scope->kind, r));
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? error_set(e, -errno, "cannot open %s: %s", folder,
                                  scope_strerror(scope->kind, -errno))
                      : fd;
}

/* What is written must say the same when read, or it is not written. */
static int check_text(const Settings *s, const char *text, size_t size, const char *path,
                      Error *e) {
        _cleanup_(settings_freep) Settings *again = NULL;
        int r;

        if (size > SETTINGS_BYTES_MAX)
                return error_set(e, -E2BIG, "%s would have %zu bytes, more than the limit of %u",
                                 path, size, SETTINGS_BYTES_MAX);
        r = settings_parse(text, size, path, e, &again);
        if (r < 0)
                return r;
        if (!json_object_equal(settings_tree(s), settings_tree(again)))
                return error_set(e, -EBADMSG, "%s would not read back as written", path);
        return 0;
}

int settings_save(const Scope *scope, const char *module, Settings *s, Error *e) {
        _cleanup_(place_done) Place p = {};
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int fd = -EBADF;
        size_t size;
        int r;

        assert(scope && s);

        r = place_of(scope, module, &p);
        if (r < 0)
                return r;
        r = settings_text(s, &text, &size);
        if (r < 0)
                return r;
        r = check_text(s, text, size, p.path, e);
        if (r < 0)
                return r;

        fd = open_place(scope, p.folder, 0700, e);
        if (fd < 0)
                return fd;
        /* What a killed writer left; under the lock there is no other writer. */
        (void) remove_temporaries_at(fd);
        if (!settings_is_empty(s))
                r = write_file_atomic_at(fd, p.name, text, size, 0600);
        else
                r = unlinkat(fd, p.name, 0) < 0 && errno != ENOENT ? -errno : 0;
        if (r < 0)
                return error_set(e, r, "cannot write %s: %s; the settings are unchanged", p.path,
                                 strerror(-r));
        return 0;
}

int settings_lock(const Scope *scope, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        int lock;

        fd = open_place(scope, scope->config, scope->kind == SCOPE_SYSTEM ? 0755 : 0700, e);
        if (fd < 0)
                return fd;
        lock = lock_at(fd, LOCK_FILE);
        if (lock < 0)
                return error_set(e, lock, "cannot lock %s/" LOCK_FILE ": %s", scope->config,
                                 scope_strerror(scope->kind, lock));
        return lock;
}

int settings_modules(const Scope *scope, Error *e, char ***ret) {
        _cleanup_(strv_freep) char **names = NULL;
        _cleanup_(freep) char *folder = path_join(scope->config, FOLDER);
        _cleanup_(closedirp) DIR *d = NULL;

        if (!folder)
                return -ENOMEM;
        d = opendir(folder);
        if (!d && errno != ENOENT)
                return error_set(e, -errno, "cannot read %s: %s", folder,
                                 scope_strerror(scope->kind, -errno));

        for (struct dirent *entry; d && (entry = readdir(d));) {
                _cleanup_(freep) char *name = NULL;
                int r;

                if (entry->d_name[0] == '.' || !endswith(entry->d_name, SUFFIX))
                        continue;
                entry->d_name[strlen(entry->d_name) - strlen(SUFFIX)] = 0;
                r = module_name_from_folder(entry->d_name, &name);
                if (r == -EINVAL)
                        continue;
                if (r < 0)
                        return r;
                r = strv_consume(&names, TAKE_PTR(name));
                if (r < 0)
                        return r;
        }

        strv_sort(names);
        *ret = TAKE_PTR(names);
        return 0;
}
