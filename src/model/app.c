/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/app.h"

#include <ctype.h>
#include <limits.h>

#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/verbs.h"

#define FIELD_TEXT_MAX 4096

typedef struct Field {
        const char *name; /* a list of spellings: " node_args interpreter_args " */
        int (*parse)(json_object *value, void *field, Error *e);
        size_t offset;
} Field;

static int wrong_type(json_object *value, const char *wanted, Error *e) {
        return error_set(e, -EINVAL, "must be %s, not %s", wanted, json_type_text(value));
}

static int parse_text(json_object *value, void *field, Error *e) {
        const char *s = json_string(value);

        if (!s)
                return wrong_type(value, "a string", e);
        if (has_control(s) || strlen(s) > FIELD_TEXT_MAX)
                return error_set(e, -EINVAL, "holds control characters, or more than %d bytes",
                                 FIELD_TEXT_MAX);
        return free_and_strdup(field, s);
}

static int parse_path(json_object *value, void *field, Error *e) {
        _cleanup_(freep) char *text = NULL, *path = NULL;
        int r;

        r = parse_text(value, &text, e);
        if (r < 0)
                return r;
        r = path_normalize_beneath(text, &path);
        if (r == -EINVAL)
                return error_set(e, r, "must be a path inside the package, not '%s'", text);
        if (r < 0)
                return r;
        free(*(char **) field);
        *(char **) field = TAKE_PTR(path);
        return 0;
}

/* Words as a shell would split them: blanks separate, quotes of both kinds keep together. */
static int split_words(const char *s, char ***ret) {
        _cleanup_(strv_freep) char **words = NULL;
        int r;

        while (*s) {
                _cleanup_(freep) char *word = malloc(strlen(s) + 1);
                char quote = 0, *t = word;
                bool any = false;

                if (!word)
                        return -ENOMEM;
                while (isspace((unsigned char) *s))
                        s++;
                for (; *s && (quote || !isspace((unsigned char) *s)); s++) {
                        any = true;
                        if (quote ? *s == quote : *s == '"' || *s == '\'')
                                quote = quote ? 0 : *s;
                        else
                                *t++ = *s;
                }
                *t = 0;
                if (!any)
                        break;
                r = strv_consume(&words, TAKE_PTR(word));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(words);
        return 0;
}

static int parse_words(json_object *value, void *field, Error *e) {
        _cleanup_(strv_freep) char **words = NULL;
        int r;

        if (json_string(value))
                r = split_words(json_string(value), &words);
        else if (!json_object_is_type(value, json_type_array))
                return wrong_type(value, "a string or an array of strings", e);
        else {
                r = 0;
                for (size_t i = 0; r >= 0 && i < json_object_array_length(value); i++) {
                        json_object *word = json_object_array_get_idx(value, i);

                        if (json_string(word))
                                r = strv_extend(&words, json_string(word));
                        else if (json_object_is_type(word, json_type_int) ||
                                 json_object_is_type(word, json_type_double) ||
                                 json_object_is_type(word, json_type_boolean))
                                r = strv_extend(&words, json_text(word));
                        else
                                return wrong_type(word, "made of strings", e);
                }
        }
        if (r < 0)
                return r;
        strv_free(*(char ***) field);
        *(char ***) field = TAKE_PTR(words);
        return 0;
}

static int parse_bool(json_object *value, void *field, Error *e) {
        if (!json_object_is_type(value, json_type_boolean))
                return wrong_type(value, "true or false", e);
        *(bool *) field = json_object_get_boolean(value);
        return 0;
}

/* A whole number, as JSON number or in a string, with one of the unit letters behind it. */
static int parse_amount(json_object *value, const char *letters, const uint64_t *factors,
                        uint64_t *ret, Error *e) {
        const char *s = json_object_is_type(value, json_type_int) ? json_text(value)
                                                                  : json_string(value);
        unsigned long long n;
        uint64_t factor = 1;
        char *end;

        if (!s)
                return wrong_type(value, "a whole number", e);
        if (!isdigit((unsigned char) s[0]))
                return error_set(e, -EINVAL, "is no whole number: '%.32s'", s);

        errno = 0;
        n = strtoull(s, &end, 10);
        if (*end && *letters && strchr(letters, toupper((unsigned char) *end))) {
                factor = factors[strchr(letters, toupper((unsigned char) *end)) - letters];
                end++;
        }
        if (errno || *end || __builtin_mul_overflow((uint64_t) n, factor, ret) || *ret > INT64_MAX)
                return error_set(e, -EINVAL, "is no whole number in range: '%.32s'", s);
        return 0;
}

static int parse_bytes(json_object *value, void *field, Error *e) {
        static const uint64_t factors[] = { 1024, 1024 * 1024, 1024 * 1024 * 1024 };

        return parse_amount(value, "KMG", factors, field, e);
}

/* Milliseconds, or with a letter seconds, minutes, hours. */
static int parse_duration(json_object *value, void *field, Error *e) {
        static const uint64_t factors[] = { 1000, 60 * 1000, 3600 * 1000 };
        uint64_t msec;
        int r;

        r = parse_amount(value, "SMH", factors, &msec, e);
        if (r < 0)
                return r;
        if (msec > INT64_MAX / USEC_PER_MSEC)
                return error_set(e, -EINVAL, "is too long a time");
        *(uint64_t *) field = msec * USEC_PER_MSEC;
        return 0;
}

static int parse_count(json_object *value, void *field, Error *e) {
        uint64_t n;
        int r;

        r = parse_amount(value, "", NULL, &n, e);
        if (r < 0)
                return r;
        if (n > INT_MAX)
                return error_set(e, -EINVAL, "is too large");
        *(unsigned *) field = (unsigned) n;
        return 0;
}

/* A number, "max", or how many processors shall be left alone, as a negative number. */
static int parse_instances(json_object *value, void *field, Error *e) {
        const char *s = json_object_is_type(value, json_type_int) ? json_text(value)
                                                                  : json_string(value);
        long n;
        char *end;

        if (streq_ptr(s, "max"))
                s = "0";
        if (!s)
                return wrong_type(value, "a whole number or \"max\"", e);
        errno = 0;
        n = strtol(s, &end, 10);
        if (errno || end == s || *end || n > APP_INSTANCES_MAX || n < -APP_INSTANCES_MAX)
                return error_set(e, -EINVAL, "must be \"max\", or a number up to %d, not '%.32s'",
                                 APP_INSTANCES_MAX, s);
        *(int *) field = (int) n;
        return 0;
}

static int parse_object(json_object *value, void *field, Error *e) {
        if (!json_object_is_type(value, json_type_object))
                return wrong_type(value, "an object", e);
        (void) json_object_put(*(json_object **) field);
        *(json_object **) field = json_object_get(value);
        return 0;
}

static int parse_exit_codes(json_object *value, void *field, Error *e) {
        App *app = field;
        size_t n;

        if (!json_object_is_type(value, json_type_array))
                return wrong_type(value, "an array of exit codes", e);

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

static const Field fields[] = {
        { " name ", parse_text, offsetof(App, name) },
        { " script ", parse_path, offsetof(App, script) },
        { " args ", parse_words, offsetof(App, args) },
        { " interpreter exec_interpreter ", parse_text, offsetof(App, interpreter) },
        { " interpreter_args interpreterArgs node_args ", parse_words,
          offsetof(App, interpreter_args) },
        { " cwd ", parse_path, offsetof(App, cwd) },
        { " namespace ", parse_text, offsetof(App, namespace) },
        { " env ", parse_object, offsetof(App, env) },
        { " autorestart ", parse_bool, offsetof(App, autorestart) },
        { " pmx ", parse_bool, offsetof(App, preload) },
        { " restart_delay ", parse_duration, offsetof(App, restart_delay_usec) },
        { " min_uptime ", parse_duration, offsetof(App, min_uptime_usec) },
        { " max_restarts ", parse_count, offsetof(App, max_restarts) },
        { " kill_timeout ", parse_duration, offsetof(App, kill_timeout_usec) },
        { " max_memory_restart ", parse_bytes, offsetof(App, max_memory) },
        { " stop_exit_codes ", parse_exit_codes, 0 },
        { " instances ", parse_instances, offsetof(App, instances) },
};

static const Field *field_find(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                if (word_list_contains(fields[i].name, name))
                        return fields + i;
        return NULL;
}

/* "watch": false and the like ask for what happens anyway. */
static bool asks_for_nothing(const char *name, json_object *value) {
        if (!value ||
            (json_object_is_type(value, json_type_boolean) && !json_object_get_boolean(value)))
                return true;
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

static int parse_declaration(App *app, json_object *declaration, const char *where, Error *e) {
        int r;

        if (json_object_is_type(declaration, json_type_string)) {
                r = parse_path(declaration, &app->script, e);
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
        return 0;
}

int app_parse(json_object *declaration, const char *where, Error *e, App *ret) {
        App app = {
                .autorestart = true,
                .preload = true,
                .min_uptime_usec = APP_MIN_UPTIME_USEC,
                .max_restarts = APP_MAX_RESTARTS,
                .kill_timeout_usec = APP_KILL_TIMEOUT_USEC,
                .instances = 1,
        };
        int r;

        r = parse_declaration(&app, declaration, where, e);
        if (r < 0) {
                app_done(&app);
                return r;
        }
        *ret = app;
        return 0;
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
        strv_free(app->ignored);
        *app = (App){};
}
