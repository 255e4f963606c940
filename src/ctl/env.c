/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "axm/mask.h"
#include "basic/fs.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "ctl/select.h"
#include "model/name.h"
#include "model/secret.h"
#include "module/reports.h"
#include "unit/query.h"

#define ENVIRONMENT_MAX (8U * 1024U * 1024U) /* the kernel lets no process have more by default */

/* A variable's value as it may be shown: the settings document is JSON, and masked as such. */
static int mask_variable(const Mask *mask, const char *name, const char *value, char **ret) {
        _cleanup_(json_object_putp) json_object *document = NULL, *masked = NULL;
        int r;

        if (name_is_secret(name)) {
                *ret = strdup(MASK_TEXT);
                return *ret ? 0 : -ENOMEM;
        }
        if (value[0] != '{' || json_parse(value, strlen(value), /* e= */ NULL, &document) < 0)
                return mask_string(mask, value, ret);
        r = mask_json(mask, document, &masked);
        if (r < 0)
                return r;
        *ret = strdup(json_text(masked));
        return *ret ? 0 : -ENOMEM;
}

static int add_variable(const Mask *mask, const char *variable, json_object *into) {
        _cleanup_(freep) char *name = NULL, *value = NULL;
        const char *equals = strchr(variable, '=');
        int r;

        if (!equals)
                return 0;
        name = strndup(variable, (size_t) (equals - variable));
        if (!name)
                return -ENOMEM;
        if (mask)
                r = mask_variable(mask, name, equals + 1, &value);
        else
                r = free_and_strdup(&value, equals + 1);
        return r < 0 ? r : json_add_string(into, name, value);
}

/* What the process was started with, from the kernel. */
static int read_environment(ScopeKind scope, unsigned pid, const Mask *mask, Error *e,
                            json_object *into) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(freep) char *text = NULL;
        char path[64];
        size_t size;
        int r;

        (void) snprintf(path, sizeof(path), "/proc/%u/environ", pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        r = fd < 0 ? -errno : read_fd(fd, ENVIRONMENT_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read %s: %s", path, scope_strerror(scope, r));

        for (const char *p = text; r >= 0 && p < text + size; p += strlen(p) + 1)
                r = add_variable(mask, p, into);
        return r;
}

static int print_environment(const Arguments *arg, json_object *variables) {
        if (arg->json != JSON_OFF)
                return json_print(variables, arg->json);

        json_object_object_foreach(variables, name, value) {
                _cleanup_(freep) char *left = escape_control(name, /* keep_newlines= */ false);
                _cleanup_(freep) char *right = escape_control(json_object_get_string(value),
                                                              /* keep_newlines= */ false);

                if (!left || !right)
                        return -ENOMEM;
                printf("%s=%s\n", left, right);
        }
        return output_flush();
}

static int show_environment(Context *c, const char *name, const char *unit, Error *e) {
        _cleanup_(json_object_putp) json_object *variables = json_object_new_object();
        _cleanup_(mask_freep) Mask *mask = NULL;
        UnitState state = {};
        unsigned pid;
        int r;

        r = variables ? modules_open_bus(&c->modules, e) : -ENOMEM;
        if (r >= 0)
                r = unit_query(c->modules.bus, unit, e, &state);
        pid = state.main_pid;
        unit_state_done(&state);
        if (r < 0)
                return r;
        if (pid == 0)
                return error_set(e, -ESRCH, "it does not run; what it would get: pm2ctl conf %s",
                                 name);

        if (!c->arg->show_secrets)
                r = mask_new(&mask);
        if (r >= 0 && mask)
                r = module_add_secrets(&c->modules, name, e, mask);
        if (r >= 0)
                r = read_environment(c->modules.scope.kind, pid, mask, e, variables);
        return r < 0 ? r : print_environment(c->arg, variables);
}

/* The unit that the word names, or the module's first. */
static int show_one(Context *c, const char *name, const char *word, Error *e) {
        _cleanup_(freep) char *owner = NULL, *unit = NULL;
        int r;

        r = module_from_unit_word(word, &owner, &unit);
        if (r < 0)
                r = module_unit_name(name, /* app= */ NULL, 0, &unit);
        if (r >= 0)
                r = show_environment(c, name, unit, e);
        return r < 0 ? log_error_cause(r, e, "Cannot show the environment of %s", word) : 0;
}

static int run_env(const void *args, char **words) {
        return select_each(args, words, show_one, /* done= */ NULL);
}

const Verb verb_env = {
        "env", NULL, "MODULE|UNIT", "Print the environment of a running module", 1, 1, run_env,
};
