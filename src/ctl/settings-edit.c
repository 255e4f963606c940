/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/settings-edit.h"

#include "basic/log.h"
#include "basic/process.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/interpreter.h"

struct EditFile {
        char *module; /* NULL: global */
        Settings *settings;
        bool changed;
};

/* Where nothing was ever installed there is no folder, which is no error here. */
static int find_installed(Edit *edit, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        r = modules_open_store(&edit->context->modules, /* create= */ false, &why);
        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return error_set(e, r, "%s", error_text(&why, r));
        return store_names(edit->context->modules.store, e, &edit->installed);
}

static int find_names(Edit *edit, Error *e) {
        _cleanup_(strv_freep) char **set_up = NULL;
        int r;

        r = find_installed(edit, e);
        if (r >= 0)
                r = settings_modules(&edit->context->modules.scope, e, &set_up);
        if (r >= 0)
                r = strv_copy(edit->installed, &edit->known);
        STRV_FOREACH(name, set_up)
                if (r >= 0 && !strv_contains(edit->installed, *name))
                        r = strv_extend(&edit->known, *name);
        return r;
}

int edit_open(Context *c, bool write, Error *e, Edit *ret) {
        Edit edit = { .context = c, .lock_fd = -EBADF };
        int r = 0;

        if (write)
                r = edit.lock_fd = settings_lock(&c->modules.scope, e);
        if (r >= 0)
                r = find_names(&edit, e);
        if (r < 0) {
                edit_done(&edit);
                return r;
        }
        *ret = edit;
        return 0;
}

void edit_done(Edit *edit) {
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

static EditFile *find_file(Edit *edit, const char *module) {
        for (size_t i = 0; i < edit->n_files; i++)
                if (streq_ptr(edit->files[i].module, module))
                        return edit->files + i;
        return NULL;
}

int edit_settings(Edit *edit, const char *module, Error *e, Settings **ret) {
        _cleanup_(settings_freep) Settings *s = NULL;
        EditFile *f = find_file(edit, module);
        char *name = NULL;
        int r;

        if (f) {
                *ret = f->settings;
                return 0;
        }

        r = settings_load(&edit->context->modules.scope, module, e, &s);
        if (r >= 0)
                r = free_and_strdup(&name, module);
        if (r < 0)
                return r;
        f = reallocarray(edit->files, edit->n_files + 1, sizeof(EditFile));
        if (!f) {
                free(name);
                return -ENOMEM;
        }
        edit->files = f;
        edit->files[edit->n_files++] = (EditFile){ .module = name, .settings = s };
        *ret = TAKE_PTR(s);
        return 0;
}

void edit_touch(Edit *edit, const char *module) {
        EditFile *f = find_file(edit, module);

        assert(f);
        f->changed = true;
}

int edit_empty_package(const char *module, Package *ret) {
        Package p = { .name = strdup(module), .apps = calloc(1, sizeof(App)), .n_apps = 1 };

        if (!p.name || !p.apps) {
                p.n_apps = 0;
                package_done(&p);
                return -ENOMEM;
        }
        p.apps->instances = 1;
        *ret = p;
        return 0;
}

int edit_package(Edit *edit, const char *module, Error *e, Package *ret) {
        Module m = {};
        int r = 0;

        if (strv_contains(edit->installed, module))
                r = store_load(edit->context->modules.store, module, e, &m);
        if (r < 0)
                return r;
        if (r == 0)
                return edit_empty_package(module, ret);
        r = store_read_package(&m, e, ret);
        module_done(&m);
        return r;
}

static int check_bytes(const Settings *global, const Settings *own, Error *e) {
        _cleanup_(freep) char *a = NULL, *b = NULL;
        size_t n, m;

        if (settings_text(global, &a, &n) < 0 || settings_text(own, &b, &m) < 0)
                return -ENOMEM;
        if (n + m > SETTINGS_BYTES_MAX)
                return error_set(e, -E2BIG,
                                 "its settings and the global ones are %zu bytes in their files, "
                                 "systemd takes %u as credentials: shorten or unset some",
                                 n + m, SETTINGS_BYTES_MAX);
        return 0;
}

/* Whether the launcher finds the app's interpreter by a PATH that was set. What only the script
 * itself could tell is left to it. */
static int check_path(const App *app, const char *path, Error *e) {
        static const char no_script[] = "\177ELF";
        _cleanup_(freep) char *found = NULL;
        const char *interpreter, *instead;
        int r;

        if (!path || !app->script)
                return 0;
        interpreter = interpreter_of(app, no_script, sizeof(no_script) - 1, false);
        instead = app->interpreter ? NULL : interpreter_instead_of(interpreter);
        if (strchr(interpreter, '/') || streq(interpreter, INTERPRETER_NONE))
                return 0;
        r = find_program(path, interpreter, &found);
        if (r == 0 && instead)
                r = find_program(path, instead, &found);
        return r == 0 ? interpreter_missing(interpreter, path, /* set= */ true, e) : MIN2(r, 0);
}

/* Makes the environment the launcher would make. */
static int check_environment(const Package *p, Settings *global, Settings *own, Error *e) {
        for (size_t i = 0; i < p->n_apps; i++) {
                _cleanup_(json_object_putp) json_object *document = NULL;
                _cleanup_(strv_freep) char **env = NULL;
                const EnvironmentSource source = {
                        .package = p,
                        .app = p->apps + i,
                        .global = settings_tree(global),
                        .module = settings_tree(own),
                };
                int r;

                r = environment_build(&source, &(EnvironmentFacts){}, e, &env, &document);
                if (r >= 0)
                        r = check_path(p->apps + i, strv_env_get(env, "PATH"), e);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Whether a module that a change reaches can be started with it. -EUCLEAN if its own files are
 * broken, which is nothing the change did. */
static int check_module(Edit *edit, const char *name, Error *e) {
        Settings *global, *own;
        Package p = {};
        int r;

        r = edit_settings(edit, NULL, e, &global);
        if (r < 0)
                return r;
        if (edit_settings(edit, name, e, &own) < 0 || edit_package(edit, name, e, &p) < 0)
                return -EUCLEAN;

        r = check_bytes(global, own, e);
        if (r >= 0)
                r = check_environment(&p, global, own, e);
        package_done(&p);
        return r == -E2BIG || r == -ENOENT ? error_prefix(e, r, "module '%s'", name) : r;
}

static bool is_reached(Edit *edit, const char *name) {
        const EditFile *global = find_file(edit, NULL), *own = find_file(edit, name);

        return (global && global->changed) || (own && own->changed);
}

/* A module that is broken already is no reason to refuse a global setting; it is left alone then,
 * since what runs would not come back. */
static int check_reached(Edit *edit, Error *e) {
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        r = strv_copy(edit->known, &names);
        for (size_t i = 0; r >= 0 && i < edit->n_files; i++)
                if (edit->files[i].module && !strv_contains(names, edit->files[i].module))
                        r = strv_extend(&names, edit->files[i].module);

        STRV_FOREACH(name, names) {
                _cleanup_(error_clear) Error why = ERROR_NULL;

                if (r < 0)
                        return r;
                if (!is_reached(edit, *name))
                        continue;
                r = check_module(edit, *name, &why);
                if (r == -EUCLEAN || ((r == -E2BIG || r == -ENOENT) && edit->shrinks)) {
                        log_warning("Module '%s' is left alone: %s.", *name, error_text(&why, r));
                        r = strv_extend(&edit->skipped, *name);
                } else if (r < 0)
                        return error_set(e, r, "%s", error_text(&why, r));
        }
        return r;
}

int edit_commit(Edit *edit, Error *e) {
        int r;

        r = check_reached(edit, e);
        for (size_t i = 0; r >= 0 && i < edit->n_files; i++)
                if (edit->files[i].changed)
                        r = settings_save(&edit->context->modules.scope, edit->files[i].module,
                                          edit->files[i].settings, e);
        edit->lock_fd = safe_close(edit->lock_fd);
        return r;
}

int edit_restart(Edit *edit) {
        _cleanup_(strv_freep) char **names = NULL;

        STRV_FOREACH(name, edit->installed)
                if (is_reached(edit, *name) && !strv_contains(edit->skipped, *name) &&
                    strv_extend(&names, *name) < 0)
                        return log_oom();
        return names && edit->context->arg->restart ? ctl_restart_running(edit->context, names) : 0;
}
