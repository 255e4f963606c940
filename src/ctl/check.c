/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/check-fields.h"
#include "ctl/ctl.h"
#include "ctl/preflight.h"
#include "model/environment.h"
#include "npm/packlist.h"
#include "store/script.h"

/* -- what can be read, but not all of it has effect ----------------------------------- */

static int check_effects(const Package *p, json_object *package, json_object *findings) {
        int r = 0;

        for (size_t i = 0; i < p->n_apps; i++)
                STRV_FOREACH(ignored, p->apps[i].ignored) {
                        _cleanup_(freep) char *field = preflight_field(p, i, *ignored);

                        r = field ? finding_add(findings, FINDING_WARNING, field,
                                                "leave it out, or see README for what does it here",
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
        if (!json_has(package, "version"))
                r = finding_add(findings, FINDING_WARNING, "version", "write one such as \"1.0.0\"",
                                "without a version it can be linked, but not be published");
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
                _cleanup_(closep) int script_fd = script_open(fd, p->apps[i].script, true, &path);

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

static int check_folder(int fd, ScopeKind scope, json_object *findings) {
        _cleanup_(json_object_putp) json_object *package = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *text = NULL;
        Package p = {};
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
        if (r != 0)
                return MIN2(r, 0);
        r = package_parse(text, size, &e, &p);
        if (r < 0)
                return finding_add(findings, FINDING_ERROR, NULL, "correct it", "%s",
                                   error_text(&e, r));

        r = preflight_findings(fd, &p, scope, findings);
        if (r >= 0)
                r = check_packed(fd, &p, package, findings);
        if (r >= 0)
                r = check_effects(&p, package, findings);
        if (r >= 0)
                r = check_dependencies(fd, package, findings);
        package_done(&p);
        return r;
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
        r = fd < 0 ? -errno : check_folder(fd, c.scope.kind, findings);
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
        "check", NULL, "[FOLDER]", "Check whether a folder can be installed as a module",
        0,       1,    run_check,
};
