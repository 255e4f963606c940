/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/resolve.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "store/installed.h"

/* Folders that a word may mean. */
typedef struct Folders {
        char *named;    /* where the word is a path without its last symlink followed */
        char *resolved; /* where it leads to */
} Folders;

static void folders_done(Folders *f) {
        free(f->named);
        free(f->resolved);
        *f = (Folders) {};
}

/* The kernel still knows where a working directory was that has been removed. */
static int find_working_directory(char **ret) {
        static const char mark[] = " (deleted)";
        int r;

        r = readlink_at(AT_FDCWD, "/proc/self/cwd", ret);
        if (r < 0)
                return r;
        if (endswith(*ret, mark))
                (*ret)[strlen(*ret) - strlen(mark)] = 0;
        return 0;
}

/* The path of what need not be there, in a folder that is; the word as it is written if that is
 * gone too. */
static int find_named_folder(const char *word, char **ret) {
        _cleanup_(freep) char *path = strdup(word), *parent = NULL;
        size_t length = path ? strlen(path) : 0;
        const char *last;

        if (!path)
                return -ENOMEM;
        while (length > 1 && path[length - 1] == '/')
                path[--length] = 0;
        last = path_basename(path);
        if (!filename_is_valid(last))
                return streq(path, ".") ? find_working_directory(ret) : 0;
        parent = strndup(path, (size_t) (last - path));
        if (!parent)
                return -ENOMEM;
        *ret = realpath(parent, NULL);
        if (!*ret) {
                *ret = TAKE_PTR(path);
                return 0;
        }
        free(parent);
        parent = TAKE_PTR(*ret);
        *ret = path_join(parent, last);
        return *ret ? 0 : -ENOMEM;
}

/* 1 if the word is a path, 0 for any other. */
static int find_folders(const char *word, Folders *ret) {
        int r;

        if (word[0] != '.' && word[0] != '/')
                return 0;
        r = find_named_folder(word, &ret->named);
        if (r < 0)
                return r;
        ret->resolved = realpath(word, NULL);
        return 1;
}

int module_word_folder(const char *word, char **ret) {
        _cleanup_(folders_done) Folders f = {};
        int r;

        r = find_folders(word, &f);
        if (r <= 0)
                return r;
        *ret = f.resolved ? TAKE_PTR(f.resolved) : f.named ? TAKE_PTR(f.named) : strdup(word);
        return *ret ? 1 : -ENOMEM;
}

/* Whether the word means this module by its number or its folder. */
static bool module_is_meant(Modules *modules, const char *name, const char *word,
                            const Folders *f) {
        _cleanup_(module_done) Module m = {};
        char id[16];

        if (store_load(modules->store, name, /* e= */ NULL, &m) <= 0)
                return false;
        (void) snprintf(id, sizeof(id), "%u", m.pm_id);
        return streq(id, word) ||
               (m.link && (streq_ptr(m.link, f->resolved) || streq_ptr(m.link, f->named)));
}

const char *module_resolve(Modules *modules, char *const *installed, const char *word) {
        const char *found = module_find(installed, word);
        _cleanup_(folders_done) Folders f = {};

        if (found || find_folders(word, &f) < 0)
                return found;
        STRV_FOREACH(candidate, installed)
                if (module_is_meant(modules, *candidate, word, &f))
                        return *candidate;
        return NULL;
}
