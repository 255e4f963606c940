/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/check-fields.h"
#include "ctl/ctl.h"
#include "model/environment-names.h"
#include "model/environment.h"
#include "model/name.h"
#include "model/package-units.h"
#include "module/finding.h"
#include "module/preflight.h"
#include "npm/pack/packlist.h"
#include "npm/spec/semver.h"
#include "store/script.h"
#include "store/settings-value.h"
#include "store/settings.h"

/* -- what can be read, but not all of it has effect ----------------------------------- */

static int check_effects(const Package *p, json_object *findings) {
        int r;

        for (size_t i = 0; i < p->n_apps; i++)
                STRV_FOREACH(ignored, p->apps[i].ignored) {
                        _cleanup_(freep) char *field = preflight_field(p, i, *ignored);

                        r = field ? finding_add(findings, FINDING_WARNING, field,
                                                "drop it, or see pm2ctl(1) for the fields that "
                                                "have an effect",
                                                "it has no effect here")
                                  : -ENOMEM;
                        if (r < 0)
                                return r;
                }
        if (p->config) {
                json_object_object_foreach(p->config, key, value) {
                        _cleanup_(freep) char *field = NULL;

                        (void) value;
                        if (!environment_is_reserved(key))
                                continue;
                        if (asprintf(&field, "config.%s", key) < 0)
                                return -ENOMEM;
                        r = finding_add(findings, FINDING_WARNING, field,
                                        "call the setting otherwise",
                                        "a package cannot set the variable %s", key);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

/* What can be linked, but not published. */
static int check_identity(json_object *package, json_object *findings) {
        const char *name = json_get_string(package, "name"),
                   *version = json_get_string(package, "version");
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Semver parsed;
        int r = 0;

        /* a word is an error, and is found elsewhere */
        if (!module_name_is_word(name) && module_name_check_new(name, &e) < 0)
                r = finding_add(findings, FINDING_WARNING, "name", "choose another to publish it",
                                "%s", error_text(&e, -EINVAL));
        if (r >= 0 &&
            (!version || semver_parse(js_trim(slice(version)), SEMVER_LOOSE, &parsed) < 0))
                r = finding_add(
                        findings, FINDING_WARNING, "version", "write one such as \"1.0.0\"",
                        version ? "with this one it can be linked, but not be published"
                                : "without a version it can be linked, but not be published");
        return r;
}

/* Where there are several units, their apps' names tell them apart. */
static int check_app_names(const Package *p, json_object *findings) {
        for (size_t i = 0; i < p->n_apps; i++) {
                _cleanup_(freep) char *field = preflight_field(p, i, "name");
                bool valid = app_name_is_valid(p->apps[i].name);
                int r;

                if (!field)
                        return -ENOMEM;
                if (!p->apps[i].name || package_app_is_named(p, i) ||
                    (p->n_apps == 1 && app_count_instances(p->apps) == 1))
                        continue;
                r = finding_add(findings, FINDING_WARNING, field,
                                valid ? "choose one that no other app has and that is no number"
                                      : "choose one of letters, digits and - . _",
                                "no unit can be called '%s', so that the app is called '%zu'",
                                p->apps[i].name, i);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Values that no setting could have; `fields` is an object or NULL. */
static int check_values(json_object *fields, const char *place, json_object *findings) {
        if (!fields)
                return 0;
        json_object_object_foreach(fields, key, value) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                _cleanup_(freep) char *field = NULL;
                int r;

                if (settings_value_check(value, 0, &e) >= 0)
                        continue;
                if (asprintf(&field, "%s.%s", place, key) < 0)
                        return -ENOMEM;
                r = finding_add(findings, FINDING_WARNING, field, "write another value",
                                "no setting can have this value: %s", error_text(&e, -EINVAL));
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_all_values(const Package *p, json_object *findings) {
        int r = check_values(p->config, "config", findings);

        for (size_t i = 0; r >= 0 && i < p->n_apps; i++) {
                _cleanup_(freep) char *place = preflight_field(p, i, "env");

                r = place ? check_values(p->apps[i].env, place, findings) : -ENOMEM;
        }
        return r;
}

/* What runs from the folder may be missing in what is published of it. */
static int check_packed(int fd, const Package *p, json_object *package, json_object *findings) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        PackList list = {};
        int r;

        r = packlist(fd, package, &e, &list);
        if (r < 0)
                return finding_add(findings, FINDING_ERROR, NULL, "correct that",
                                   "it cannot be packed: %s", error_text(&e, r));
        for (size_t i = 0; r >= 0 && i < p->n_apps; i++) {
                _cleanup_(freep) char *path = NULL, *field = preflight_field(p, i, "script");
                _cleanup_(closep) int script_fd = script_open(fd, p->apps[i].script, &path);

                if (!field)
                        r = -ENOMEM;
                else if (script_fd >= 0 && !packlist_contains(&list, path))
                        r = finding_add(findings, FINDING_ERROR, field,
                                        "add it to \"files\", or take it out of the ignore files",
                                        "the script '%s' would not be in the published package",
                                        path);
        }
        packlist_done(&list);
        return r;
}

/* A link runs with what lies in the folder. */
static int check_dependencies(int fd, json_object *package, json_object *findings) {
        json_object *dependencies = json_get(package, "dependencies");
        int r;

        if (!json_object_is_type(dependencies, json_type_object))
                return 0;
        json_object_object_foreach(dependencies, name, range) {
                _cleanup_(freep) char *path = NULL, *field = NULL;
                struct stat st;

                (void) range;
                if (asprintf(&path, "node_modules/%s", name) < 0 ||
                    asprintf(&field, "dependencies.%s", name) < 0)
                        return -ENOMEM;
                if (fstatat(fd, path, &st, 0) >= 0)
                        continue;
                r = finding_add(findings, FINDING_WARNING, field, "run: npm install",
                                "it is not in node_modules, so the folder may not run when linked");
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -- the verb ------------------------------------------------------------------------- */

/* What is left to be looked at once the fields are sound. */
static int check_sound(int fd, json_object *package, ScopeKind scope, json_object *findings) {
        const char *text = json_text(package);
        Package p = {};
        int r;

        if (!text)
                return -ENOMEM;
        r = package_parse(text, strlen(text), /* e= */ NULL, &p);
        if (r < 0)
                return r == -ENOMEM ? r : 0; /* check_fields() has said why */
        r = preflight_findings(fd, &p, scope, findings);
        if (r >= 0)
                r = check_packed(fd, &p, package, findings);
        if (r >= 0)
                r = check_effects(&p, findings);
        if (r >= 0)
                r = check_app_names(&p, findings);
        if (r >= 0)
                r = check_all_values(&p, findings);
        package_done(&p);
        return r;
}

static int check_folder(int fd, ScopeKind scope, json_object *findings) {
        _cleanup_(json_object_putp) json_object *package = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(fd, "package.json", PACKAGE_JSON_MAX, &text, &size);
        if (r < 0)
                return finding_add(findings, FINDING_ERROR, NULL,
                                   "pm2ctl generate shows how one looks", "it cannot be read: %s",
                                   strerror(-r));
        r = json_parse(text, size, &e, &package);
        if (r < 0 || !json_object_is_type(package, json_type_object))
                return finding_add(findings, FINDING_ERROR, NULL, "correct it", "%s",
                                   r < 0 ? error_text(&e, r) : "it must be a JSON object");
        r = check_fields(package, findings);
        if (r >= 0)
                r = check_identity(package, findings);
        if (r >= 0)
                r = check_dependencies(fd, package, findings);
        return r < 0 ? r : check_sound(fd, package, scope, findings);
}

/* How many errors they are. */
static int print(const Arguments *arg, json_object *findings) {
        int r, errors = 0;

        for (size_t i = 0; i < json_object_array_length(findings); i++) {
                json_object *o = json_object_array_get_idx(findings, i);
                const char *level = json_get_string(o, "level"),
                           *field = json_get_string(o, "field");
                _cleanup_(freep) char *problem = escape_control(json_get_string(o, "problem"),
                                                                /* keep_newlines= */ false),
                                      *shown = escape_control(field ?: "", false);

                errors += streq(level, finding_level_to_string(FINDING_ERROR));
                if (arg->json == JSON_OFF)
                        printf("%s: package.json%s%s%s: %s; %s\n", level, field ? ", field '" : "",
                               shown ?: "", field ? "'" : "", problem ?: "",
                               json_get_string(o, "remedy"));
        }
        r = arg->json != JSON_OFF ? json_print(findings, arg->json) : output_flush();
        return r < 0 ? log_error_errno(r, "Cannot print: %m") : errors;
}

static int run_check(const void *args, char **words) {
        _cleanup_(json_object_putp) json_object *findings = json_object_new_array();
        const char *folder = words[0] ?: ".";
        _cleanup_(closep) int fd = -EBADF;
        const Arguments *arg = args;
        Context c;
        int r;

        if (!findings)
                return log_oom();
        if (context_open(arg, &c) < 0)
                return EXIT_USAGE;
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        r = fd < 0 ? -errno : check_folder(fd, c.modules.scope.kind, findings);
        context_done(&c);
        if (r < 0)
                return log_error_errno(r, "Cannot check '%s': %m", folder);
        r = print(arg, findings);
        if (r != 0)
                return r < 0 ? r : EXIT_FAILURE;
        if (arg->json == JSON_OFF)
                log_info("%s can be installed as a module.", streq(folder, ".") ? "This" : folder);
        return 0;
}

const Verb verb_check = {
        "check", NULL, "[DIRECTORY]", "Check whether a directory can be installed as a module",
        0,       1,    run_check,
};
