/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/app.h"

#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/verbs.h"
#include "model/calendar.h"
#include "model/environment-names.h"
#include "model/field.h"

typedef struct Field {
        const char *name; /* a list of spellings: " node_args interpreter_args " */
        int (*parse)(json_object *value, void *field, Error *e);
        size_t offset;
} Field;

static int parse_exit_codes(json_object *value, void *field, Error *e) {
        App *app = field;
        size_t n;

        if (!json_object_is_type(value, json_type_array))
                return field_wrong_type(value, "an array of exit codes", e);

        n = json_object_array_length(value);
        free(app->stop_exit_codes);
        app->stop_exit_codes = calloc(n ? n : 1, sizeof(uint8_t));
        if (!app->stop_exit_codes)
                return -ENOMEM;
        app->n_stop_exit_codes = n;
        for (size_t i = 0; i < n; i++) {
                json_object *code = json_object_array_get_idx(value, i);

                if (!json_object_is_type(code, json_type_int) || json_object_get_int(code) < 0 ||
                    json_object_get_int(code) > UINT8_MAX)
                        return error_set(e, -EINVAL, "must hold exit codes from 0 to 255");
                app->stop_exit_codes[i] = (uint8_t) json_object_get_int(code);
        }
        return 0;
}

/* A number, "max", or how many processors to leave free, as a negative number. */
static int parse_instances(json_object *value, void *field, Error *e) {
        const char *s = json_object_is_type(value, json_type_int) ? json_text(value)
                                                                  : json_string(value);
        long n;
        char *end;

        if (streq_ptr(s, "max"))
                s = "0";
        if (!s)
                return field_wrong_type(value, "a whole number or \"max\"", e);
        errno = 0;
        n = strtol(s, &end, 10);
        if (errno || end == s || *end || n > APP_INSTANCES_MAX || n < -APP_INSTANCES_MAX)
                return error_set(e, -EINVAL, "must be \"max\", or a number up to %d, not '%.32s'",
                                 APP_INSTANCES_MAX, s);
        *(int *) field = (int) n;
        return 0;
}

static int add_path(json_object *value, char ***paths, Error *e) {
        char *path = NULL;
        int r;

        r = field_path(value, &path, e);
        return r < 0 ? r : strv_consume(paths, path);
}

/* True or false, or what to watch: a path or several. */
static int parse_watch(json_object *value, void *field, Error *e) {
        App *app = field;
        int r;

        app->watch = WATCH_YES;
        if (json_object_is_type(value, json_type_boolean)) {
                app->watch = json_object_get_boolean(value) ? WATCH_YES : WATCH_NO;
                return 0;
        }
        if (json_string(value))
                return add_path(value, &app->watch_paths, e);
        if (!json_object_is_type(value, json_type_array))
                return field_wrong_type(value, "true, false, a path or an array of paths", e);
        for (size_t i = 0; i < json_object_array_length(value); i++) {
                r = add_path(json_object_array_get_idx(value, i), &app->watch_paths, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* One pattern or several, each with whatever characters it has. */
static int parse_ignore(json_object *value, void *field, Error *e) {
        App *app = field;
        char *pattern = NULL;
        int r;

        if (!json_string(value))
                return field_words(value, &app->ignore_watch, e);
        r = field_text(value, &pattern, e);
        return r < 0 ? r : strv_consume(&app->ignore_watch, pattern);
}

/* PM2 takes 0 and the like for none. */
static int parse_cron(json_object *value, void *field, Error *e) {
        const char *s = json_string(value);
        App *app = field;

        if (!s && !json_object_get_boolean(value))
                return 0;
        if (!s)
                return field_wrong_type(value, "a string", e);
        if (isempty(s) || streq(s, "0"))
                return 0;
        app->cron = strv_free(app->cron);
        return cron_to_calendar(s, e, &app->cron);
}

/* The one that PM2 has anyway is reserved for just that. */
static int parse_instance_variable(json_object *value, void *field, Error *e) {
        return streq_ptr(json_string(value), ENVIRONMENT_INSTANCE)
                       ? 0
                       : field_variable(value, field, e);
}

static const Field fields[] = {
        { " name ", field_text, offsetof(App, name) },
        { " script ", field_path, offsetof(App, script) },
        { " args ", field_words, offsetof(App, args) },
        { " interpreter exec_interpreter ", field_text, offsetof(App, interpreter) },
        { " interpreter_args interpreterArgs node_args ", field_words,
          offsetof(App, interpreter_args) },
        { " cwd ", field_path, offsetof(App, cwd) },
        { " namespace ", field_text, offsetof(App, namespace) },
        { " env ", field_object, offsetof(App, env) },
        { " autostart ", field_bool, offsetof(App, autostart) },
        { " autorestart ", field_bool, offsetof(App, autorestart) },
        { " pmx ", field_bool, offsetof(App, preload) },
        { " restart_delay ", field_duration, offsetof(App, restart_delay_usec) },
        { " min_uptime ", field_duration, offsetof(App, min_uptime_usec) },
        { " max_restarts ", field_count, offsetof(App, max_restarts) },
        { " kill_timeout ", field_duration, offsetof(App, kill_timeout_usec) },
        { " max_memory_restart ", field_bytes, offsetof(App, max_memory) },
        { " stop_exit_codes ", parse_exit_codes, 0 },
        { " instances ", parse_instances, offsetof(App, instances) },
        { " exp_backoff_restart_delay ", field_duration, offsetof(App, backoff_usec) },
        { " wait_ready ", field_bool, offsetof(App, wait_ready) },
        { " listen_timeout ", field_duration, offsetof(App, listen_timeout_usec) },
        { " shutdown_with_message ", field_bool, offsetof(App, shutdown_with_message) },
        { " cron_restart cron ", parse_cron, 0 },
        { " cron_timezone ", field_timezone, offsetof(App, timezone) },
        { " instance_var ", parse_instance_variable, offsetof(App, instance_variable) },
        { " increment_var ", field_variable, offsetof(App, increment_variable) },
        { " watch ", parse_watch, 0 },
        { " ignore_watch ", parse_ignore, 0 },
        { " watch_delay ", field_duration, offsetof(App, watch_delay_usec) },
};

static const Field *field_find(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                if (word_list_contains(fields[i].name, name))
                        return fields + i;
        return NULL;
}

/* "merge_logs": false and the like ask for what happens anyway, as does true for what is on in PM2
 * unless it is turned off. */
static bool asks_for_nothing(const char *name, json_object *value) {
        static const char on_by_default[] = " treekill ";

        if (!value)
                return true;
        if (json_object_is_type(value, json_type_boolean))
                return json_object_get_boolean(value) == word_list_contains(on_by_default, name);
        return streq(name, "exec_mode") && streq_ptr(json_string(value), "fork");
}

static int parse_member(App *app, const char *name, json_object *value, Error *e) {
        const char *environment = startswith(name, "env_");
        const Field *field = field_find(name);

        if (field)
                /* an explicit null is what PM2 takes for absent */
                return value ? field->parse(value, (char *) app + field->offset, e) : 0;

        if (environment && json_object_is_type(value, json_type_object)) {
                if (!app->envs)
                        app->envs = json_object_new_object();
                if (!app->envs)
                        return -ENOMEM;
                return json_add(app->envs, environment, json_object_get(value));
        }
        return asks_for_nothing(name, value) ? 0 : strv_extend(&app->ignored, name);
}

/* Whichever came first in the declaration. */
static int add_timezone(App *app) {
        for (char **event = app->cron; app->timezone && event && *event; event++) {
                char *with_zone;

                if (strdupf(&with_zone, "%s %s", *event, app->timezone) < 0)
                        return -ENOMEM;
                free(*event);
                *event = with_zone;
        }
        return 0;
}

static int parse_declaration(App *app, json_object *declaration, const char *where, Error *e) {
        int r;

        if (json_object_is_type(declaration, json_type_string)) {
                r = field_path(declaration, &app->script, e);
                return r < 0 ? error_prefix(e, r, "field '%s'", where) : 0;
        }
        if (!json_object_is_type(declaration, json_type_object))
                return error_set(e, -EINVAL,
                                 "field '%s' must be an object or a script's path, not %s", where,
                                 json_type_text(declaration));

        json_object_object_foreach(declaration, name, value) {
                r = parse_member(app, name, value, e);
                if (r < 0)
                        return error_prefix(e, r, "field '%s.%s'", where, name);
        }
        if (!app->script)
                return error_set(e, -EINVAL, "field '%s' has no 'script'", where);
        return add_timezone(app);
}

int app_parse(json_object *declaration, const char *where, Error *e, App *ret) {
        _cleanup_(app_done) App app = {
                .autostart = true,
                .autorestart = true,
                .preload = true,
                .min_uptime_usec = APP_MIN_UPTIME_USEC,
                .max_restarts = APP_MAX_RESTARTS,
                .kill_timeout_usec = APP_KILL_TIMEOUT_USEC,
                .instances = 1,
                .listen_timeout_usec = APP_LISTEN_TIMEOUT_USEC,
        };
        int r;

        assert(where);
        assert(ret);

        r = parse_declaration(&app, declaration, where, e);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(app);
        return 0;
}

unsigned app_count_instances(const App *app) {
        long n = app->instances;

        if (n <= 0)
                n += sysconf(_SC_NPROCESSORS_ONLN);
        return (unsigned) MIN2(MAX2(n, 1), APP_INSTANCES_MAX);
}

bool app_is_watched(const App *app, bool linked) {
        return app->watch == WATCH_YES || (app->watch == WATCH_UNSET && linked);
}

void app_done(App *app) {
        free(app->name);
        free(app->script);
        strv_free(app->args);
        free(app->interpreter);
        strv_free(app->interpreter_args);
        free(app->cwd);
        free(app->namespace);
        (void) json_object_put(app->env);
        (void) json_object_put(app->envs);
        free(app->stop_exit_codes);
        strv_free(app->cron);
        free(app->timezone);
        free(app->instance_variable);
        free(app->increment_variable);
        strv_free(app->watch_paths);
        strv_free(app->ignore_watch);
        strv_free(app->ignored);
        *app = (App) {};
}
