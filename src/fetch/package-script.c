/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/trusted-file.h"
#include "fetch/package.h"
#include "fetch/script-environment.h"
#include "fetch/shell.h"

extern char **environ;

static int make_environment(const char *folder, json_object *package, const char *event,
                            const char *script, char ***ret) {
        _cleanup_(freep) char *file = path_join(folder, "package.json");
        _cleanup_(strv_freep) char **env = NULL;
        const struct {
                const char *name, *value;
        } table[] = {
                { "INIT_CWD", folder },
                { "npm_lifecycle_event", event },
                { "npm_lifecycle_script", script },
                { "npm_package_json", file },
                { "npm_package_name", json_get_string(package, "name") },
                { "npm_package_version", json_get_string(package, "version") },
        };
        int r;

        r = file ? strv_copy(environ, &env) : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(table); i++)
                if (table[i].value)
                        r = strv_env_set(&env, table[i].name, table[i].value);
        if (r >= 0)
                r = script_environment_set_path(&env, folder, "");
        if (r < 0)
                return r;
        *ret = TAKE_PTR(env);
        return 0;
}

/* Root does not run what another user may write. */
static int check_written(const char *folder, const char *event, Error *e) {
        _cleanup_(freep) char *path = path_join(folder, "package.json");
        _cleanup_(error_clear) Error why = ERROR_NULL;
        _cleanup_(closep) int fd = -EBADF;

        if (geteuid() != 0)
                return 0;
        fd = path ? trusted_file_open(path, 0, &why) : -ENOMEM;
        if (fd >= 0)
                return 0;
        return error_set(e, fd,
                         "package.json has a script '%s', which root does not run where others may "
                         "write: %s; call pm2ctl as the owner of %s, or with --ignore-scripts",
                         event, error_text(&why, fd), folder);
}

int package_script(json_object *request, json_object *package, const char *event, Error *e) {
        const char *script = json_get_string(json_get(package, "scripts"), event),
                   *folder = json_get_string(request, "folder");
        _cleanup_(strv_freep) char **env = NULL;
        int r;

        if (isempty(script) || json_get_bool(request, "ignore_scripts", false))
                return 0;
        if (strlen(script) > SHELL_SCRIPT_MAX)
                return error_set(e, -E2BIG, "package.json: the script '%s' is longer than %d bytes",
                                 event, SHELL_SCRIPT_MAX);
        r = check_written(folder, event, e);
        if (r < 0)
                return r;

        log_notice("> %s: %s", event, script);
        r = make_environment(folder, package, event, script, &env);
        if (r >= 0)
                r = shell_run(script, folder, env, e);
        return r < 0 ? error_prefix(e, r, "the %s script failed", event) : 0;
}
