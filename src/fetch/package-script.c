/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/package-script.h"

#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/trusted-file.h"
#include "fetch/script-environment.h"
#include "fetch/shell.h"

static int make_environment(const char *folder, json_object *package, const char *event,
                            const char *script, char ***ret) {
        _cleanup_(freep) char *file = path_join(folder, "package.json");
        _cleanup_(strv_freep) char **env = NULL;
        const ScriptVariable table[] = {
                { "INIT_CWD", folder },
                { "npm_lifecycle_event", event },
                { "npm_lifecycle_script", script },
                { "npm_package_json", file },
                { "npm_package_name", json_get_string(package, "name") },
                { "npm_package_version", json_get_string(package, "version") },
        };
        int r;

        if (!file)
                return -ENOMEM;
        r = strv_copy(environ, &env);
        if (r < 0)
                return r;
        r = script_environment_set(&env, table, ELEMENTSOF(table));
        if (r < 0)
                return r;
        r = script_environment_set_path(&env, folder, "");
        if (r < 0)
                return r;
        *ret = TAKE_PTR(env);
        return 0;
}

/* Root does not run a script that another user may write to. */
static int check_trusted(const char *folder, const char *event, Error *e) {
        _cleanup_(freep) char *path = path_join(folder, "package.json");
        _cleanup_(error_clear) Error why = ERROR_NULL;
        _cleanup_(closep) int fd = -EBADF;

        if (geteuid() != 0)
                return 0;
        fd = path ? trusted_file_open(path, 0, &why) : -ENOMEM;
        if (fd >= 0)
                return 0;
        return error_set(e, fd,
                         "package.json has a script '%s', which root does not run "
                         "from a directory that others may write: %s; run pm2ctl as "
                         "the owner of %s, or use --ignore-scripts",
                         event, error_text(&why, fd), folder);
}

int package_script_run(const PackageRequest *request, json_object *package, const char *event,
                       Error *e) {
        _cleanup_(strv_freep) char **env = NULL;
        const char *script;
        int r;

        assert(request && request->folder);
        assert(event);

        script = json_get_string(json_get(package, "scripts"), event);
        if (isempty(script) || request->ignore_scripts)
                return 0;
        if (strlen(script) > SHELL_SCRIPT_MAX)
                return error_set(e, -E2BIG, "package.json: the script '%s' is longer than %d bytes",
                                 event, SHELL_SCRIPT_MAX);
        r = check_trusted(request->folder, event, e);
        if (r < 0)
                return r;

        log_notice("> %s: %s", event, script);
        r = make_environment(request->folder, package, event, script, &env);
        if (r < 0)
                return error_prefix(e, r, "the %s script failed", event);
        r = shell_run(script, request->folder, env, e);
        return r < 0 ? error_prefix(e, r, "the %s script failed", event) : 0;
}
