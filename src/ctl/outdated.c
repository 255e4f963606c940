/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "ctl/install-report.h"
#include "ctl/select.h"
#include "module/available.h"
#include "module/releases.h"

static const Column columns[] = {
        { "name", "MODULE", CELL_TEXT },   { "current", "CURRENT", CELL_TEXT },
        { "wanted", "WANTED", CELL_TEXT }, { "latest", "LATEST", CELL_TEXT },
        { "spec", "SPEC", CELL_TEXT },
};

static int row_add(const Available *a, json_object *rows) {
        const struct {
                const char *key, *text;
        } texts[] = {
                { "name", a->name },     { "current", a->current }, { "spec", a->spec },
                { "wanted", a->wanted }, { "latest", a->latest },
        };
        json_object *row = json_object_new_object();
        int r;

        if (!row || json_object_array_add(rows, row) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                r = json_add_string(row, texts[i].key, texts[i].text);
                if (r < 0)
                        return r;
        }
        return a->error ? json_add_string(row, "error", a->error) : json_add_null(row, "error");
}

/* Adds those that are outdated and, for JSON, those of which that could not be found out, which it
 * says: EXIT_UNKNOWN. EXIT_FAILURE if something is outdated, as npm does. */
static int rows_add(const Context *c, const Available *available, size_t n, json_object *rows) {
        int result = 0;

        for (size_t i = 0; i < n; i++) {
                const Available *a = available + i;

                if (!a->asked)
                        log_info("%s was not installed from a registry, but from %s.", a->name,
                                 a->spec ?: "-");
                if ((a->outdated || (a->error && c->arg->json != JSON_OFF)) && row_add(a, rows) < 0)
                        return log_oom();
                if (a->outdated && result == 0)
                        result = EXIT_FAILURE;
                if (!a->error)
                        continue;
                log_error("Failed to look for newer versions of '%s': %s", a->name, a->error);
                result = EXIT_UNKNOWN;
        }
        return result;
}

static int available_print(Context *c, const Available *available, size_t n) {
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array();
        TableStyle style;
        int r, k;

        if (!rows)
                return log_oom();
        r = rows_add(c, available, n, rows);
        style = table_style(c->arg, r != 0 ? NULL : "Everything is up to date.");
        k = table_print(columns, ELEMENTSOF(columns), rows, &style);
        if (k < 0)
                return log_error_errno(k, "Failed to print: %m");
        return r;
}

static int available_ask(Context *c, char *const *names, Error *e, Available **ret, size_t *ret_n) {
        const FetchOptions options = install_fetch_options(c->arg);
        int r;

        if (names) {
                interrupt_catch();
                r = releases_open(&c->modules, e);
                if (r < 0)
                        return r;
        }
        return modules_ask_available(&c->modules, names, &options, e, ret, ret_n);
}

static int outdated_report(Context *c, char *const *names) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Available *available = NULL;
        size_t n = 0;
        int r;

        r = available_ask(c, names, &e, &available, &n);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to look for newer versions"), EXIT_UNKNOWN;
        r = available_print(c, available, n);
        availables_free(available, n);
        return r;
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
                r = select_result(r, outdated_report(&c, names));
        context_done(&c);
        interrupt_end();
        return r;
}

const Verb verb_outdated = {
        "outdated", NULL,     "[MODULE…|all]", "List modules with newer versions",
        0,          VERB_ANY, run_outdated,
};
