/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/install.h"
#include "ctl/select.h"
#include "store/installed.h"

static const Column columns[] = {
        { "name", "MODULE", CELL_TEXT },   { "current", "CURRENT", CELL_TEXT },
        { "wanted", "WANTED", CELL_TEXT }, { "latest", "LATEST", CELL_TEXT },
        { "spec", "SPEC", CELL_TEXT },
};

/* Adds a row for a module that came from a registry; of others nobody can be asked. */
static int add_module(Context *c, const char *name, json_object *rows, json_object *specs,
                      Error *e) {
        json_object *row = NULL;
        Source source = {};
        Module m = {};
        int r;

        r = store_load(c->modules.store, name, e, &m);
        if (r > 0 && !m.link && m.spec && source_parse(m.spec, /* e= */ NULL, &source) >= 0 &&
            source.name) {
                row = json_object_new_object();
                r = row && json_object_array_add(rows, row) >= 0 &&
                                    json_object_array_add(specs,
                                                          json_object_new_string(source.fetch)) >= 0
                            ? json_add_string(row, "name", m.name)
                            : -ENOMEM;
                if (r >= 0)
                        r = json_add_string(row, "current", m.version);
                if (r >= 0)
                        r = json_add_address(row, "spec", m.spec);
        } else if (r > 0)
                log_info("%s comes from no registry, but from %s.", name, m.spec ? m.spec : "-");
        source_done(&source);
        module_done(&m);
        return r;
}

static int ask(Context *c, json_object *specs, Error *e, json_object **ret) {
        const FetchOptions options = fetch_options(c->arg);
        Staging staging;
        int r;

        r = staging_new(c->modules.store, &c->modules.scope, e, &staging);
        if (r < 0)
                return r;
        r = fetch_versions(&c->modules, &staging, specs, &options, e, ret);
        staging_done(&staging);
        return r;
}

/* Takes what is up to date out, and says what could not be found out: negative. */
static int judge(json_object *rows, json_object *answers, json_object *outdated) {
        int result = 0;

        for (size_t i = 0; i < json_object_array_length(rows); i++) {
                json_object *row = json_object_array_get_idx(rows, i),
                            *answer = json_object_array_get_idx(answers, i);
                const char *current = json_get_string(row, "current"),
                           *wanted = json_get_string(answer, "wanted"),
                           *latest = json_get_string(answer, "latest");

                if (!wanted) {
                        const char *why = json_get_string(answer, "error");

                        log_error("Cannot tell whether '%s' is outdated: %s",
                                  json_get_string(row, "name"), why ? why : "no answer");
                        result = -EIO;
                        continue;
                }
                if (streq(current, wanted) && (!latest || streq(current, latest)))
                        continue;
                if (json_add_string(row, "wanted", wanted) < 0 ||
                    json_add_string(row, "latest", latest) < 0 ||
                    json_object_array_add(outdated, json_object_get(row)) < 0)
                        return log_oom();
        }
        return result;
}

/* EXIT_FAILURE if something is outdated, as npm does. */
static int outdated(Context *c, char *const *names) {
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array(),
                                                *specs = json_object_new_array(), *answers = NULL,
                                                *found = json_object_new_array();
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r = rows && specs && found ? 0 : -ENOMEM, k;
        TableStyle style;

        if (r >= 0 && names)
                r = install_open(c, &e);
        STRV_FOREACH(name, names)
                if (r >= 0)
                        r = add_module(c, *name, rows, specs, &e);
        if (r >= 0 && json_object_array_length(specs) > 0)
                r = ask(c, specs, &e, &answers);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot tell what is outdated");

        r = judge(rows, answers, found);
        style = table_style(c->arg, r < 0 ? NULL : "Everything is up to date.");
        k = table_print(columns, ELEMENTSOF(columns), found, &style);
        if (k < 0)
                return log_error_errno(k, "Cannot print: %m");
        return r < 0 ? r : json_object_array_length(found) > 0 ? EXIT_FAILURE : 0;
}

static int run_outdated(const void *args, char **words) {
        static char *const everything[] = { (char *) "all", NULL };
        _cleanup_(strv_freep) char **names = NULL;
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = select_modules(&c, words[0] ? words : everything, /* results= */ NULL, &names);
        if (r == 0 || names)
                r = select_result(r, outdated(&c, names));
        context_done(&c);
        interrupt_end();
        return r;
}

const Verb verb_outdated = {
        "outdated", NULL,     "[MODULE…|all]", "List modules with newer versions",
        0,          VERB_ANY, run_outdated,
};
