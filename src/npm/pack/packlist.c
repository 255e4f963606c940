/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/pack/packlist.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "npm/pack/packlist-internal.h"
#include "npm/spec/collate.h"

/* -- the rules on the way to a name --------------------------------------------------- */

typedef enum Form {
        FORM_FILE,
        FORM_FOLDER, /* it, or something in it, may be taken */
        FORM_SLASH,  /* as it is written with a slash at its end */
} Form;

/* Asks every folder from the first to the one the name is in, each about the path below it. */
static bool is_taken(Packing *p, PackFolder *folder, GlobText name, Form form) {
        GlobText parts[PACKLIST_DEPTH_MAX + 3] = {};
        PackFolder *chain[PACKLIST_DEPTH_MAX + 1];
        const size_t n = folder->depth + 1;
        bool taken = true;

        parts[n] = name;
        for (PackFolder *f = folder; f; f = f->parent) {
                chain[f->depth] = f;
                if (f->depth > 0)
                        parts[f->depth] = f->name;
        }

        for (size_t i = 0; i < n; i++) {
                IgnorePath path = {
                        .parts = parts + i,
                        .n = n - i,
                        .slash = form == FORM_SLASH,
                        .folder = form == FORM_FOLDER,
                        .deeper = i + 1 < n,
                };

                /* what is left out further up only a folder that is named itself takes again */
                if (!taken && !chain[i]->exact && i > 0)
                        continue;
                parts[i] = (GlobText) { NULL, 0 };
                for (size_t k = 0; k < _RULES_MAX; k++)
                        if (chain[i]->active[k])
                                taken = ignore_apply(chain[i]->rules + k, &path, taken, &p->steps);
        }
        return taken;
}

/* -- walking -------------------------------------------------------------------------- */

static int walk_folder(Packing *p, PackFolder *folder);

static int read_entries(int fd, char ***ret) {
        _cleanup_(strv_freep) char **entries = NULL;
        _cleanup_(closedirp) DIR *d = NULL;
        struct dirent *entry;
        size_t n = 0, size = 0;
        int r;

        r = opendir_at(fd, ".", &d);
        if (r < 0)
                return r;
        while ((errno = 0, entry = readdir(d))) {
                if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
                        continue;
                if (n + 1 >= size) {
                        char **grown = reallocarray(entries, size = size * 2 + 16, sizeof(char *));

                        if (!grown)
                                return -ENOMEM;
                        entries = grown;
                }
                entries[n] = strdup(entry->d_name);
                if (!entries[n])
                        return -ENOMEM;
                entries[++n] = NULL;
                if (n > PACKLIST_FILES_MAX)
                        return -E2BIG;
        }
        if (errno != 0)
                return -errno;
        *ret = TAKE_PTR(entries);
        return 0;
}

static const char *join_path(Packing *p, const char *folder, const char *name) {
        size_t n = strlen(folder), m = strlen(name);
        char *path = arena_alloc(&p->arena, n + m + 2);

        if (path)
                (void) snprintf(path, n + m + 2, "%s%s%s", folder, n > 0 ? "/" : "", name);
        return path;
}

static int add_file(Packing *p, const char *path) {
        PackList *list = &p->list;

        if (list->n >= PACKLIST_FILES_MAX)
                return error_set(p->e, -E2BIG, "the package has more than %d files",
                                 PACKLIST_FILES_MAX);
        if (list->n == p->size) {
                PackFile *grown = reallocarray(list->files, p->size = p->size * 2 + 64,
                                               sizeof(PackFile));

                if (!grown)
                        return -ENOMEM;
                list->files = grown;
        }
        list->files[list->n] = (PackFile) { strdup(path), p->linked };
        if (!list->files[list->n].path)
                return -ENOMEM;
        list->n++;
        return 0;
}

static int walk_below(Packing *p, PackFolder *parent, PackFolder *f, const char *name) {
        int r;

        if (f->depth > PACKLIST_DEPTH_MAX)
                return error_set(p->e, -E2BIG,
                                 "%.64s…: directories are nested more than %d levels deep", f->path,
                                 PACKLIST_DEPTH_MAX);
        if (f->fd < 0)
                return f->fd;
        r = pack_folder_required(parent, name, &f->required);
        if (r < 0)
                return r;
        return walk_folder(p, f);
}

static int enter_folder(Packing *p, PackFolder *parent, const char *name, GlobText text,
                        const char *path, bool exact) {
        _cleanup_(pack_folder_done) PackFolder f = {
                .parent = parent,
                .depth = parent->depth + 1,
                .path = path,
                .name = text,
                .exact = exact,
                .fd = open_folder(parent->fd, name),
        };
        int r;

        r = walk_below(p, parent, &f, name);
        return r < 0 ? error_set(p->e, r, "cannot read the directory %s: %s", path, strerror(-r))
                     : 0;
}

static int visit_entry(Packing *p, PackFolder *folder, const char *name) {
        bool as_file, as_folder;
        const char *path;
        struct stat st;
        GlobText text;
        int r;

        r = glob_text(&p->arena, name, strlen(name), &text);
        if (r < 0)
                return r;
        as_file = is_taken(p, folder, text, FORM_FILE);
        as_folder = is_taken(p, folder, text, FORM_FOLDER);
        if (p->steps == 0)
                return error_set(p->e, -E2BIG,
                                 "the ignore rules take too long to apply; simplify the patterns "
                                 "that have many '*'");
        if ((!as_file && !as_folder) || strchr(name, '*'))
                return 0;

        path = join_path(p, folder->path, name);
        if (!path)
                return -ENOMEM;
        if (fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return error_set(p->e, -errno, "cannot read the attributes of %s: %s", path,
                                 strerror(errno));
        if (S_ISDIR(st.st_mode) && as_folder)
                return enter_folder(p, folder, name, text, path,
                                    as_file || is_taken(p, folder, text, FORM_SLASH));
        if (!S_ISREG(st.st_mode) || !as_file)
                return 0;
        if (!utf8_is_valid(name, strlen(name)))
                return error_set(p->e, -EINVAL,
                                 "the name of the file %s is not valid UTF-8; rename it", path);
        return add_file(p, path);
}

static int walk_folder(Packing *p, PackFolder *folder) {
        _cleanup_(strv_freep) char **entries = NULL;
        int r;

        r = read_entries(folder->fd, &entries);
        if (r < 0)
                return r;
        r = pack_folder_rules(p, folder, entries);
        if (r < 0)
                return r;
        STRV_FOREACH(name, entries) {
                r = visit_entry(p, folder, *name);
                if (r < 0)
                        return r;
        }
        return 0;
}

int pack_package(Packing *p, int fd, const char *path, json_object *package, bool bundled) {
        _cleanup_(pack_folder_done) PackFolder f = {
                .fd = fd,
                .path = path,
                .package = package,
                .bundled = bundled,
        };
        int r;

        r = walk_folder(p, &f);
        return r < 0 ? error_set(p->e, r, "cannot read the directory %s: %s", path[0] ? path : ".",
                                 strerror(-r))
                     : 0;
}

/* -- the list ------------------------------------------------------------------------- */

/* By extension, then by name: what is alike comes together. */
static int compare_files(const void *a, const void *b) {
        const char *x = ((const PackFile *) a)->path, *y = ((const PackFile *) b)->path;
        int r;

        r = collate(path_extension(x), path_extension(y));
        if (r == 0)
                r = collate(path_basename(x), path_basename(y));
        if (r == 0)
                r = collate(x, y);
        return r != 0 ? r : strcmp(x, y);
}

/* A bundled package may be met more than once. */
static void sort_files(PackList *list) {
        size_t n = 0;

        if (list->n > 0)
                qsort(list->files, list->n, sizeof(PackFile), compare_files);
        for (size_t i = 0; i < list->n; i++)
                if (n > 0 && streq(list->files[i].path, list->files[n - 1].path))
                        free(list->files[i].path);
                else
                        list->files[n++] = list->files[i];
        list->n = n;
}

static void packing_done(Packing *p) {
        arena_done(&p->arena);
        (void) strv_free(p->seen);
        packlist_done(&p->list);
}

int packlist(int fd, json_object *package, Error *e, PackList *ret) {
        _cleanup_(packing_done) Packing p = {
                .fd = fd,
                .package = package,
                .e = e,
                .steps = GLOB_STEPS_MAX,
        };
        int r, own;

        p.workspaces = json_get(package, "workspaces") != NULL;
        own = open_folder(fd, ".");
        if (own < 0)
                return own;
        r = pack_package(&p, own, "", package, /* bundled= */ false);
        if (r < 0)
                return r;
        r = pack_bundled(&p);
        if (r < 0)
                return r;
        sort_files(&p.list);
        *ret = TAKE_STRUCT(p.list);
        return 0;
}

void packlist_done(PackList *list) {
        for (size_t i = 0; i < list->n; i++)
                free(list->files[i].path);
        free(list->files);
        *list = (PackList) {};
}

bool packlist_contains(const PackList *list, const char *path) {
        for (size_t i = 0; i < list->n; i++)
                if (streq(list->files[i].path, path))
                        return true;
        return false;
}
