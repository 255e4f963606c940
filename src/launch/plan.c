/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/plan.h"

#include <fcntl.h>

#include "axm/mask.h"
#include "basic/error.h"
#include "basic/fs.h"
#include "basic/json.h"
#include "basic/open-beneath.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"
#include "model/secret.h"
#include "store/installed.h"
#include "store/package-file.h"
#include "store/settings-file.h"
#include "store/settings.h"
#include "store/store.h"

#define VARIABLE_DEBUG "MODULE_DEBUG"

extern char **environ;

/* -- the module -------------------------------------------------------------------------------- */

static int open_store(Plan *p, Error *e, Store **ret) {
        const char *state = getenv(VARIABLE_STATE);
        int r;

        r = scope_init(state ? SCOPE_USER : SCOPE_SYSTEM, e, &p->scope);
        if (r < 0)
                return r;
        r = state ? free_and_strdup(&p->scope.state, state) : 0;
        if (r < 0)
                return r;
        return store_open(&p->scope, /* create= */ false, e, ret);
}

static int choose_app(Plan *p, char *const *parts, Error *e) {
        const char *app = parts[0], *number = app ? parts[1] : NULL;
        int r;

        r = package_find_unit(&p->package, app, number ? (unsigned) strtoul(number, NULL, 10) : 0,
                              &p->instance);
        if (r < 0)
                return r;
        if (r == 0)
                return error_set(e, -ENOENT, "its package.json declares no app '%s'", app);
        p->app = p->package.apps + p->instance.app;
        return 0;
}

int plan_module(Plan *p, const char *id, Error *e) {
        _cleanup_(store_closep) Store *store = NULL;
        _cleanup_(freep) char *name = NULL;
        int r;

        assert(p);
        assert(id);

        r = module_name_from_id(id, &name);
        if (r < 0)
                return error_set(e, r, "'%s' is not a valid module ID", id);
        r = open_store(p, e, &store);
        if (r < 0)
                return r;
        return store_load_installed(store, name, e, &p->module);
}

int plan_folder(Plan *p, Error *e) {
        assert(p);
        assert(p->package_fd < 0);

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
        return p->cwd ? 0 : error_set(e, -errno, "its directory is gone: %s", strerror(errno));
}

int plan_app(Plan *p, char *const *words, Error *e) {
        int r;

        assert(p);
        assert(p->package_fd >= 0);
        assert(words && words[0]);

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

        assert(p);
        assert(p->module.name);

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

/* -- for the bridge ---------------------------------------------------------------------------- */

static int add_if_secret(char *const *path, json_object *value, bool secret, void *userdata) {
        (void) path;
        return secret ? mask_add(userdata, value) : 0;
}

/* The administrator's secrets: settings that are marked or named as secret, and variables of a
 * drop-in with a secret name. The defaults of a package are public. */
int plan_mask(const Plan *p, Mask **ret) {
        _cleanup_(mask_freep) Mask *m = NULL;
        int r;

        assert(p);
        assert(ret);

        r = mask_new(&m);
        if (r < 0)
                return r;
        r = settings_foreach(p->global, add_if_secret, m);
        if (r < 0)
                return r;
        r = settings_foreach(p->settings, add_if_secret, m);
        if (r < 0)
                return r;

        STRV_FOREACH(variable, environ) {
                _cleanup_(freep) char *name = strndup(*variable, strcspn(*variable, "="));

                if (!name)
                        return -ENOMEM;
                if (!name_is_secret(name))
                        continue;
                r = mask_add_text(m, *variable + strlen(name) + 1);
                if (r < 0)
                        return r;
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
