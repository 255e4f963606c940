/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads package specifications, one a line, and prints what they mean as one JSON object a line,
 * "null" for one that is refused, for spec-diff.js. Lines are percent-encoded; "NAME<tab>SPEC" is
 * an entry of a package's dependencies. */

#include "basic/json.h"
#include "npm/spec/address.h"
#include "npm/spec/spec-parse.h"
#include "npm/spec/spec.h"

static json_object *describe(const Spec *s) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        const struct {
                const char *key, *value;
        } fields[] = {
                { "type", spec_type_to_string(s->type) },
                { "name", s->name },
                { "rawSpec", s->raw },
                { "fetchSpec", s->fetch },
                { "gitCommittish", s->committish },
                { "gitRange", s->git_range },
                { "gitSubdir", s->subdir },
                { "service", s->hosted.service },
                { "user", s->hosted.user },
                { "project", s->hosted.project },
        };

        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                if (json_add_string(o, fields[i].key, fields[i].value) < 0)
                        return NULL;
        if (s->target && json_add(o, "target", describe(s->target)) < 0)
                return NULL;
        return TAKE_PTR(o);
}

int main(void) {
        _cleanup_(freep) char *line = NULL;
        size_t size = 0;

        while (getline(&line, &size, stdin) > 0) {
                _cleanup_(json_object_putp) json_object *o = NULL;
                _cleanup_(freep) char *first = NULL, *second = NULL;
                _cleanup_(spec_freep) Spec *spec = NULL;
                char *tab;
                int r;

                line[strcspn(line, "\n")] = 0;
                tab = strchr(line, '\t');
                if (tab)
                        *tab++ = 0;
                if (address_decode(line, strlen(line), &first) < 0 ||
                    (tab && address_decode(tab, strlen(tab), &second) < 0))
                        return EXIT_FAILURE;
                r = tab ? spec_resolve(first, second, /* e= */ NULL, &spec)
                        : spec_parse(first, /* e= */ NULL, &spec);
                if (r >= 0)
                        o = describe(spec);
                puts(o ? json_text(o) : "null");
        }
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
