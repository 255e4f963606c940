/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "npm/pack/packlist-internal.h"
#include "npm/tree/bin.h"

/* What is left out of every package, unless its own rules take it. */
static const char always_out[] = ".npmignore\n"
                                 ".gitignore\n"
                                 "**/.git\n**/.git/**\n"
                                 "**/.svn\n**/.svn/**\n"
                                 "**/.hg\n**/.hg/**\n"
                                 "**/CVS\n**/CVS/**\n"
                                 "/.lock-wscript\n"
                                 "/.wafpickle-*\n"
                                 "/build/config.gypi\n"
                                 "npm-debug.log\n"
                                 "**/.npmrc\n"
                                 ".*.swp\n"
                                 ".DS_Store\n**/.DS_Store/**\n"
                                 "._*\n**/._*/**\n"
                                 "*.orig\n"
                                 "/archived-packages/**\n";

/* What no rule of a package changes. */
static const char strict[] = "!/package.json\n"
                             "!/readme{,.*[^~$]}\n"
                             "!/copying{,.*[^~$]}\n"
                             "!/license{,.*[^~$]}\n"
                             "!/licence{,.*[^~$]}\n"
                             "/.git\n"
                             "/node_modules\n"
                             ".npmrc\n"
                             "/package-lock.json\n"
                             "/yarn.lock\n"
                             "/pnpm-lock.yaml\n"
                             "/bun.lockb\n";

static int add_text(PackFolder *f, RuleSource source, const char *text, Error *e) {
        f->active[source] = true;
        return ignore_add_text(f->rules + source, text, strlen(text), e);
}

/* -- package.json --------------------------------------------------------------------- */

/* A file is always in, even if an ignore file further down says otherwise; a folder with all that
 * is in it, and a pattern, only by default. */
static int add_files_entry(PackFolder *f, const char *entry, char ***strictly, Error *e) {
        Ignore *package = f->rules + RULES_PACKAGE;
        const char *more = "", *path;
        struct stat st;
        int r;

        if (startswith(entry, "./"))
                entry++;
        if (endswith(entry, "/*"))
                more = "*";

        path = entry + strspn(entry, "!");
        path += strspn(path, "/");
        if (more[0] || fstatat(f->fd, path[0] ? path : ".", &st, AT_SYMLINK_NOFOLLOW) < 0)
                return ignore_addf(package, e, "!%s%s", entry, more);
        if (S_ISREG(st.st_mode)) {
                r = strv_extendf(strictly, "!%s", entry);
                return r < 0 ? r : strv_extend(&f->required, entry + (entry[0] == '/'));
        }
        if (!S_ISDIR(st.st_mode))
                return 0;
        r = ignore_addf(package, e, "!%s", entry);
        return r < 0 ? r : ignore_addf(package, e, "!%s/**", entry);
}

static int add_files(PackFolder *f, Error *e) {
        _cleanup_(strv_freep) char **strictly = NULL;
        json_object *files = json_get(f->package, "files");
        int r;

        if (!files)
                return 0;
        if (!json_object_is_type(files, json_type_array))
                return error_set(e, -EINVAL, "package.json: field 'files' must be an array, not %s",
                                 json_type_text(files));
        r = add_text(f, RULES_PACKAGE, "*", e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < json_object_array_length(files); i++) {
                const char *entry = json_string(json_object_array_get_idx(files, i));

                if (!entry)
                        return error_set(e, -EINVAL,
                                         "package.json: field 'files[%zu]' must be a string", i);
                r = add_files_entry(f, entry, &strictly, e);
                if (r < 0)
                        return r;
        }
        for (size_t i = strv_length(strictly); i > 0; i--) { /* the first one wins */
                r = ignore_addf(f->rules + RULES_STRICT, e, "%s", strictly[i - 1]);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What the package cannot be run without. */
static int add_entry_points(PackFolder *f, Error *e) {
        _cleanup_(json_object_putp) json_object *bin = NULL;
        json_object *browser = json_get(f->package, "browser");
        const char *main = json_get_string(f->package, "main");
        Ignore *strictly = f->rules + RULES_STRICT;
        int r = 0;

        /* npm makes text of one that is an object, and a class of one character of that text */
        if (json_object_is_type(browser, json_type_object))
                r = ignore_addf(strictly, e, "!/[object Object]");
        else if (!isempty(json_string(browser)))
                r = ignore_addf(strictly, e, "!/%s", json_string(browser));
        if (r < 0)
                return r;
        if (!isempty(main)) {
                r = ignore_addf(strictly, e, "!/%s", main);
                if (r < 0)
                        return r;
        }
        r = bin_of_package(f->fd, f->package, &bin);
        if (r < 0 || !bin)
                return r;
        json_object_object_foreach(bin, name, file) {
                (void) name;
                r = ignore_addf(strictly, e, "!/%s", json_string(file));
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_package(PackFolder *f, Error *e) {
        int r;

        f->active[RULES_STRICT] = true;
        r = add_files(f, e);
        if (r < 0)
                return r;
        r = add_text(f, RULES_STRICT, strict, e);
        if (r < 0)
                return r;
        return add_entry_points(f, e);
}

/* -- ignore files --------------------------------------------------------------------- */

static int read_ignore_file(Packing *p, PackFolder *f, const char *name, RuleSource source) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(f->fd, name, IGNORE_TEXT_MAX, &text, &size);
        if (r == -ELOOP) /* npm follows it; it is no file of the package, but its rules are */
                return error_set(p->e, r, "it is a symbolic link; replace it with a file");
        if (r < 0)
                return r;
        f->active[source] = true;
        return ignore_add_text(f->rules + source, text, size, p->e);
}

static int add_ignore_file(Packing *p, PackFolder *f, const char *name, RuleSource source) {
        int r;

        r = read_ignore_file(p, f, name, source);
        return r < 0 ? error_prefix(p->e, r, "%s%s%s", f->path, f->path[0] ? "/" : "", name) : 0;
}

/* Where no package.json stands: repositories stay out, and what "files" names in here is in. */
static int add_folder_rules(Packing *p, PackFolder *f) {
        int r;

        r = add_text(f, RULES_STRICT, "/.git\n", p->e);
        if (r < 0)
                return r;
        STRV_FOREACH(file, f->required) {
                r = ignore_addf(f->rules + RULES_STRICT, p->e, "!%s", *file);
                if (r < 0)
                        return r;
        }
        return 0;
}

int pack_folder_rules(Packing *p, PackFolder *f, char *const *entries) {
        static const struct {
                const char *name;
                RuleSource source;
        } files[] = {
                { "package.json", RULES_PACKAGE },
                { ".npmignore", RULES_NPMIGNORE },
                { ".gitignore", RULES_GITIGNORE },
        };
        int r = 0;

        if (!f->bundled)
                r = add_text(f, RULES_DEFAULT, always_out, p->e);
        if (r < 0)
                return r;
        if (!f->package)
                r = add_folder_rules(p, f);
        else if (strv_contains(entries, "package.json"))
                r = add_package(f, p->e);
        if (r < 0)
                return r;

        /* In the folders of a package with workspaces npm reads package.json as an ignore file. */
        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                if (f->bundled || !strv_contains(entries, files[i].name) ||
                    (files[i].source == RULES_PACKAGE && (f->package || !p->workspaces)))
                        continue;
                r = add_ignore_file(p, f, files[i].name, files[i].source);
                if (r < 0)
                        return r;
        }

        if (f->active[RULES_PACKAGE])
                f->active[RULES_NPMIGNORE] = f->active[RULES_GITIGNORE] = false;
        else if (f->active[RULES_NPMIGNORE])
                f->active[RULES_GITIGNORE] = false;
        return 0;
}

int pack_folder_required(const PackFolder *folder, const char *name, char ***ret) {
        STRV_FOREACH(file, folder->required) {
                const char *rest = startswith(*file, name);
                int r;

                if (!rest || *rest != '/')
                        continue;
                rest += strspn(rest, "/");
                if (!*rest || strchr(rest, '/'))
                        continue;
                r = strv_extend(ret, rest);
                if (r < 0)
                        return r;
        }
        return 0;
}

void pack_folder_done(PackFolder *f) {
        for (size_t i = 0; i < _RULES_MAX; i++)
                ignore_done(f->rules + i);
        (void) strv_free(f->required);
        f->fd = safe_close(f->fd);
}
