/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/versions.h"

#include "basic/string-util.h"
#include "fetch/config.h"
#include "npm/registry/pick.h"
#include "npm/registry/registry.h"

typedef struct Versions Versions;

typedef struct Question {
        Versions *versions;
        Spec *spec;
        json_object *answer; /* borrowed from the list */
} Question;

struct Versions {
        sd_event *event;
        Npmrc *npmrc;
        Registry *registry;
        Platform platform;
        char *node_version;
        Question *questions;
        size_t n, n_open;
};

static void versions_done(Versions *v) {
        v->registry = registry_free(v->registry);
        v->npmrc = npmrc_free(v->npmrc);
        v->event = sd_event_unref(v->event);
        for (size_t i = 0; i < v->n; i++)
                (void) spec_free(v->questions[i].spec);
        free(v->questions);
        free(v->node_version);
}

static int parse_packument(const char *text, size_t size, Error *e, void **ret) {
        return packument_parse(text, size, e, (Packument **) ret);
}

static void discard_packument(void *parsed) {
        (void) packument_free(parsed);
}

static int answer(Question *q, Packument *p, Error *e) {
        const Spec *spec = q->spec->type == SPEC_ALIAS ? q->spec->target : q->spec;
        Manifest *wanted;
        int r;

        r = pick_manifest(p, spec, &q->versions->platform, /* steps= */ NULL, e, &wanted);
        if (r >= 0)
                r = json_add_string(q->answer, "wanted", wanted->version);
        if (r >= 0)
                r = json_add_string(q->answer, "latest", packument_tag(p, "latest"));
        return r;
}

static void on_packument(void *userdata, int r, void *parsed, bool unasked, Error *e) {
        _cleanup_(packument_freep) Packument *p = parsed;
        _cleanup_(error_clear) Error failure = ERROR_NULL;
        Question *q = userdata;

        if (r >= 0) {
                r = answer(q, p, &failure);
                e = &failure;
        }
        if (r < 0)
                (void) json_add_string(q->answer, "error", error_text(e, r));
        if (--q->versions->n_open == 0)
                (void) sd_event_exit(q->versions->event, 0);
}

static int ask(Question *q, const char *text, Error *e) {
        int r;

        r = spec_parse(text, e, &q->spec);
        if (r < 0)
                return r;
        if (!spec_is_registry(q->spec))
                return error_set(e, -EOPNOTSUPP, "'%s' is of no registry", text);
        return registry_get_packument(q->versions->registry,
                                      &(PackumentGet){
                                              .name = spec_registry_name(q->spec),
                                              .flags = REGISTRY_CONFIRM,
                                              .parse = parse_packument,
                                              .discard = discard_packument,
                                              .done = on_packument,
                                              .userdata = q,
                                      },
                                      e);
}

/* What cannot be asked about is answered at once. */
static int ask_all(Versions *v, json_object *specs, json_object *answers) {
        v->n = json_object_array_length(specs);
        v->questions = calloc(v->n + 1, sizeof(Question));
        if (!v->questions)
                return -ENOMEM;

        for (size_t i = 0; i < v->n; i++) {
                const char *text = json_string(json_object_array_get_idx(specs, i));
                _cleanup_(error_clear) Error e = ERROR_NULL;
                json_object *o = json_object_new_object();
                int r;

                if (!o || json_object_array_add(answers, o) < 0)
                        return -ENOMEM;
                v->questions[i] = (Question){ .versions = v, .answer = o };
                r = ask(v->questions + i, text ? text : "", &e);
                if (r >= 0)
                        v->n_open++;
                else if (json_add_string(o, "error", error_text(&e, r)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int versions(const Request *request, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        json_object *answers = json_object_new_array();
        RegistryFlags flags = (request->offline ? REGISTRY_OFFLINE : 0) |
                              (request->prefer_offline ? REGISTRY_PREFER_OFFLINE : 0);
        _cleanup_(versions_done) Versions v = {};
        int r;

        /* owned by the answer from here on */
        r = o ? json_add(o, "versions", answers) : -ENOMEM;
        if (r >= 0)
                r = config_read_npmrc(request, e, &v.npmrc);
        if (r >= 0)
                r = sd_event_new(&v.event);
        if (r >= 0)
                r = registry_new(v.event, v.npmrc, request->cache, flags, e, &v.registry);
        if (r < 0)
                return r;
        config_find_node(&v.node_version);
        v.platform = platform_native();
        v.platform.node_version = v.node_version;

        r = ask_all(&v, request->specs, answers);
        if (r >= 0 && v.n_open > 0)
                r = sd_event_loop(v.event);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}
