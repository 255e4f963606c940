/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/settings-edit.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "module/settings-check.h"
#include "module/settings-in-force.h"
#include "store/installed.h"
#include "store/package-file.h"
#include "store/settings-file.h"

struct SettingsEditFile {
        char *module; /* NULL: global */
        Settings *settings;
        bool named, changed;
};

/* -- files ------------------------------------------------------------------------------------- */

static int edit_find_names(SettingsEdit *edit, Error *e) {
        _cleanup_(strv_freep) char **set_up = NULL;
        int r;

        r = modules_installed(edit->modules, e, &edit->installed);
        if (r < 0)
                return r;
        r = settings_modules(&edit->modules->scope, e, &set_up);
        if (r < 0)
                return r;
        r = strv_copy(edit->installed, &edit->known);
        if (r < 0)
                return r;
        STRV_FOREACH(name, set_up)
                if (!strv_contains(edit->installed, *name) && strv_extend(&edit->known, *name) < 0)
                        return -ENOMEM;
        return 0;
}

int settings_edit_open(Modules *modules, bool write, Error *e, SettingsEdit *ret) {
        _cleanup_(settings_edit_done) SettingsEdit edit = SETTINGS_EDIT_NULL;
        int r;

        edit.modules = modules;
        if (write) {
                edit.lock_fd = settings_lock(&modules->scope, e);
                if (edit.lock_fd < 0)
                        return edit.lock_fd;
        }
        r = edit_find_names(&edit, e);
        if (r < 0)
                return r;
        *ret = TAKE_GENERIC(edit, SettingsEdit, SETTINGS_EDIT_NULL);
        return 0;
}

void settings_edit_done(SettingsEdit *edit) {
        for (size_t i = 0; i < edit->n_files; i++) {
                free(edit->files[i].module);
                settings_free(edit->files[i].settings);
        }
        free(edit->files);
        strv_free(edit->installed);
        strv_free(edit->known);
        strv_free(edit->skipped);
        edit->lock_fd = safe_close(edit->lock_fd);
}

static SettingsEditFile *edit_find_file(SettingsEdit *edit, const char *module) {
        for (size_t i = 0; i < edit->n_files; i++)
                if (streq_ptr(edit->files[i].module, module))
                        return edit->files + i;
        return NULL;
}

int settings_edit_load(SettingsEdit *edit, const char *module, Error *e, Settings **ret) {
        SettingsEditFile *f = edit_find_file(edit, module), *grown;
        _cleanup_(settings_freep) Settings *s = NULL;
        _cleanup_(freep) char *name = NULL;
        int r;

        if (f) {
                *ret = f->settings;
                return 0;
        }

        r = settings_load(&edit->modules->scope, module, e, &s);
        if (r < 0)
                return r;
        if (free_and_strdup(&name, module) < 0)
                return -ENOMEM;
        grown = reallocarray(edit->files, edit->n_files + 1, sizeof(SettingsEditFile));
        if (!grown)
                return -ENOMEM;
        edit->files = grown;
        *ret = s;
        grown[edit->n_files++] = (SettingsEditFile) { TAKE_PTR(name), TAKE_PTR(s) };
        return 0;
}

void settings_edit_touch(SettingsEdit *edit, const char *module, bool changed) {
        SettingsEditFile *f = edit_find_file(edit, module);

        assert(f);
        f->named = true;
        f->changed |= changed;
}

int settings_edit_foreach(const SettingsEdit *edit, SettingsEditVisit visit, void *userdata) {
        for (size_t i = 0; i < edit->n_files; i++) {
                const SettingsEditFile *f = edit->files + i;
                int r = f->named ? visit(f->module, f->changed, userdata) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

int settings_edit_package(SettingsEdit *edit, const char *module, Error *e, Package *ret) {
        _cleanup_(module_done) Module m = {};
        int r;

        if (!strv_contains(edit->installed, module))
                return package_unknown(module, ret);
        r = store_load(edit->modules->store, module, e, &m);
        if (r < 0)
                return r;
        return r == 0 ? package_unknown(module, ret) : store_read_package(&m, e, ret);
}

/* -- writing ----------------------------------------------------------------------------------- */

static bool edit_reaches(SettingsEdit *edit, const char *name) {
        const SettingsEditFile *global = edit_find_file(edit, NULL),
                               *own = edit_find_file(edit, name);

        return (global && global->changed) || (own && own->changed);
}

/* Whether a module that a change reaches can be started with it. -EUCLEAN if its own files are
 * broken, which is nothing the change did. */
static int edit_check_module(SettingsEdit *edit, const char *name, Error *e) {
        _cleanup_(package_done) Package p = {};
        Settings *global, *own;
        int r;

        r = settings_edit_load(edit, NULL, e, &global);
        if (r < 0)
                return r;
        if (settings_edit_load(edit, name, e, &own) < 0 ||
            settings_edit_package(edit, name, e, &p) < 0)
                return -EUCLEAN;
        r = settings_check_start(&p, global, own, e);
        return r == -E2BIG || r == -ENOENT ? error_prefix(e, r, "module '%s'", name) : r;
}

/* A module that is broken already is no reason to refuse a global setting; it is left alone then,
 * since what runs would not come back. */
static int edit_check_reached(SettingsEdit *edit, const char *name, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        if (!edit_reaches(edit, name))
                return 0;
        r = edit_check_module(edit, name, &why);
        if (r == -EUCLEAN || ((r == -E2BIG || r == -ENOENT) && !edit->grows)) {
                (void) module_note_failure(
                        edit->modules,
                        (ModuleNote) { .kind = MODULE_NOTE_SETTINGS_SKIPPED, .module = name }, r,
                        &why);
                return strv_extend(&edit->skipped, name);
        }
        return r < 0 ? error_copy(e, r, &why) : 0;
}

static int edit_check(SettingsEdit *edit, Error *e) {
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        r = strv_copy(edit->known, &names);
        if (r < 0)
                return r;
        for (size_t i = 0; i < edit->n_files; i++)
                if (edit->files[i].module && !strv_contains(names, edit->files[i].module) &&
                    strv_extend(&names, edit->files[i].module) < 0)
                        return -ENOMEM;
        STRV_FOREACH(name, names) {
                r = edit_check_reached(edit, *name, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int edit_check_and_save(SettingsEdit *edit, Error *e) {
        int r;

        r = edit_check(edit, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < edit->n_files; i++) {
                const SettingsEditFile *f = edit->files + i;

                if (!f->changed)
                        continue;
                r = settings_save(&edit->modules->scope, f->module, f->settings, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

int settings_edit_commit(SettingsEdit *edit, Error *e) {
        int r;

        r = edit_check_and_save(edit, e);
        edit->lock_fd = safe_close(edit->lock_fd);
        return r;
}

int settings_edit_reached(SettingsEdit *edit, char ***ret) {
        _cleanup_(strv_freep) char **names = NULL;

        STRV_FOREACH(name, edit->installed)
                if (edit_reaches(edit, *name) && !strv_contains(edit->skipped, *name) &&
                    strv_extend(&names, *name) < 0)
                        return -ENOMEM;
        *ret = TAKE_PTR(names);
        return 0;
}
