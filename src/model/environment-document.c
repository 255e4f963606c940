/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/environment-document.h"

#include "basic/strv.h"
#include "model/app.h"
#include "model/environment-names.h"
#include "model/package.h"

static const char *const origins[_ORIGIN_MAX] = {
        [ORIGIN_PACKAGE] = "package", [ORIGIN_APP] = "app",       [ORIGIN_DROPIN] = "drop-in",
        [ORIGIN_GLOBAL] = "global",   [ORIGIN_MODULE] = "module",
};

const char *origin_to_string(Origin origin) {
        return origin >= 0 && origin < _ORIGIN_MAX ? origins[origin] : NULL;
}

static bool is_container(json_object *o) {
        return json_object_is_type(o, json_type_object) && json_object_object_length(o) > 0;
}

/* The member of that name, replaced by an object if it is not one. Borrowed. */
static int enter_member(json_object *o, const char *key, json_object **ret) {
        json_object *member = json_get(o, key);
        int r;

        if (!json_object_is_type(member, json_type_object)) {
                member = json_object_new_object();
                r = json_add(o, key, member);
                if (r < 0)
                        return r;
        }
        *ret = member;
        return 0;
}

static int add_copy(json_object *o, const char *key, json_object *value) {
        json_object *copy = json_copy(value);

        if (value && !copy)
                return -ENOMEM;
        if (json_object_object_add(o, key, copy) < 0) {
                (void) json_object_put(copy);
                return -ENOMEM;
        }
        return 0;
}

static int merge_object(json_object *into, json_object *into_origins, json_object *from,
                        Origin origin);

/* Objects are merged, everything else is replaced. */
static int merge_member(json_object *into, json_object *into_origins, const char *key,
                        json_object *value, Origin origin) {
        json_object *below, *below_origins;
        int r;

        if (!is_container(value)) {
                r = add_copy(into, key, value);
                return r < 0 ? r : json_add_string(into_origins, key, origins[origin]);
        }

        r = enter_member(into, key, &below);
        if (r < 0)
                return r;
        r = enter_member(into_origins, key, &below_origins);
        return r < 0 ? r : merge_object(below, below_origins, value, origin);
}

static int merge_object(json_object *into, json_object *into_origins, json_object *from,
                        Origin origin) {
        int r;

        if (!from)
                return 0;
        json_object_object_foreach(from, key, value) {
                r = merge_member(into, into_origins, key, value, origin);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int merge_variable(const EnvironmentSource *source, json_object *into,
                          json_object *into_origins, const char *key) {
        const char *variable = strv_env_get(source->base, key);
        int r;

        if (environment_is_reserved(key))
                return 0;
        if (variable) {
                r = json_add_string(into, key, variable);
                return r < 0 ? r : json_add_string(into_origins, key, origins[ORIGIN_DROPIN]);
        }
        if (!json_has(source->app->env, key))
                return 0;
        return merge_member(into, into_origins, key, json_get(source->app->env, key), ORIGIN_APP);
}

/* Variables of the app and of the unit that are called like a setting of the package change that
 * setting; the others are no settings. */
static int merge_variables(const EnvironmentSource *source, json_object *into,
                           json_object *into_origins) {
        int r;

        if (!source->package->config)
                return 0;
        json_object_object_foreach(source->package->config, key, value) {
                (void) value;
                r = merge_variable(source, into, into_origins, key);
                if (r < 0)
                        return r;
        }
        return 0;
}

int environment_document(const EnvironmentSource *source, json_object **ret,
                         json_object **ret_origins) {
        _cleanup_(json_object_putp) json_object *document = NULL, *names = NULL;
        int r;

        assert(source && source->package && source->app);
        assert(ret);

        document = json_object_new_object();
        names = json_object_new_object();
        if (!document || !names)
                return -ENOMEM;

        r = merge_object(document, names, source->package->config, ORIGIN_PACKAGE);
        if (r < 0)
                return r;
        r = merge_variables(source, document, names);
        if (r < 0)
                return r;
        r = merge_object(document, names, source->global, ORIGIN_GLOBAL);
        if (r < 0)
                return r;
        r = merge_object(document, names, source->module, ORIGIN_MODULE);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(document);
        if (ret_origins)
                *ret_origins = TAKE_PTR(names);
        return 0;
}
