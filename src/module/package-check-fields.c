/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/package-check-fields.h"

#include "basic/string-util.h"
#include "model/package.h"
#include "module/finding.h"

/* A document in which the member to be judged is all that can be wrong. */
static json_object *sound_document(const char *key, json_object *value) {
        json_object *o = json_object_new_object();

        if (!o || json_add_string(o, "name", "sound") < 0 || json_add_string(o, "main", "x") < 0 ||
            json_add(o, key, json_object_get(value)) < 0) {
                (void) json_object_put(o);
                return NULL;
        }
        return o;
}

/* Whether package_parse() takes it; what it does not take is a finding: 1. */
static int field_probe(json_object *document, const char *field, const char *remedy,
                       json_object *findings) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        const char *text = json_text(document), *problem;
        _cleanup_(package_done) Package p = {};
        int r;

        if (!text)
                return -ENOMEM;
        r = package_parse(text, strlen(text), &e, &p);
        if (r == 0 || r == -ENOMEM)
                return r;
        problem = error_text(&e, r);
        if (field && startswith(problem, "field '") && strstr(problem, "': "))
                problem = strstr(problem, "': ") + 3; /* it is that of the small document */
        r = finding_add(findings, FINDING_ERROR, field, remedy, "%s", problem);
        return r < 0 ? r : 1;
}

/* One field of an app at a time, beside a script that is sound. */
static int probe_app_field(const char *place, const char *key, json_object *value,
                           json_object *findings) {
        _cleanup_(json_object_putp) json_object *app = json_object_new_object(), *document = NULL;
        _cleanup_(freep) char *field = NULL;

        if (!app || strdupf(&field, "%s.%s", place, key) < 0)
                return -ENOMEM;
        if (json_add_string(app, "script", "x") < 0 ||
            json_add(app, key, json_object_get(value)) < 0)
                return -ENOMEM;
        document = sound_document("apps", app);
        return document ? field_probe(document, field, "correct the field", findings) : -ENOMEM;
}

static int probe_app(const char *place, json_object *app, json_object *findings) {
        _cleanup_(json_object_putp) json_object *document = NULL;
        int r, found = 0;

        if (!json_object_is_type(app, json_type_object)) {
                document = sound_document("apps", app);
                return document ? field_probe(document, place,
                                              "declare { \"script\": \"index.js\" }", findings)
                                : -ENOMEM;
        }
        if (!json_get(app, "script")) {
                r = finding_add(findings, FINDING_ERROR, place, "declare \"script\": \"index.js\"",
                                "it has no 'script'");
                if (r < 0)
                        return r;
                found++;
        }
        json_object_object_foreach(app, key, value) {
                if (!value)
                        continue;
                r = probe_app_field(place, key, value, findings);
                if (r < 0)
                        return r;
                if (r > 0 && !streq(key, "script"))
                        json_object_object_del(app, key);
                found += r;
        }
        return found;
}

static int probe_apps(json_object *package, json_object *findings) {
        const char *key = json_has(package, "apps") ? "apps" : "pm2";
        json_object *apps = json_get(package, key);
        int found = 0;

        if (!json_object_is_type(apps, json_type_array))
                return apps ? probe_app(key, apps, findings) : 0;
        for (size_t i = 0; i < json_object_array_length(apps); i++) {
                char place[32];
                int r;

                (void) snprintf(place, sizeof(place), "%s[%zu]", key, i);
                r = probe_app(place, json_object_array_get_idx(apps, i), findings);
                if (r < 0)
                        return r;
                found += r;
        }
        return found;
}

static int copy_members(json_object *from, const char *const *keys, size_t n, json_object *to) {
        int r;

        for (size_t i = 0; i < n; i++) {
                json_object *value = json_get(from, keys[i]);

                if (!value)
                        continue;
                r = json_add(to, keys[i], json_object_get(value));
                if (r < 0)
                        return r;
        }
        return 0;
}

/* No entry point, no app, too many: what only shows in the whole. */
static int probe_entry(json_object *package, json_object *findings) {
        static const char *const keys[] = { "apps", "pm2", "bin", "main" };
        _cleanup_(json_object_putp) json_object *document = json_object_new_object();
        int r;

        if (!document)
                return -ENOMEM;
        r = json_add_string(document, "name", "sound");
        if (r < 0)
                return r;
        r = copy_members(package, keys, ELEMENTSOF(keys), document);
        return r < 0 ? r : field_probe(document, NULL, "add it", findings);
}

/* A field of the package, and what to write there. */
typedef struct PackageField {
        const char *key, *remedy;
        const char *instead; /* put in its place if it is wrong; NULL: nothing */
        bool required;
} PackageField;

static int probe_field(json_object *package, const PackageField *field, json_object *findings) {
        _cleanup_(json_object_putp) json_object *document = NULL;
        json_object *value = json_get(package, field->key);
        int r;

        if (value) {
                document = sound_document(field->key, value);
                r = document ? field_probe(document, field->key, field->remedy, findings) : -ENOMEM;
                if (r <= 0)
                        return r;
        } else {
                if (!field->required)
                        return 0;
                r = finding_add(findings, FINDING_ERROR, field->key, field->remedy,
                                "it is missing");
                if (r < 0)
                        return r;
        }
        json_object_object_del(package, field->key);
        return json_add_string(package, field->key, field->instead);
}

int package_check_fields(json_object *package, json_object *findings) {
        static const PackageField fields[] = {
                { "name", "choose one of small letters, digits and - . _", "sound", true },
                { "version", "write one such as \"1.0.0\"", "1.0.0", false },
                { "config", "write an object of the settings and their defaults", NULL, false },
        };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(fields); i++) {
                r = probe_field(package, fields + i, findings);
                if (r < 0)
                        return r;
        }
        r = probe_apps(package, findings);
        return r == 0 ? probe_entry(package, findings) : MIN2(r, 0);
}
