/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/caller-npmrc.h"

#include "basic/strv.h"

static int set_own_variables(char ***env) {
        static const char *const names[] = { "http_proxy", "https_proxy", "no_proxy", "HOME" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                int r = strv_env_set(env, names[i], getenv(names[i]));

                if (r < 0)
                        return r;
        }
        return 0;
}

static int set_callers_variables(char ***env, json_object *variables) {
        json_object_object_foreach(variables, name, value) {
                int r = json_string(value) ? strv_env_set(env, name, json_string(value)) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_text(Npmrc *npmrc, json_object *file, Error *e) {
        const char *path = json_get_string(file, "path"), *text = json_get_string(file, "text");

        if (!path || !text)
                return error_set(e, -EBADMSG, "request: a file in field 'npmrc' is invalid");
        return npmrc_add(npmrc, path, text, strlen(text), e);
}

static int add_texts(Npmrc *npmrc, json_object *files, Error *e) {
        for (size_t n = json_object_array_length(files); n-- > 0;) {
                int r = add_text(npmrc, json_object_array_get_idx(files, n), e);

                if (r < 0)
                        return r;
        }
        return 0;
}

int caller_npmrc_read(json_object *files, json_object *env, Error *e, Npmrc **ret) {
        _cleanup_(npmrc_freep) Npmrc *npmrc = NULL;
        _cleanup_(strv_freep) char **block = NULL;
        int r;

        assert(ret);

        r = set_own_variables(&block);
        if (r < 0)
                return r;
        if (json_object_is_type(env, json_type_object)) {
                r = set_callers_variables(&block, env);
                if (r < 0)
                        return r;
        }
        r = npmrc_new(block, e, &npmrc);
        if (r < 0)
                return r;
        if (json_object_is_type(files, json_type_array)) {
                r = add_texts(npmrc, files, e);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(npmrc);
        return 0;
}
