/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/fetch-tree.h"

#include "basic/string-util.h"
#include "model/name.h"
#include "module/fetch-step.h"
#include "module/registry-trust.h"

static const FetchStep step_fetch = { "fetch", "Fetch a PM2 module", true, true };
static const FetchStep step_versions = { "versions", "Look for PM2 modules", true, true };
static const FetchStep step_scripts = { "scripts", "Install scripts of a PM2 module", false,
                                        false };

void fetched_done(Fetched *f) {
        free(f->name);
        free(f->version);
        free(f->source);
        free(f->integrity);
        free(f->signed_by);
        *f = (Fetched) {};
}

static void notices_note(const Modules *modules, json_object *notices) {
        size_t n = json_length(notices);

        for (size_t i = 0; i < n; i++) {
                const char *text = json_string(json_object_array_get_idx(notices, i));

                if (text)
                        module_note(modules,
                                    &(ModuleNote) { .kind = MODULE_NOTE_FETCH, .clause = text });
        }
}

static int fetched_fill(json_object *answer, const char *keyid, Fetched *f) {
        const struct {
                char **field;
                const char *text;
        } texts[] = {
                { &f->name, json_get_string(answer, "name") },
                { &f->version, json_get_string(answer, "version") },
                { &f->source, json_get_string(answer, "source") },
                { &f->integrity, json_get_string(answer, "integrity") },
                { &f->signed_by, keyid },
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (free_and_strdup(texts[i].field, texts[i].text) < 0)
                        return -ENOMEM;
        f->packages = (uint64_t) json_get_int(answer, "packages", 1);
        f->scripts = json_get_bool(answer, "scripts", false);
        return 0;
}

static int fetched_parse(json_object *answer, const char *keyid, Error *e, Fetched *ret) {
        _cleanup_(fetched_done) Fetched f = {};
        int r;

        r = fetched_fill(answer, keyid, &f);
        if (r < 0)
                return r;
        if (!f.name || !f.version)
                return error_set(e, -EBADMSG, "the answer of pm2-fetch has no name or version");
        r = module_name_check(f.name, e);
        if (r < 0)
                return r;
        *ret = TAKE_GENERIC(f, Fetched, (Fetched) {});
        return 0;
}

int fetch_tree(Modules *modules, const Source *source, const Staging *staging,
               const FetchOptions *options, Error *e, Fetched *ret) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        FetchRequest request = { .spec = source->fetch, .tree = true, .options = *options };
        const char *keyid;
        int r;

        r = fetch_step_run(modules, &step_fetch, staging, source->path, &request, e, &answer);
        if (r < 0)
                return r;
        r = registry_trust_take(modules, answer, e, &keyid);
        if (r < 0)
                return r;
        r = fetched_parse(answer, keyid, e, ret);
        if (r < 0)
                return r;
        notices_note(modules, json_get(answer, "notices"));
        return 0;
}

int fetch_run_scripts(Modules *modules, const Staging *staging, bool network, Error *e) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        FetchStep step = step_scripts;
        FetchRequest request = {};
        int r;

        step.network = network;
        r = fetch_step_run(modules, &step, staging, /* stdin_path= */ NULL, &request, e, &answer);
        if (r < 0)
                return error_prefix(e, r, "install scripts");
        notices_note(modules, json_get(answer, "notices"));
        return 0;
}

int fetch_versions(Modules *modules, const Staging *staging, json_object *specs,
                   const FetchOptions *options, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        FetchRequest request = { .specs = specs, .options = *options };
        json_object *versions;
        int r;

        r = fetch_step_run(modules, &step_versions, staging, /* stdin_path= */ NULL, &request, e,
                           &answer);
        if (r < 0)
                return r;
        versions = json_get(answer, "versions");
        if (!json_object_is_type(versions, json_type_array) ||
            json_object_array_length(versions) != json_object_array_length(specs))
                return error_set(e, -EBADMSG,
                                 "pm2-fetch returned a different number of answers than requested");
        *ret = json_object_get(versions);
        return 0;
}
