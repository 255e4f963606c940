/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/npm-config.h"

#include <ctype.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/trusted-file.h"

#define NPMRC_MAX (256U * 1024U)

extern char **environ;

/* What it says decides where packages come from, and it may name programs and files. */
static int npmrc_open(const Modules *modules, const char *path, TrustedFlags flags, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int fd = trusted_file_open(path, flags, &why);

        if (fd >= 0)
                return fd;
        if (fd == -ENOENT || fd == -ENOTDIR)
                return -ENOENT;
        if (fd == -EPERM && why.message) {
                module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_NPMRC_IGNORED,
                                                     .path = path,
                                                     .clause = why.message });
                return -ENOENT;
        }
        return error_set(e, fd, "cannot read %s: %s", path, error_text(&why, fd));
}

static int file_add(json_object *files, const char *path, const char *text) {
        json_object *file = json_object_new_object();

        if (json_object_array_add(files, file) < 0) {
                (void) json_object_put(file);
                return -ENOMEM;
        }
        if (!file || json_add_string(file, "path", path) < 0)
                return -ENOMEM;
        return json_add_string(file, "text", text);
}

/* Adds the file, if there is one. */
static int npmrc_add(const Modules *modules, json_object *files, const char *path,
                     TrustedFlags flags, Error *e) {
        _cleanup_(closep) int fd = npmrc_open(modules, path, flags, e);
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        if (fd < 0)
                return fd == -ENOENT ? 0 : fd;
        r = read_fd(fd, NPMRC_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read %s: %s", path, strerror(-r));
        if (!utf8_is_valid(text, size) || strlen(text) != size)
                return error_set(e, -EBADMSG, "%s is not a text file in UTF-8", path);
        return file_add(files, path, text);
}

/* npm_config_REGISTRY and NPM_CONFIG_REGISTRY are one to npm. */
static int env_add_options(json_object *env) {
        for (char **variable = environ; *variable; variable++) {
                const char *equals = strchr(*variable, '=');
                _cleanup_(freep) char *name = NULL;
                int r;

                if (!equals || strncasecmp(*variable, "npm_config_", strlen("npm_config_")) != 0)
                        continue;
                name = strndup(*variable, (size_t) (equals - *variable));
                if (!name)
                        return -ENOMEM;
                /* what is a registry's, npm_config_//HOST/:_authToken, keeps its case */
                if (!startswith(name + strlen("npm_config_"), "//"))
                        for (char *p = name; *p; p++)
                                *p = (char) tolower((unsigned char) *p);
                if (!utf8_is_valid(*variable, strlen(*variable)))
                        continue;
                r = json_add_string(env, name, equals + 1);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* By the names in small letters, which count first. */
static int env_add_proxies(json_object *env) {
        static const struct {
                const char *name, *capital;
        } names[] = {
                { "http_proxy", "HTTP_PROXY" },
                { "https_proxy", "HTTPS_PROXY" },
                { "no_proxy", "NO_PROXY" },
        };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                const char *value = getenv(names[i].name) ?: getenv(names[i].capital);
                int r;

                if (!value || !utf8_is_valid(value, strlen(value)))
                        continue;
                r = json_add_string(env, names[i].name, value);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The variables that a text names as ${NAME} or ${NAME?}: tokens are often kept in one. */
static int env_add_named(json_object *env, const char *text) {
        for (const char *p = text; (p = strstr(p, "${"));) {
                size_t n = strcspn(p += 2, "${}?");
                _cleanup_(freep) char *name = strndup(p, n);
                const char *value = name ? getenv(name) : NULL;
                int r;

                if (!name)
                        return -ENOMEM;
                if (!value || !utf8_is_valid(value, strlen(value)))
                        continue;
                r = json_add_string(env, name, value);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The weakest first. */
static int npmrc_add_all(const Modules *modules, json_object *files, const char *folder, Error *e) {
        static const char *const global[] = { "/usr/local/etc/npmrc", "/usr/etc/npmrc",
                                              "/etc/npmrc" };
        const char *home = getenv("HOME"), *user = getenv("NPM_CONFIG_USERCONFIG");
        _cleanup_(freep) char *path = NULL, *here = NULL;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(global); i++) {
                r = npmrc_add(modules, files, global[i], TRUSTED_FOLLOW, e);
                if (r < 0)
                        return r;
        }

        if (!user)
                user = getenv("npm_config_userconfig");
        path = user ? strdup(user) : home ? path_join(home, ".npmrc") : NULL;
        if (path) {
                r = npmrc_add(modules, files, path, TRUSTED_FOLLOW, e);
                if (r < 0)
                        return r;
        }
        here = path_join(folder, ".npmrc");
        if (!here)
                return -ENOMEM;
        /* another user may have made the folder, and put a symlink there */
        return npmrc_add(modules, files, here, 0, e);
}

int npm_config_collect(const Modules *modules, const char *folder, json_object *request, Error *e) {
        json_object *files = json_object_new_array(), *env = json_object_new_object();
        int r;

        /* the request owns each from here on */
        r = json_add(request, "npmrc", files);
        if (r < 0)
                return r;
        r = json_add(request, "env", env);
        if (r < 0)
                return r;
        r = npmrc_add_all(modules, files, folder, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < json_object_array_length(files); i++) {
                r = env_add_named(env,
                                  json_get_string(json_object_array_get_idx(files, i), "text"));
                if (r < 0)
                        return r;
        }
        r = env_add_proxies(env);
        return r < 0 ? r : env_add_options(env);
}
