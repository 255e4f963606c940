/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/available-versions.h"

#include "basic/string-util.h"
#include "fetch/caller-npmrc.h"
#include "fetch/node-version.h"
#include "fetch/packument-request.h"
#include "npm/registry/npmrc-install.h"
#include "npm/registry/pick.h"
#include "npm/registry/platform.h"
#include "npm/spec/spec-parse.h"
#include "npm/spec/spec.h"

typedef struct Versions Versions;

typedef struct Question {
        Versions *versions;
        Spec *spec;
        json_object *answer; /* borrowed from the list */
} Question;

struct Versions {
        sd_event *event;
        Npmrc *npmrc;
        NpmrcInstall settings;
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

static int question_answer(const Question *q, Packument *p, Error *e) {
        const Spec *spec = q->spec->type == SPEC_ALIAS ? q->spec->target : q->spec;
        Manifest *wanted;
        int r;

        r = pick_manifest(p, spec, &q->versions->platform,
                          npmrc_install_before(&q->versions->settings, spec->name),
                          /* steps= */ NULL, e, &wanted);
        if (r < 0)
                return r;
        r = json_add_string(q->answer, "wanted", wanted->version);
        return r < 0 ? r : json_add_string(q->answer, "latest", packument_tag(p, "latest"));
}

static int question_fail(const Question *q, int r, const Error *e) {
        return json_add_string(q->answer, "error", error_text(e, r));
}

static void on_packument(void *userdata, int r, void *parsed, bool from_cache, Error *e) {
        _cleanup_(packument_freep) Packument *p = parsed;
        _cleanup_(error_clear) Error failure = ERROR_NULL;
        const Question *q = userdata;

        if (r < 0)
                (void) question_fail(q, r, e);
        else {
                r = question_answer(q, p, &failure);
                if (r < 0)
                        (void) question_fail(q, r, &failure);
        }
        if (--q->versions->n_open == 0)
                (void) sd_event_exit(q->versions->event, 0);
}

static int question_ask(Question *q, const char *text, Error *e) {
        int r;

        r = spec_parse(text, e, &q->spec);
        if (r < 0)
                return r;
        if (!spec_is_registry(q->spec))
                return error_set(e, -EOPNOTSUPP, "'%s' is not a package of a registry", text);
        return packument_request(q->versions->registry, spec_registry_name(q->spec),
                                 REGISTRY_REVALIDATE | packument_flags(&q->versions->settings),
                                 on_packument, q, e);
}

/* A specification that cannot be asked about gets its error at once. */
static int ask_all(Versions *v, json_object *specs, json_object *answers) {
        const size_t n = json_object_array_length(specs);

        v->questions = calloc(n + 1, sizeof(Question));
        if (!v->questions)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++) {
                const char *text = json_string(json_object_array_get_idx(specs, i));
                Question *q = v->questions + i;
                _cleanup_(error_clear) Error e = ERROR_NULL;
                json_object *o = json_object_new_object();
                int r;

                if (!o || json_object_array_add(answers, o) < 0)
                        return -ENOMEM;
                *q = (Question) { .versions = v, .answer = o };
                v->n++;
                r = question_ask(q, text ?: "", &e);
                if (r < 0)
                        r = question_fail(q, r, &e);
                else
                        v->n_open++;
                if (r < 0)
                        return r;
        }
        return 0;
}

static int versions_begin(Versions *v, const Request *request, Error *e) {
        RegistryFlags flags;
        int r;

        r = caller_npmrc_read(request->npmrc, request->env, e, &v->npmrc);
        if (r < 0)
                return r;
        r = npmrc_install(v->npmrc, e, &v->settings);
        if (r < 0)
                return r;
        r = sd_event_new(&v->event);
        if (r < 0)
                return r;
        v->node_version = node_version_find();
        v->platform = platform_native();
        v->platform.node_version = v->node_version;
        flags = v->settings.flags | (request->offline ? REGISTRY_OFFLINE : 0) |
                (request->prefer_offline ? REGISTRY_PREFER_OFFLINE : 0);
        return registry_new(v->event, v->npmrc, request->cache, flags, e, &v->registry);
}

int available_versions(const Request *request, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        _cleanup_(versions_done) Versions v = {};
        json_object *answers;
        int r;

        assert(request);
        assert(ret);

        if (!request->specs)
                return error_set(e, -EBADMSG, "request: field 'specs' must be an array");
        if (!o)
                return -ENOMEM;
        answers = json_object_new_array();
        r = json_add(o, "versions", answers);
        if (r < 0)
                return r;
        r = versions_begin(&v, request, e);
        if (r < 0)
                return r;
        r = ask_all(&v, request->specs, answers);
        if (r < 0)
                return r;
        if (v.n_open > 0) {
                r = sd_event_loop(v.event);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(o);
        return 0;
}
