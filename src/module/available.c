/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/available.h"

#include "basic/address-mask.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "module/fetch-tree.h"
#include "store/installed.h"
#include "store/staging.h"

static void available_done(Available *a) {
        free(a->name);
        free(a->current);
        free(a->spec);
        free(a->wanted);
        free(a->latest);
        free(a->error);
}

void availables_free(Available *available, size_t n) {
        for (size_t i = 0; i < n; i++)
                available_done(available + i);
        free(available);
}

/* The modules and, parallel to those that are asked for, their specifications. */
typedef struct Question {
        Available *items;
        size_t n;
        json_object *specs;
} Question;

static void question_done(Question *q) {
        availables_free(q->items, q->n);
        (void) json_object_put(q->specs);
}

static int available_fill(const Module *m, const Source *source, json_object *specs, Available *a) {
        a->spec = m->spec ? mask_address(m->spec) : NULL;
        if ((m->spec && !a->spec) || free_and_strdup(&a->name, m->name) < 0 ||
            free_and_strdup(&a->current, m->version) < 0)
                return -ENOMEM;
        if (!source->name)
                return 0;
        a->asked = true;
        return json_object_array_add(specs, json_object_new_string(source->fetch)) < 0 ? -ENOMEM
                                                                                       : 0;
}

static int question_add(const Modules *modules, const char *name, Error *e, Question *q) {
        _cleanup_(source_done) Source source = {};
        _cleanup_(module_done) Module m = {};
        int r;

        r = store_load(modules->store, name, e, &m);
        if (r <= 0)
                return r;
        /* a specification that means nothing any more is not a registry's */
        if (!m.link && m.spec)
                (void) source_parse(m.spec, /* e= */ NULL, &source);
        return available_fill(&m, &source, q->specs, q->items + q->n++);
}

static int question_ask(Modules *modules, const Question *q, const FetchOptions *options, Error *e,
                        json_object **ret) {
        Staging staging;
        int r;

        r = staging_new(modules->store, &modules->scope, e, &staging);
        if (r < 0)
                return r;
        r = fetch_versions(modules, &staging, q->specs, options, e, ret);
        staging_done(&staging);
        return r;
}

static int available_take(json_object *answer, Available *a) {
        const char *wanted = json_get_string(answer, "wanted"),
                   *latest = json_get_string(answer, "latest"),
                   *error = json_get_string(answer, "error");

        if (!wanted)
                return free_and_strdup(&a->error, error ?: "no answer");
        a->outdated = !streq_ptr(a->current, wanted) || (latest && !streq_ptr(a->current, latest));
        if (free_and_strdup(&a->wanted, wanted) < 0 || free_and_strdup(&a->latest, latest) < 0)
                return -ENOMEM;
        return 0;
}

static int question_take(json_object *answers, Question *q) {
        size_t k = 0;
        int r;

        for (size_t i = 0; i < q->n; i++) {
                if (!q->items[i].asked)
                        continue;
                r = available_take(json_object_array_get_idx(answers, k++), q->items + i);
                if (r < 0)
                        return r;
        }
        return 0;
}

int modules_ask_available(Modules *modules, char *const *names, const FetchOptions *options,
                          Error *e, Available **ret, size_t *ret_n) {
        _cleanup_(json_object_putp) json_object *answers = NULL;
        _cleanup_(question_done) Question q = {
                .items = calloc(strv_length(names) + 1, sizeof(Available)),
                .specs = json_object_new_array(),
        };
        int r;

        if (!q.items || !q.specs)
                return -ENOMEM;
        STRV_FOREACH(name, names) {
                r = question_add(modules, *name, e, &q);
                if (r < 0)
                        return r;
        }
        if (json_object_array_length(q.specs) > 0) {
                r = question_ask(modules, &q, options, e, &answers);
                if (r < 0)
                        return r;
                r = question_take(answers, &q);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(q.items);
        *ret_n = q.n;
        q.n = 0;
        return 0;
}
