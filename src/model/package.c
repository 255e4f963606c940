/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/package.h"

#include "basic/string-util.h"
#include "model/app.h"
#include "model/name.h"

#define VERSION_MAX 256 /* node-semver's limit */

static int check_version(const char *version, Error *e) {
        static const char plain[] =
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-";

        if (version[0] == 0 || strlen(version) > VERSION_MAX ||
            strspn(version, plain) != strlen(version) || version[0] == '.' || version[0] == '-')
                return error_set(e, -EINVAL, "field 'version' is not a version: '%.64s'", version);
        return 0;
}

/* A member that must be a string if it is there. */
static int get_text(json_object *o, const char *key, Error *e, const char **ret) {
        *ret = json_get_string(o, key);
        if (!*ret && json_get(o, key))
                return error_set(e, -EINVAL, "field '%s' must be a string, not %s", key,
                                 json_type_text(json_get(o, key)));
        return 0;
}

static int parse_identity(json_object *o, Error *e, Package *p) {
        const char *name, *version, *homepage;
        int r;

        r = get_text(o, "name", e, &name);
        if (r < 0)
                return r;
        if (!name)
                return error_set(e, -EINVAL, "field 'name' is missing");
        r = module_name_check(name, e);
        if (r < 0)
                return error_prefix(e, r, "field 'name'");

        r = get_text(o, "version", e, &version);
        if (r < 0)
                return r;
        if (!version)
                version = "0.0.0"; /* a folder that was never published may lack one */
        r = check_version(version, e);
        if (r < 0)
                return r;

        homepage = json_get_string(o, "homepage");
        if (free_and_strdup(&p->name, name) < 0 || free_and_strdup(&p->version, version) < 0 ||
            free_and_strdup(&p->description, json_get_string(o, "description")) < 0 ||
            free_and_strdup(&p->homepage, homepage) < 0)
                return -ENOMEM;
        return 0;
}

static int parse_config(json_object *o, Error *e, Package *p) {
        json_object *config = json_get(o, "config");

        if (!config)
                return 0;
        if (!json_object_is_type(config, json_type_object))
                return error_set(e, -EINVAL, "field 'config' must be an object, not %s",
                                 json_type_text(config));
        p->config = json_object_get(config);
        return 0;
}

static int add_app(Package *p, json_object *declaration, const char *where, Error *e) {
        unsigned n_units = 0;
        App *grown;
        int r;

        if (p->n_apps >= PACKAGE_APPS_MAX)
                return error_set(e, -E2BIG, "field '%s': more than %d apps", where,
                                 PACKAGE_APPS_MAX);
        grown = realloc(p->apps, (p->n_apps + 1) * sizeof(App));
        if (!grown)
                return -ENOMEM;
        p->apps = grown;

        r = app_parse(declaration, where, e, p->apps + p->n_apps);
        if (r < 0)
                return r;
        p->n_apps++;
        for (size_t i = 0; i < p->n_apps; i++)
                n_units += app_count_instances(p->apps + i);
        if (n_units > PACKAGE_UNITS_MAX)
                return error_set(e, -E2BIG, "field '%s': more than %d processes", where,
                                 PACKAGE_UNITS_MAX);
        return 0;
}

/* "apps" or "pm2": an array of declarations, one declaration, or just a script. */
static int parse_declarations(json_object *apps, const char *field, Error *e, Package *p) {
        int r;

        p->entry = field;
        p->entry_list = json_object_is_type(apps, json_type_array);
        if (!p->entry_list)
                return add_app(p, apps, field, e);

        for (size_t i = 0; i < json_object_array_length(apps); i++) {
                char where[32];

                (void) snprintf(where, sizeof(where), "%s[%zu]", field, i);
                r = add_app(p, json_object_array_get_idx(apps, i), where, e);
                if (r < 0)
                        return r;
        }
        if (p->n_apps == 0)
                return error_set(e, -EINVAL, "field '%s' lists no apps", field);
        return 0;
}

/* The first of an object "bin", or the string. */
static json_object *bin_script(json_object *o) {
        json_object *bin = json_get(o, "bin");

        if (json_object_is_type(bin, json_type_object)) {
                json_object_object_foreach(bin, name, script) {
                        (void) name;
                        return script;
                }
                return NULL;
        }
        return bin;
}

static int parse_apps(json_object *o, Error *e, Package *p) {
        static const char *const declarations[] = { "apps", "pm2" };
        json_object *script;

        for (size_t i = 0; i < ELEMENTSOF(declarations); i++)
                if (json_get(o, declarations[i]))
                        return parse_declarations(json_get(o, declarations[i]), declarations[i], e,
                                                  p);

        script = bin_script(o);
        p->entry = script ? "bin" : "main";
        if (!script)
                script = json_get(o, "main");
        if (script)
                return add_app(p, script, p->entry, e);
        return error_set(e, -EINVAL,
                         "no entry point: declare \"apps\": [{ \"script\": \"index.js\" }], or "
                         "\"bin\" or \"main\"");
}

int package_parse(const char *text, size_t size, Error *e, Package *ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        _cleanup_(package_done) Package p = {};
        int r;

        assert(text);
        assert(ret);

        r = json_parse(text, size, e, &o);
        if (r < 0)
                return r;
        if (!json_object_is_type(o, json_type_object))
                return error_set(e, -EINVAL, "must be a JSON object, not %s", json_type_text(o));

        r = parse_identity(o, e, &p);
        if (r < 0)
                return r;
        r = parse_config(o, e, &p);
        if (r < 0)
                return r;
        r = parse_apps(o, e, &p);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(p);
        return 0;
}

static int choose_env(App *app, json_object *chosen) {
        _cleanup_(json_object_putp) json_object *env = app->env ? json_copy(app->env)
                                                                : json_object_new_object();

        if (!env)
                return -ENOMEM;
        json_object_object_foreach(chosen, name, value)
                if (json_object_object_add(env, name, json_object_get(value)) < 0)
                        return -ENOMEM;
        (void) json_object_put(app->env);
        app->env = TAKE_PTR(env);
        return 0;
}

int package_choose_env(Package *p, const char *name) {
        bool found = false;

        for (size_t i = 0; i < p->n_apps; i++) {
                json_object *chosen = json_get(p->apps[i].envs, name);
                int r = chosen ? choose_env(p->apps + i, chosen) : 0;

                if (r < 0)
                        return r;
                found |= chosen != NULL;
        }
        return found;
}

void package_done(Package *p) {
        for (size_t i = 0; i < p->n_apps; i++)
                app_done(p->apps + i);
        free(p->apps);
        free(p->name);
        free(p->version);
        free(p->description);
        free(p->homepage);
        (void) json_object_put(p->config);
        *p = (Package) {};
}
