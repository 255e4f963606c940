/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/npm-config.h"

#include <ctype.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"

#define NPMRC_MAX (256U * 1024U)

extern char **environ;

/* What it says decides where packages come from, and it may name programs and files: it counts only
 * if nobody but root and the caller can have written it. */
static bool is_trusted(int fd, const char *path) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return false;
        if (st.st_uid != 0 && st.st_uid != geteuid()) {
                log_warning("%s is ignored: it is owned by UID %u; chown it to root or the calling "
                            "user.",
                            path, (unsigned) st.st_uid);
                return false;
        }
        if (st.st_mode & 0022) {
                log_warning("%s is ignored: others than its owner may write to it; chmod go-w it.",
                            path);
                return false;
        }
        return true;
}

/* Follows symlinks: where a configuration file lies is its owner's choice. */
static int add_file(json_object *texts, const char *path, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return errno == ENOENT || errno == ENOTDIR
                               ? 0
                               : error_set(e, -errno, "cannot read %s: %s", path, strerror(errno));
        if (!is_trusted(fd, path))
                return 0;
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
                r = add_file(texts, global[i], e);
        if (r < 0)
                return r;

        if (!user)
                user = getenv("npm_config_userconfig");
        path = user ? strdup(user) : home ? path_join(home, ".npmrc") : NULL;
        if (path) {
                r = add_file(texts, path, e);
                if (r < 0)
                        return r;
        }
        r = add_file(texts, "./.npmrc", e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < json_object_array_length(texts); i++) {
                r = add_named(env, json_string(json_object_array_get_idx(texts, i)));
                if (r < 0)
                        return r;
        }
        return add_variables(env);
}
