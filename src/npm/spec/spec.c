/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/spec.h"

#include <strings.h>

#include "basic/string-util.h"
#include "npm/spec/address.h"

static const char *const spec_type_table[_SPEC_TYPE_MAX] = {
        [SPEC_VERSION] = "version",
        [SPEC_RANGE] = "range",
        [SPEC_TAG] = "tag",
        [SPEC_ALIAS] = "alias",
        [SPEC_DIRECTORY] = "directory",
        [SPEC_FILE] = "file",
        [SPEC_REMOTE] = "remote",
        [SPEC_GIT] = "git",
};

const char *spec_type_to_string(SpecType type) {
        return type >= 0 && type < _SPEC_TYPE_MAX ? spec_type_table[type] : NULL;
}

Spec *spec_free(Spec *s) {
        if (!s)
                return NULL;
        free(s->name);
        free(s->raw);
        free(s->fetch);
        range_free(s->range);
        spec_free(s->target);
        free(s->committish);
        free(s->git_range);
        free(s->subdir);
        hosted_done(&s->hosted);
        free(s);
        return NULL;
}

bool spec_is_registry(const Spec *s) {
        return s->type <= SPEC_ALIAS;
}

const char *spec_registry_name(const Spec *s) {
        return s->type == SPEC_ALIAS ? s->target->name : s->name;
}

bool package_name_is_valid(const char *name) {
        const char *slash = strchr(name, '/'), *last = name;

        if (isempty(name) || strlen(name) > SPEC_NAME_MAX || strchr(".-_", name[0]) ||
            strcasecmp(name, "node_modules") == 0 || strcasecmp(name, "favicon.ico") == 0)
                return false;

        if (name[0] == '@') {
                if (!slash || slash == name + 1 ||
                    address_span_plain(name + 1) != (size_t) (slash - name) - 1)
                        return false;
                /* npm takes the scopes "." and "..", which no folder can be called */
                if (strspn(name + 1, ".") == (size_t) (slash - name) - 1)
                        return false;
                last = slash + 1;
                if (last[0] == '.')
                        return false;
        }
        return last[0] && address_span_plain(last) == strlen(last);
}
