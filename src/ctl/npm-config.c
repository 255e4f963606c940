/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/npm-config.h"

#include <ctype.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/trusted-file.h"

#define NPMRC_MAX (256U * 1024U)

extern char **environ;

/* What it says decides where packages come from, and it may name programs and files. */
static int add_file(json_object *texts, const char *path, TrustedFlags flags, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        fd = trusted_file_open(path, flags, &why);
        if (fd == -ENOENT || fd == -ENOTDIR)
                return 0;
        if (fd == -EPERM && why.message) {
                log_warning("%s is ignored: %s.", path, error_text(&why, fd));
                return 0;
        }
        if (fd < 0)
                return error_set(e, fd, "cannot read %s: %s", path, error_text(&why, fd));
        r = read_fd(fd, NPMRC_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read %s: %s", path, strerror(-r));
        if (!utf8_is_valid(text, size) || strlen(text) != size)
                return error_set(e, -EBADMSG, "%s is no text", path);
        return json_object_array_add(texts, json_object_new_string(text)) < 0 ? -ENOMEM : 0;
}

/* npm_config_REGISTRY and NPM_CONFIG_REGISTRY are one to npm. */
static int add_variables(json_object *env) {
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

/* The variables that a text names as ${NAME} or ${NAME?}: tokens are often kept in one. */
static int add_named(json_object *env, const char *text) {
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

int npm_config_collect(json_object *request, Error *e) {
        static const char *const global[] = { "/usr/local/etc/npmrc", "/usr/etc/npmrc",
                                              "/etc/npmrc" };
        json_object *texts = json_object_new_array(), *env = json_object_new_object();
        const char *home = getenv("HOME"), *user = getenv("NPM_CONFIG_USERCONFIG");
        _cleanup_(freep) char *path = NULL;
        int r;

        /* the request owns both from here on */
        r = json_add(request, "npmrc", texts);
        if (r >= 0)
                r = json_add(request, "env", env);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(global); i++)
                r = add_file(texts, global[i], TRUSTED_FOLLOW, e);
        if (r < 0)
                return r;

        if (!user)
                user = getenv("npm_config_userconfig");
        path = user ? strdup(user) : home ? path_join(home, ".npmrc") : NULL;
        if (path) {
                r = add_file(texts, path, TRUSTED_FOLLOW, e);
                if (r < 0)
                        return r;
        }
        /* whoever made the folder one is in may have put a symlink there */
        r = add_file(texts, "./.npmrc", 0, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < json_object_array_length(texts); i++) {
                r = add_named(env, json_string(json_object_array_get_idx(texts, i)));
                if (r < 0)
                        return r;
        }
        return add_variables(env);
}
