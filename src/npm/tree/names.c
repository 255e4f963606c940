/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/names.h"

#include "basic/path.h"

#include <ctype.h>

#include "basic/string-util.h"
#include "npm/spec/spec-parse.h"

static size_t hash_text(const char *s, size_t seed) {
        size_t h = seed ^ UINT64_C(1469598103934665603); /* FNV-1a */

        for (; *s; s++)
                h = (h ^ (uint8_t) *s) * UINT64_C(1099511628211);
        return h;
}

static size_t hash_requirement(const char *name, const char *spec) {
        return hash_text(spec, hash_text(name, 0));
}

/* Doubles a table when it is full. */
static int grow_names(Names *n) {
        size_t size = MAX2(n->names_size * 2, 256U);
        Name **table;

        if (n->n_names < n->names_size)
                return 0;
        table = calloc(size, sizeof(*table));
        if (!table)
                return -ENOMEM;
        for (Name *i = n->first; i; i = i->next) {
                Name **bucket = table + hash_text(i->text, 0) % size;

                i->hash_next = *bucket;
                *bucket = i;
        }
        free(n->names);
        n->names = table;
        n->names_size = size;
        return 0;
}

Name *names_get(Names *n, const char *text) {
        _cleanup_(freep) char *small = NULL;
        Name *name, *key, **bucket;

        if (n->names_size > 0)
                for (name = n->names[hash_text(text, 0) % n->names_size]; name;
                     name = name->hash_next)
                        if (streq(name->text, text))
                                return name;

        small = strdup(text);
        if (!small)
                return NULL;
        for (char *c = small; *c; c++)
                *c = (char) tolower((uint8_t) *c);
        key = streq(small, text) ? NULL : names_get(n, small);
        if (!key && !streq(small, text))
                return NULL;

        if (grow_names(n) < 0)
                return NULL;
        name = arena_alloc(&n->arena, sizeof(*name));
        if (!name)
                return NULL;
        name->text = arena_strndup(&n->arena, text, strlen(text));
        if (!name->text)
                return NULL;
        name->key = key ?: name;
        name->next = n->first;
        n->first = name;
        bucket = n->names + hash_text(text, 0) % n->names_size;
        name->hash_next = *bucket;
        *bucket = name;
        n->n_names++;
        return name;
}

static int grow_requirements(Names *n) {
        size_t size = MAX2(n->requirements_size * 2, 512U);
        Requirement **table;

        if (n->n_requirements < n->requirements_size)
                return 0;
        table = calloc(size, sizeof(*table));
        if (!table)
                return -ENOMEM;
        for (size_t i = 0; i < n->requirements_size; i++)
                for (Requirement *q = n->requirements[i], *next; q; q = next) {
                        Requirement **bucket = table +
                                               hash_requirement(q->name->text, q->text) % size;

                        next = q->hash_next;
                        q->hash_next = *bucket;
                        *bucket = q;
                }
        free(n->requirements);
        n->requirements = table;
        n->requirements_size = size;
        return 0;
}

static int read_spec(Names *n, const char *name, const char *spec, Error *e, Spec **ret) {
        n->specs_size += strlen(spec);
        if (n->specs_size > NAMES_SPECS_MAX)
                return error_set(e, -E2BIG,
                                 "the package specifications in the dependency tree are larger "
                                 "than %u MiB together",
                                 NAMES_SPECS_MAX / 1048576);
        return spec_resolve(name, spec, e, ret);
}

Requirement *names_require(Names *n, const char *name, const char *spec) {
        size_t hash = hash_requirement(name, spec);
        Error e = ERROR_NULL;
        Requirement *q;
        int r;

        if (n->requirements_size > 0)
                for (q = n->requirements[hash % n->requirements_size]; q; q = q->hash_next)
                        if (streq(q->name->text, name) && streq(q->text, spec))
                                return q;

        if (grow_requirements(n) < 0)
                return NULL;
        q = arena_alloc(&n->arena, sizeof(*q));
        if (!q)
                return NULL;
        q->name = names_get(n, name);
        q->text = arena_strndup(&n->arena, spec, strlen(spec));
        if (!q->name || !q->text)
                return NULL;

        r = read_spec(n, name, spec, &e, &q->spec);
        if (r == -ENOMEM)
                return NULL;
        if (r < 0) {
                const char *problem = error_text(&e, r);

                q->problem = arena_strndup(&n->arena, problem, strlen(problem));
                error_clear(&e);
                if (!q->problem)
                        return NULL;
        }

        q->hash_next = n->requirements[hash % n->requirements_size];
        n->requirements[hash % n->requirements_size] = q;
        n->n_requirements++;
        return q;
}

int requirement_inner_path(const Requirement *q, char **ret) {
        _cleanup_(freep) char *path = NULL;
        int r;

        if (!q->spec || q->spec->type != SPEC_DIRECTORY)
                return 0;
        r = path_normalize_beneath(q->spec->fetch, &path);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        /* a link in node_modules may take the place of what is there */
        if (streq(path, ".") || startswith(path, "node_modules/"))
                return 0;
        if (ret)
                *ret = TAKE_PTR(path);
        return 1;
}

void names_done(Names *n) {
        for (size_t i = 0; i < n->requirements_size; i++)
                for (Requirement *q = n->requirements[i]; q; q = q->hash_next)
                        spec_free(q->spec);
        free(n->names);
        free(n->requirements);
        arena_done(&n->arena);
        *n = (Names) { 0 };
}
