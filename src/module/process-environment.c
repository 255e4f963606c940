/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/process-environment.h"

#include <fcntl.h>

#include "axm/mask.h"
#include "basic/fs.h"
#include "basic/string-util.h"
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
        r = mask ? mask_variable(mask, name, equals + 1, &value)
                 : free_and_strdup(&value, equals + 1);
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

        for (const char *p = text; p < text + size; p += strlen(p) + 1) {
                r = add_variable(mask, p, into);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int find_main_pid(Modules *modules, const char *unit, Error *e, unsigned *ret) {
        UnitState state = {};
        int r;

        r = modules_open_bus(modules, e);
        if (r < 0)
                return r;
        r = unit_query(modules->bus, unit, e, &state);
        *ret = state.main_pid;
        unit_state_done(&state);
        if (r < 0)
                return r;
        return *ret > 0 ? 0 : error_set(e, -ESRCH, "it does not run");
}

int unit_process_environment(Modules *modules, const char *module, const char *unit,
                             bool show_secrets, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *variables = json_object_new_object();
        _cleanup_(mask_freep) Mask *mask = NULL;
        unsigned pid;
        int r;

        if (!variables)
                return -ENOMEM;
        r = find_main_pid(modules, unit, e, &pid);
        if (r < 0)
                return r;
        if (!show_secrets) {
                r = mask_new(&mask);
                if (r < 0)
                        return r;
                r = module_add_secrets(modules, module, e, mask);
                if (r < 0)
                        return r;
        }
        r = read_environment(modules->scope.kind, pid, mask, e, variables);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(variables);
        return 0;
}
