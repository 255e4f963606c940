/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/script-environment.h"

#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"

#define DEPTH_MAX 8 /* of a package's config in variables */

/* npm_package_config_port=8080 and so on: a value's members, each with its name appended. */
static int add_members(char ***env, const char *prefix, json_object *value, unsigned depth);

static int add_value(char ***env, const char *name, json_object *value, unsigned depth) {
        if (json_object_is_type(value, json_type_object) ||
            json_object_is_type(value, json_type_array))
                return add_members(env, name, value, depth + 1);
        if (!value ||
            (json_object_is_type(value, json_type_boolean) && !json_object_get_boolean(value)))
                return strv_env_set(env, name, "");
        return strv_env_set(env, name, json_string(value) ?: json_text(value));
}

static int add_member(char ***env, const char *prefix, const char *key, json_object *value,
                      unsigned depth) {
        _cleanup_(freep) char *name = NULL;

        if (strchr(key, '='))
                return 0;
        if (strdupf(&name, "%s_%s", prefix, key) < 0)
                return -ENOMEM;
        return add_value(env, name, value, depth);
}

static int add_elements(char ***env, const char *prefix, json_object *value, unsigned depth) {
        for (size_t i = 0; i < json_object_array_length(value); i++) {
                char key[sizeof("18446744073709551615")];
                int r;

                (void) snprintf(key, sizeof(key), "%zu", i);
                r = add_member(env, prefix, key, json_object_array_get_idx(value, i), depth);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_members(char ***env, const char *prefix, json_object *value, unsigned depth) {
        if (depth > DEPTH_MAX)
                return 0;
        if (json_object_is_type(value, json_type_array))
                return add_elements(env, prefix, value, depth);
        json_object_object_foreach(value, key, member) {
                int r = add_member(env, prefix, key, member, depth);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_package(char ***env, json_object *package) {
        static const char *const members[] = { "name", "version", "config", "engines", "bin" };

        for (size_t i = 0; i < ELEMENTSOF(members); i++) {
                json_object *value = json_get(package, members[i]);
                int r = value ? add_member(env, "npm_package", members[i], value, 0) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

int script_environment_set(char ***env, const ScriptVariable *variables, size_t n) {
        assert(env);
        assert(variables);

        for (size_t i = 0; i < n; i++) {
                int r = variables[i].value
                                ? strv_env_set(env, variables[i].name, variables[i].value)
                                : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

int script_environment_set_path(char ***env, const char *tree, const char *location) {
        _cleanup_(freep) char *base = strdup(location), *path = NULL;
        _cleanup_(strv_freep) char **folders = NULL;
        const char *own = getenv("PATH");
        int r;

        assert(env);
        assert(tree);

        if (!base)
                return -ENOMEM;
        for (;;) {
                char *slash;

                r = strv_extendf(&folders, "%s%s%s/node_modules/.bin", tree, base[0] ? "/" : "",
                                 base);
                if (r < 0)
                        return r;
                if (!base[0])
                        break;
                slash = strrchr(base, '/');
                *(slash ?: base) = 0;
        }
        r = strv_extend(&folders, own ?: DEFAULT_PATH);
        if (r < 0)
                return r;
        path = strv_join(folders, ":");
        return path ? strv_env_set(env, "PATH", path) : -ENOMEM;
}

/* Where node's own files are: "/usr" of "/usr/bin/node"; NULL if there is no node. */
static char *find_node(char **ret_node) {
        _cleanup_(freep) char *copy = strdup(getenv("PATH") ?: DEFAULT_PATH);
        char *state;

        for (char *folder = copy ? strtok_r(copy, ":", &state) : NULL; folder;
             folder = strtok_r(NULL, ":", &state)) {
                _cleanup_(freep) char *node = path_join(folder, "node"), *real = NULL;

                if (!node || access(node, X_OK) < 0)
                        continue;
                real = realpath(node, NULL);
                for (int i = 0; real && i < 2; i++)
                        if (strrchr(real, '/'))
                                *strrchr(real, '/') = 0;
                *ret_node = TAKE_PTR(node);
                return TAKE_PTR(real);
        }
        return NULL;
}

/* node, and what compiling for it takes: there is no network to fetch its headers from, and
 * node-gyp often comes with npm only. */
static int add_node(char ***env) {
        static const struct {
                const char *file; /* below the prefix; the variable is set if it exists */
                const char *name; /* the variable for its path */
                bool prefix;      /* it gets the prefix instead */
        } table[] = {
                { "include/node/node.h", "npm_config_nodedir", true },
                { "lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js",
                  "npm_config_node_gyp", false },
        };
        _cleanup_(freep) char *node = NULL, *prefix = find_node(&node);
        int r;

        if (!prefix)
                return 0;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *path = path_join(prefix, table[i].file);

                if (!path)
                        return -ENOMEM;
                if (access(path, R_OK) < 0)
                        continue;
                r = strv_env_set(env, table[i].name, table[i].prefix ? prefix : path);
                if (r < 0)
                        return r;
        }
        r = strv_env_set(env, "NODE", node);
        return r < 0 ? r : strv_env_set(env, "npm_node_execpath", node);
}

/* npm's own wrapper of its node-gyp comes last: an installed one is preferred. */
static int add_gyp_path(char ***env) {
        const char *gyp = strv_env_get(*env, "npm_config_node_gyp"),
                   *path = strv_env_get(*env, "PATH"),
                   *end = gyp ? strstr(gyp, "/node_modules/node-gyp/") : NULL;
        _cleanup_(freep) char *longer = NULL;

        if (!end)
                return 0;
        if (strdupf(&longer, "%s:%.*s/bin/node-gyp-bin", path, (int) (end - gyp), gyp) < 0)
                return -ENOMEM;
        return strv_env_set(env, "PATH", longer);
}

int script_environment_make(const char *tree, const LockedPackage *p, json_object *package,
                            const char *event, const char *script, const char *home, char ***ret) {
        _cleanup_(freep) char *folder = path_join(tree, p->location), *file = NULL;
        _cleanup_(strv_freep) char **env = NULL;
        int r;

        assert(ret);

        if (!folder || !(file = path_join(folder, "package.json")))
                return -ENOMEM;
        const ScriptVariable table[] = {
                { "HOME", home },
                { "TMPDIR", home },
                { "LANG", getenv("LANG") },
                { "INIT_CWD", tree },
                { "npm_command", "install" },
                { "npm_config_user_agent", "npm/10.0.0 linux pm2ctl/" VERSION },
                { "npm_config_local_prefix", tree },
                { "npm_config_cache", home },
                { "npm_lifecycle_event", event },
                { "npm_lifecycle_script", script },
                { "npm_package_json", file },
                { "npm_package_resolved", json_get_string(p->entry, "resolved") },
                { "npm_package_integrity", json_get_string(p->entry, "integrity") },
                { "npm_package_optional", p->optional ? "1" : "" },
                { "npm_package_peer", json_get_bool(p->entry, "peer", false) ? "1" : "" },
                { "npm_package_dev", "" },
                { "npm_package_dev_optional", "" },
        };

        r = script_environment_set(&env, table, ELEMENTSOF(table));
        if (r < 0)
                return r;
        r = add_package(&env, package);
        if (r < 0)
                return r;
        r = script_environment_set_path(&env, tree, p->location);
        if (r < 0)
                return r;
        r = add_node(&env);
        if (r < 0)
                return r;
        r = add_gyp_path(&env);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(env);
        return 0;
}
