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

static int add_texts(Npmrc *npmrc, json_object *texts, Error *e) {
        for (size_t n = json_object_array_length(texts); n-- > 0;) {
                const char *text = json_string(json_object_array_get_idx(texts, n));
                int r = text ? npmrc_add(npmrc, ".npmrc", text, strlen(text), e) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

int caller_npmrc_read(json_object *texts, json_object *env, Error *e, Npmrc **ret) {
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
        if (json_object_is_type(texts, json_type_array)) {
                r = add_texts(npmrc, texts, e);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(npmrc);
        return 0;
}
