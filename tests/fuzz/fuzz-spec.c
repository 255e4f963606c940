/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A package specification, as an argument and as a dependency. */

#include "basic/string-util.h"
#include "npm/spec/spec-parse.h"
#include "npm/spec/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

static void check_spec(int r, const Spec *s, const Error *e) {
        if (r < 0) {
                check(r == -EINVAL && e->message);
                return;
        }
        check(spec_type_to_string(s->type) && s->raw);
        check(!s->name || package_name_is_valid(s->name));
        check((s->type == SPEC_ALIAS) == !s->fetch);
        check((s->type == SPEC_ALIAS) == (s->target != NULL));
        if (s->type == SPEC_RANGE)
                check(s->range);
        if (s->type == SPEC_ALIAS)
                check(s->target->name && s->target->type != SPEC_ALIAS &&
                      spec_is_registry(s->target));
        if (s->type == SPEC_GIT)
                check(s->fetch[0] != '-' && (!s->committish || s->committish[0] != '-'));
        if (s->subdir)
                check(s->subdir[0] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(freep) char *text = strndup(size > 0 ? (const char *) data : "", size);
        _cleanup_(spec_freep) Spec *argument = NULL, *dependency = NULL;
        Error e = ERROR_NULL;
        int r;

        check(text);
        r = spec_parse(text, &e, &argument);
        check_spec(r, argument, &e);
        error_clear(&e);
        r = spec_resolve("name", text, &e, &dependency);
        check_spec(r, dependency, &e);
        error_clear(&e);
        return 0;
}
