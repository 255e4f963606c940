/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/environment.h"

#include "basic/number.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/environment-names.h"
#include "model/package.h"

/* With this one pmx prints every message, unmasked, on the standard output; the bridge logs them
 * instead, masked. */
#define VARIABLE_DEBUG "MODULE_DEBUG"

/* What String() makes of a value; JSON where that would be "[object Object]" or lose the brackets.
 * Strings that hold a NUL have no text. */
static int value_text(json_object *value, char buffer[NUMBER_TEXT_MAX], const char **ret) {
        if (json_object_is_type(value, json_type_string)) {
                *ret = json_string(value);
                return 0;
        }
        if (json_object_is_type(value, json_type_double)) {
                number_text(json_object_get_double(value), buffer);
                *ret = buffer;
                return 0;
        }
        *ret = value ? json_text(value) : "null";
        return *ret ? 0 : -ENOMEM;
}

static int set_variable(char ***env, const char *name, json_object *value) {
        char buffer[NUMBER_TEXT_MAX];
        const char *text;
        int r;

        if (isempty(name) || strchr(name, '='))
                return 0;
        r = value_text(value, buffer, &text);
        if (r < 0 || !text)
                return r;
        return strv_env_set(env, name, text);
}

/* One variable for each setting. A package's give way to what is there, an administrator's do not.
 */
static int set_setting_variables(char ***env, const EnvironmentSource *source,
                                 json_object *document) {
        int r;

        json_object_object_foreach(document, name, value) {
                bool set = json_has(source->global, name) || json_has(source->module, name);

                if (!set && (environment_is_reserved(name) || strv_env_get(source->base, name)))
                        continue;
                if (streq(name, VARIABLE_DEBUG))
                        continue;
                r = set_variable(env, name, value);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The app's variables that are no settings. */
static int set_app_variables(char ***env, const EnvironmentSource *source, json_object *document) {
        int r;

        if (!source->app->env)
                return 0;
        json_object_object_foreach(source->app->env, name, value) {
                if (json_has(document, name) || environment_is_reserved(name) ||
                    strv_env_get(source->base, name))
                        continue;
                r = set_variable(env, name, value);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Where the unit has one of these, a drop-in put it there. */
static int set_contract_variables(char ***env, const EnvironmentSource *source,
                                  const EnvironmentFacts *facts) {
        const char *instance_variable = source->app->instance_variable ?: ENVIRONMENT_INSTANCE;
        char id[16], instance[16], instances[16];
        const struct {
                const char *name, *value;
        } table[] = {
                { "name", source->package->name },
                { "pmx_module", "true" },
                { "pm_id", id },
                { "PM2_HOME", facts->pm2_home },
                { instance_variable, instance },
                { "instance_var", instance_variable },
                { "instances", instances },
                { "namespace", source->app->namespace ? source->app->namespace : "default" },
                { "version", source->package->version },
                { "pm_cwd", facts->cwd },
                { "pm_exec_path", facts->script },
                { "exec_interpreter", facts->interpreter },
                { "exec_mode", "fork_mode" },
                /* else a module's lines come when its buffer is full, not when it prints them */
                { "PYTHONUNBUFFERED", "1" },
        };
        int r;

        (void) snprintf(id, sizeof(id), "%u", facts->pm_id);
        (void) snprintf(instance, sizeof(instance), "%u", facts->instance);
        (void) snprintf(instances, sizeof(instances), "%u", app_count_instances(source->app));
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                if (strv_env_get(*env, table[i].name))
                        continue;
                r = strv_env_set(env, table[i].name, table[i].value);
                if (r < 0)
                        return r;
        }
        return facts->home ? strv_env_set(env, "HOME", facts->home) : 0;
}

/* Whoever set it: the first instance has its value, or 0. */
static int increment_variable(char ***env, const App *app, unsigned instance, Error *e) {
        const char *text = app->increment_variable ? strv_env_get(*env, app->increment_variable)
                                                   : NULL;
        char buffer[32], *end = NULL;
        long long n;

        if (!app->increment_variable)
                return 0;
        errno = 0;
        n = strtoll(text ?: "0", &end, 10);
        if (errno || end == text || *end || n > INT64_MAX - (long long) instance)
                return error_set(e, -EINVAL,
                                 "the variable '%s', which 'increment_var' names, must be a whole "
                                 "number",
                                 app->increment_variable);
        (void) snprintf(buffer, sizeof(buffer), "%lld", n + (long long) instance);
        return strv_env_set(env, app->increment_variable, buffer);
}

/* Last, since no setting may change what carries the channel. */
static int set_channel(char ***env, int fd) {
        char text[16];
        int r;

        (void) snprintf(text, sizeof(text), "%d", fd);
        r = strv_env_set(env, ENVIRONMENT_CHANNEL, text);
        return r < 0 ? r : strv_env_set(env, ENVIRONMENT_CHANNEL_MODE, "json");
}

static int check_sizes(char *const *env, const char *document, Error *e) {
        STRV_FOREACH(s, env) {
                int name = (int) strcspn(*s, "=");

                if (strlen(*s) <= ENVIRONMENT_STRING_MAX)
                        continue;
                if (strncmp(*s, document, (size_t) name) == 0 && !document[name])
                        return error_set(e, -E2BIG,
                                         "its settings are %zu bytes together, the kernel takes "
                                         "%u in one variable: shorten or unset some",
                                         strlen(*s) - (size_t) name - 1,
                                         ENVIRONMENT_STRING_MAX - (unsigned) name - 1);
                return error_set(e, -E2BIG,
                                 "variable '%.*s' is %zu bytes long, the kernel takes %u: shorten "
                                 "or unset it",
                                 MIN2(name, 256), *s, strlen(*s), ENVIRONMENT_STRING_MAX);
        }
        return 0;
}

/* What comes later wins, where the functions do not leave alone what is there. */
static int set_variables(char ***env, const EnvironmentSource *source,
                         const EnvironmentFacts *facts, json_object *document, Error *e) {
        int r;

        r = strv_env_set(env, VARIABLE_DEBUG, NULL);
        if (r < 0)
                return r;
        r = set_contract_variables(env, source, facts);
        if (r < 0)
                return r;
        r = set_app_variables(env, source, document);
        if (r < 0)
                return r;
        r = set_setting_variables(env, source, document);
        if (r < 0)
                return r;
        r = increment_variable(env, source->app, facts->instance, e);
        if (r < 0)
                return r;
        /* a package may be called PATH, too */
        if (!environment_is_reserved(source->package->name)) {
                r = strv_env_set(env, source->package->name, json_text(document));
                if (r < 0)
                        return r;
        }
        return set_channel(env, facts->channel_fd);
}

int environment_build(const EnvironmentSource *source, const EnvironmentFacts *facts, Error *e,
                      char ***ret, json_object **ret_document) {
        _cleanup_(json_object_putp) json_object *document = NULL;
        _cleanup_(strv_freep) char **env = NULL;
        int r;

        assert(facts);

        r = environment_document(source, &document, /* ret_origins= */ NULL);
        if (r < 0)
                return r;
        r = strv_copy(source->base, &env);
        if (r < 0)
                return r;
        r = set_variables(&env, source, facts, document, e);
        if (r < 0)
                return r;
        r = check_sizes(env, source->package->name, e);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(env);
        *ret_document = TAKE_PTR(document);
        return 0;
}
