/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/plan.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/environment.h"
#include "model/name.h"
#include "model/secret.h"

#define VARIABLE_STATE "PM2CTL_STATE"
#define VARIABLE_DEBUG "MODULE_DEBUG"

extern char **environ;

/* -- the module -------------------------------------------------------------------------------- */

/* A unit of the user scope carries the folder, since what XDG variables say may have changed. */
static int open_store(Plan *p, Error *e, Store **ret) {
        const char *state = getenv(VARIABLE_STATE);
        int r;

        r = scope_init(state ? SCOPE_USER : SCOPE_SYSTEM, e, &p->scope);
        if (r >= 0 && state)
                r = free_and_strdup(&p->scope.state, state);
        return r < 0 ? r : store_open(&p->scope, /* create= */ false, e, ret);
}

static int choose_app(Plan *p, char *const *parts, Error *e) {
        const char *app = parts[0], *number = app ? parts[1] : NULL;
        int r;

        r = package_find_unit(&p->package, app, number ? (unsigned) strtoul(number, NULL, 10) : 0,
                              &p->place);
        if (r == 0)
                r = error_set(e, -ENOENT, "its package.json declares no app '%s'", app);
        if (r < 0)
                return r;
        p->app = p->package.apps + p->place.app;
        return 0;
}

int plan_module(Plan *p, const char *id, Error *e) {
        _cleanup_(store_closep) Store *store = NULL;
        _cleanup_(freep) char *name = NULL;
        int r;

        r = module_name_from_id(id, &name);
        if (r < 0)
                return error_set(e, r, "'%s' is no module's id", id);
        r = open_store(p, e, &store);
        if (r < 0)
                return r;
        r = store_load(store, name, e, &p->module);
        if (r < 0)
                return r;
        return r == 0 ? error_set(e, -ENOENT, "it is not installed (any more)") : 0;
}

int plan_folder(Plan *p, Error *e) {
        p->package_fd = store_open_package(&p->module, e);
        return MIN2(p->package_fd, 0);
}

/* A linked folder's path may lead elsewhere by the time the manager follows it, so what the manager
 * has entered is left for the app's folder in the one that was opened. */
static int enter_folder(Plan *p, Error *e) {
        const char *cwd = p->app->cwd ?: ".";
        _cleanup_(closep) int fd = -EBADF;

        if (p->module.link) {
                fd = open_beneath(p->package_fd, cwd, O_PATH | O_DIRECTORY);
                if (fd < 0)
                        return error_set(e, fd, "cannot enter its working directory '%s' in %s: %s",
                                         cwd, p->module.link, strerror(-fd));
                if (fchdir(fd) < 0)
                        return error_set(e, -errno, "cannot enter its working directory '%s': %s",
                                         cwd, strerror(errno));
        }
        p->cwd = getcwd(NULL, 0);
        return p->cwd ? 0 : error_set(e, -errno, "its folder is gone: %s", strerror(errno));
}

int plan_app(Plan *p, char *const *words, Error *e) {
        int r;

        r = store_read_package_at(&p->module, p->package_fd, e, &p->package);
        if (r < 0)
                return r;
        r = choose_app(p, words + 1, e);
        if (r < 0)
                return r;
        return enter_folder(p, e);
}

/* -- settings ---------------------------------------------------------------------------------- */

/* From the credential that was made from the file of `module`, or the global one. */
static int read_settings(const Plan *p, int dir_fd, const char *credential, const char *module,
                         Error *e, Settings **ret) {
        _cleanup_(freep) char *text = NULL, *file = NULL;
        size_t size;
        int r;

        r = settings_path(&p->scope, module, &file);
        if (r < 0)
                return r;
        r = read_file_at(dir_fd, credential, SETTINGS_BYTES_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read %s, credential '%s' of its unit: %s", file,
                                 credential, strerror(-r));
        r = settings_parse(text, size, file, e, ret);
        explicit_bzero(text, size);
        return r;
}

int plan_settings(Plan *p, Error *e) {
        const char *credentials = getenv("CREDENTIALS_DIRECTORY");
        _cleanup_(closep) int fd = -EBADF;
        int r;

        if (!credentials)
                return error_set(e, -ENOENT,
                                 "its unit has no credentials (CREDENTIALS_DIRECTORY is unset)");
        fd = open(credentials, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_set(e, -errno, "cannot open its unit's credentials, %s: %s",
                                 credentials, strerror(errno));

        r = read_settings(p, fd, "global", /* module= */ NULL, e, &p->global);
        return r < 0 ? r : read_settings(p, fd, "module", p->module.name, e, &p->settings);
}

/* -- environment ------------------------------------------------------------------------------- */

/* The folder for the module's own data: the first of StateDirectory=, or in user scope one that is
 * made here, since where the manager would make it depends on its version. */
static int find_data(const Plan *p, char **ret) {
        const char *given = getenv("STATE_DIRECTORY"), *state = getenv(VARIABLE_STATE);
        _cleanup_(freep) char *folder = NULL, *data = NULL;
        int r;

        if (given && given[0] == '/') {
                data = strndup(given, strcspn(given, ":"));
                if (!data)
                        return -ENOMEM;
        } else if (state) {
                r = module_folder_from_name(p->module.name, &folder);
                if (r < 0)
                        return r;
                if (asprintf(&data, "%s/data/%s", state, folder) < 0) {
                        data = NULL;
                        return -ENOMEM;
                }
                r = mkdir_parents(data, 0700);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(data);
        return 0;
}

static int base_environment(const char *data, char ***ret) {
        /* it is the bridge that beats, and speaks to the manager */
        static const char *const ours[] = { VARIABLE_STATE,   "NOTIFY_SOCKET", "WATCHDOG_USEC",
                                            "WATCHDOG_PID",   "LISTEN_FDS",    "LISTEN_PID",
                                            "LISTEN_FDNAMES", "LISTEN_PIDFDID" };
        _cleanup_(strv_freep) char **base = NULL;
        int r;

        r = strv_copy(environ, &base);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(ours); i++)
                r = strv_env_set(&base, ours[i], NULL);
        if (r >= 0 && data && !strv_env_get(base, "STATE_DIRECTORY"))
                r = strv_env_set(&base, "STATE_DIRECTORY", data);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(base);
        return 0;
}

int plan_environment(Plan *p, Error *e) {
        _cleanup_(freep) char *pm2_home = NULL;
        _cleanup_(strv_freep) char **base = NULL;
        EnvironmentSource source = {
                .package = &p->package,
                .app = p->app,
                .global = settings_tree(p->global),
                .module = settings_tree(p->settings),
        };
        EnvironmentFacts facts = {
                .pm_id = p->module.pm_id,
                .instance = p->place.instance,
                .script = p->script,
                .cwd = p->cwd,
                .interpreter = p->interpreter,
                .channel_fd = CHANNEL_FD,
        };
        int r;

        r = find_data(p, &p->data);
        if (r < 0)
                return error_set(e, r, "cannot make the folder for its data: %s", strerror(-r));
        pm2_home = path_join(p->data ? p->data : p->cwd, ".pm2");
        if (!pm2_home)
                return -ENOMEM;

        r = base_environment(p->data, &base);
        if (r < 0)
                return r;
        source.base = base;
        facts.pm2_home = pm2_home;
        facts.home = p->scope.kind == SCOPE_USER ? NULL : p->data;
        return environment_build(&source, &facts, e, &p->env, &p->document);
}

/* -- what the bridge wants to know ------------------------------------------------------------- */

static int add_if_secret(char *const *path, json_object *value, bool secret, void *userdata) {
        (void) path;
        return secret ? mask_add(userdata, value) : 0;
}

/* The administrator's secrets: settings that are marked or named so, and variables of a drop-in
 * that are. The defaults of a package are public. */
int plan_mask(const Plan *p, Mask **ret) {
        _cleanup_(mask_freep) Mask *m = NULL;
        int r;

        r = mask_new(&m);
        if (r >= 0)
                r = settings_foreach(p->global, add_if_secret, m);
        if (r >= 0)
                r = settings_foreach(p->settings, add_if_secret, m);
        if (r < 0)
                return r;

        STRV_FOREACH(variable, environ) {
                _cleanup_(freep) char *name = strndup(*variable, strcspn(*variable, "="));

                if (!name)
                        return -ENOMEM;
                if (secret_name(name)) {
                        r = mask_add_text(m, *variable + strlen(name) + 1);
                        if (r < 0)
                                return r;
                }
        }
        *ret = TAKE_PTR(m);
        return 0;
}

bool plan_debug(const Plan *p) {
        json_object *value = json_get(p->document, VARIABLE_DEBUG);
        const char *text = value ? json_string(value) : getenv(VARIABLE_DEBUG);

        if (!text)
                text = value ? json_text(value) : "";
        return !isempty(text) && !streq(text, "0") && !streq(text, "false");
}

void plan_done(Plan *p) {
        scope_done(&p->scope);
        package_done(&p->package);
        module_done(&p->module);
        p->global = settings_free(p->global);
        p->settings = settings_free(p->settings);
        (void) json_object_put(p->document);
        free(p->script);
        free(p->cwd);
        free(p->data);
        free(p->interpreter);
        free(p->program);
        strv_free(p->argv);
        strv_free(p->env);
        p->package_fd = safe_close(p->package_fd);
        *p = PLAN_EMPTY;
}
