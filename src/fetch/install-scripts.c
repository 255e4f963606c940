/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/install-scripts.h"

#include <fcntl.h>

#include "basic/child-process.h"
#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "fetch/locked-tree.h"
#include "fetch/script-environment.h"
#include "fetch/shell.h"
#include "model/package.h"

#define GYP_SCRIPT "node-gyp rebuild"

/* The package's script for the event, or node-gyp if it has a binding.gyp and no script of its own.
 * NULL if there is none. */
static const char *find_script(json_object *package, const char *event, bool gyp) {
        json_object *scripts = json_get(package, "scripts");
        const char *script = json_get_string(scripts, event);

        if (!isempty(script))
                return script;
        if (gyp && streq(event, "install") && isempty(json_get_string(scripts, "preinstall")) &&
            json_get_bool(package, "gypfile", true))
                return GYP_SCRIPT;
        return NULL;
}

static int read_package(int tree_fd, const char *location, json_object **ret) {
        _cleanup_(freep) char *path = path_join(location, "package.json"), *text = NULL;
        size_t size;
        int r;

        if (!path)
                return -ENOMEM;
        r = read_file_at(tree_fd, path, PACKAGE_JSON_MAX, &text, &size);
        return r < 0 ? r : json_parse(text, size, /* e= */ NULL, ret);
}

static int run_event(LockedTree *t, const LockedPackage *p, const char *event, const char *home,
                     Error *e) {
        _cleanup_(json_object_putp) json_object *package = NULL;
        _cleanup_(freep) char *folder = path_join(t->path, p->location);
        _cleanup_(strv_freep) char **env = NULL;
        const char *script;
        int r;

        if (!folder)
                return -ENOMEM;
        /* npm runs no scripts of a package.json that it cannot read either */
        if (read_package(t->fd, p->location, &package) < 0)
                return 0;
        script = find_script(package, event, p->gyp);
        if (!script)
                return 0;
        if (strlen(script) > SHELL_SCRIPT_MAX)
                return error_set(e, -E2BIG, "%s: its %s script is longer than %d bytes",
                                 p->location, event, SHELL_SCRIPT_MAX);

        log_notice("> %s %s: %s", p->location, event, script);
        r = script_environment_make(t->path, p, package, event, script, home, &env);
        if (r < 0)
                return error_prefix(e, r, "%s: the %s script failed", p->location, event);
        r = shell_run(script, folder, env, e);
        return r < 0 ? error_prefix(e, r, "%s: the %s script failed", p->location, event) : 0;
}

static int run_or_leave_out(LockedTree *t, LockedPackage *p, const char *event, const char *home,
                            Error *e) {
        _cleanup_(error_clear) Error failed = ERROR_NULL;
        int r;

        if (p->removed || !(p->scripts || p->gyp))
                return 0;
        r = run_event(t, p, event, home, &failed);
        if (r < 0 && !p->optional)
                return error_copy(e, r, &failed);
        if (r < 0) {
                log_notice("Left out, since it is optional: %s", error_text(&failed, r));
                return locked_tree_remove(t, p, e);
        }
        return 0;
}

static int run_all(LockedTree *t, const char *home, Error *e) {
        static const char *const events[] = { "preinstall", "install", "postinstall" };

        for (size_t i = 0; i < ELEMENTSOF(events); i++)
                for (size_t k = 0; k < t->n_packages; k++) {
                        int r = run_or_leave_out(t, t->packages + k, events[i], home, e);

                        if (r < 0)
                                return r;
                }
        return 0;
}

int install_scripts_run(const char *tree, const char *home, Error *e) {
        _cleanup_(locked_tree_done) LockedTree t = { .fd = -EBADF };
        int r;

        assert(tree);
        assert(home);

        r = locked_tree_read(tree, e, &t);
        if (r < 0)
                return r;
        process_adopt_strays();
        r = run_all(&t, home, e);
        /* else the unit would wait for a daemon that ignores SIGTERM, and fail */
        process_end_strays();
        return r < 0 ? r : locked_tree_write(&t, e);
}
