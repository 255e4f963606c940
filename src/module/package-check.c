/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/package-check.h"

#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/environment-names.h"
#include "model/environment.h"
#include "model/name.h"
#include "model/package-units.h"
#include "module/finding.h"
#include "module/package-check-fields.h"
#include "module/preflight.h"
#include "npm/pack/packlist.h"
#include "npm/spec/semver.h"
#include "store/script.h"
#include "store/settings-value.h"
#include "store/settings.h"

/* A package whose fields are sound, as it lies in a directory. */
typedef struct Checked {
        int fd;
        ScopeKind scope;
        Package package;
        json_object *document; /* borrowed */
        json_object *findings; /* borrowed */
} Checked;

static void checked_done(Checked *c) {
        package_done(&c->package);
}

/* -- what can be read, but not all of it has effect ----------------------------------- */

static int check_preflight(const Checked *c) {
        return preflight_findings(c->fd, &c->package, c->scope, c->findings);
}

static int check_effects(const Checked *c) {
        int r;

        for (size_t i = 0; i < c->package.n_apps; i++)
                STRV_FOREACH(ignored, c->package.apps[i].ignored) {
                        _cleanup_(freep) char *field = preflight_field(&c->package, i, *ignored);

                        if (!field)
                                return -ENOMEM;
                        r = finding_add(
                                c->findings, FINDING_WARNING, field,
                                "drop it, or see pm2ctl(1) for the fields that have an effect",
                                "it has no effect here");
                        if (r < 0)
                                return r;
                }
        return 0;
}

static int check_reserved(const Checked *c) {
        int r;

        if (!c->package.config)
                return 0;
        json_object_object_foreach(c->package.config, key, value) {
                _cleanup_(freep) char *field = NULL;

                (void) value;
                if (!environment_is_reserved(key))
                        continue;
                r = strdupf(&field, "config.%s", key);
                if (r < 0)
                        return r;
                r = finding_add(c->findings, FINDING_WARNING, field, "rename the setting",
                                "a package cannot set the variable %s", key);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Where there are several units, their apps' names tell them apart. */
static bool app_name_counts(const Package *p, size_t app) {
        if (!p->apps[app].name || package_app_is_named(p, app))
                return false;
        return p->n_apps > 1 || app_count_instances(p->apps) > 1;
}

static int check_app_names(const Checked *c) {
        const Package *p = &c->package;
        int r;

        for (size_t i = 0; i < p->n_apps; i++) {
                _cleanup_(freep) char *field = preflight_field(p, i, "name");
                bool valid = app_name_is_valid(p->apps[i].name);

                if (!field)
                        return -ENOMEM;
                if (!app_name_counts(p, i))
                        continue;
                r = finding_add(c->findings, FINDING_WARNING, field,
                                valid ? "choose one that no other app has and that is not a number"
                                      : "choose one of letters, digits and - . _",
                                "no unit can be called '%s', so the app is called '%zu'",
                                p->apps[i].name, i);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Values that no setting could have; `fields` is an object or NULL. */
static int check_values(json_object *fields, const char *place, json_object *findings) {
        int r;

        if (!fields)
                return 0;
        json_object_object_foreach(fields, key, value) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                _cleanup_(freep) char *field = NULL;

                if (settings_value_check(value, 0, &e) >= 0)
                        continue;
                r = strdupf(&field, "%s.%s", place, key);
                if (r < 0)
                        return r;
                r = finding_add(findings, FINDING_WARNING, field, "write another value",
                                "no setting can have this value: %s", error_text(&e, -EINVAL));
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_all_values(const Checked *c) {
        int r;

        r = check_values(c->package.config, "config", c->findings);
        if (r < 0)
                return r;
        for (size_t i = 0; i < c->package.n_apps; i++) {
                _cleanup_(freep) char *place = preflight_field(&c->package, i, "env");

                if (!place)
                        return -ENOMEM;
                r = check_values(c->package.apps[i].env, place, c->findings);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -- what is published of it ------------------------------------------------------------ */

/* What runs from the folder may be missing in what is published of it. */
static int check_script_packed(const Checked *c, size_t app, const PackList *list) {
        _cleanup_(freep) char *path = NULL, *field = preflight_field(&c->package, app, "script");
        _cleanup_(closep) int fd = script_open(c->fd, c->package.apps[app].script, &path);

        if (!field)
                return -ENOMEM;
        if (fd < 0 || packlist_contains(list, path))
                return 0;
        return finding_add(c->findings, FINDING_ERROR, field,
                           "add it to \"files\", or take it out of the ignore files",
                           "the script '%s' would not be in the published package", path);
}

static int check_packed(const Checked *c) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(packlist_done) PackList list = {};
        int r;

        r = packlist(c->fd, c->document, &e, &list);
        if (r < 0)
                return finding_add(c->findings, FINDING_ERROR, NULL, "correct that",
                                   "it cannot be packed: %s", error_text(&e, r));
        for (size_t i = 0; i < c->package.n_apps; i++) {
                r = check_script_packed(c, i, &list);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What can be linked, but not published. A reserved word is an error, and found by preflight. */
static int check_name(json_object *document, json_object *findings) {
        const char *name = json_get_string(document, "name");
        _cleanup_(error_clear) Error e = ERROR_NULL;

        if (module_name_is_word(name) || module_name_check_new(name, &e) >= 0)
                return 0;
        return finding_add(findings, FINDING_WARNING, "name", "choose another to publish it", "%s",
                           error_text(&e, -EINVAL));
}

static int check_version(json_object *document, json_object *findings) {
        const char *version = json_get_string(document, "version");
        Semver parsed;

        if (version && semver_parse(js_trim(slice(version)), SEMVER_LOOSE, &parsed) >= 0)
                return 0;
        return finding_add(findings, FINDING_WARNING, "version", "write one such as \"1.0.0\"",
                           version ? "with this one it can be linked, but not published"
                                   : "without a version it can be linked, but not published");
}

/* A link runs with what lies in the directory. */
static int check_dependencies(int fd, json_object *document, json_object *findings) {
        json_object *dependencies = json_get(document, "dependencies");
        int r;

        if (!json_object_is_type(dependencies, json_type_object))
                return 0;
        json_object_object_foreach(dependencies, name, range) {
                _cleanup_(freep) char *path = NULL, *field = NULL;
                struct stat st;

                (void) range;
                if (strdupf(&path, "node_modules/%s", name) < 0 ||
                    strdupf(&field, "dependencies.%s", name) < 0)
                        return -ENOMEM;
                if (fstatat(fd, path, &st, 0) >= 0)
                        continue;
                r = finding_add(
                        findings, FINDING_WARNING, field, "run: npm install",
                        "it is not in node_modules, so the directory may not run when linked");
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -- all of it ---------------------------------------------------------------------------- */

/* What is left to be looked at once the fields are sound. */
static int check_sound(int fd, json_object *document, ScopeKind scope, json_object *findings) {
        static int (*const checks[])(const Checked *c) = {
                check_preflight, check_packed,    check_effects,
                check_reserved,  check_app_names, check_all_values,
        };
        _cleanup_(checked_done) Checked c = {
                .fd = fd, .scope = scope, .document = document, .findings = findings
        };
        const char *text = json_text(document);
        int r;

        if (!text)
                return -ENOMEM;
        r = package_parse(text, strlen(text), /* e= */ NULL, &c.package);
        if (r < 0)
                return r == -ENOMEM ? r : 0; /* package_check_fields() has said why */
        for (size_t i = 0; i < ELEMENTSOF(checks); i++) {
                r = checks[i](&c);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_document(int fd, json_object *document, ScopeKind scope, json_object *findings) {
        int r;

        r = package_check_fields(document, findings);
        if (r < 0)
                return r;
        r = check_name(document, findings);
        if (r < 0)
                return r;
        r = check_version(document, findings);
        if (r < 0)
                return r;
        r = check_dependencies(fd, document, findings);
        return r < 0 ? r : check_sound(fd, document, scope, findings);
}

int package_check(int fd, ScopeKind scope, json_object *findings) {
        _cleanup_(json_object_putp) json_object *document = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(fd, "package.json", PACKAGE_JSON_MAX, &text, &size);
        if (r < 0)
                return finding_add(findings, FINDING_ERROR, NULL,
                                   "'pm2ctl generate' writes an example", "it cannot be read: %s",
                                   strerror(-r));
        r = json_parse(text, size, &e, &document);
        if (r < 0 || !json_object_is_type(document, json_type_object))
                return finding_add(findings, FINDING_ERROR, NULL, "correct it", "%s",
                                   r < 0 ? error_text(&e, r) : "it must be a JSON object");
        return check_document(fd, document, scope, findings);
}
