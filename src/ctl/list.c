/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/verbs.h"
#include "ctl/rows.h"
#include "module/reports.h"
#include "module/survey.h"
#include "store/installed.h"
#include "store/store.h"

static const Column columns[] = {
        { "pm_id", "ID", CELL_NUMBER },        { "name", "MODULE", CELL_TEXT },
        { "app", "APP", CELL_TEXT },           { "instance", "INSTANCE", CELL_NUMBER },
        { "version", "VERSION", CELL_TEXT },   { "active", "ACTIVE", CELL_STATE },
        { "sub", "SUB", CELL_TEXT },           { "enabled", "ENABLED", CELL_TEXT },
        { "pid", "PID", CELL_NUMBER },         { "restarts", "RESTARTS", CELL_NUMBER },
        { "cpu", "CPU", CELL_DURATION },       { "memory", "MEMORY", CELL_BYTES },
        { "uptime", "UPTIME", CELL_DURATION }, { "user", "USER", CELL_TEXT },
};

/* An empty list in the wrong scope must not look as if no modules were installed at all. */
static bool other_scope_has_modules(const Context *c) {
        ScopeKind other = c->modules.scope.kind == SCOPE_SYSTEM ? SCOPE_USER : SCOPE_SYSTEM;
        _cleanup_(store_closep) Store *s = NULL;
        _cleanup_(strv_freep) char **names = NULL;
        Scope scope;
        bool any;

        if (scope_init(other, /* e= */ NULL, &scope) < 0)
                return false;
        any = store_open(&scope, /* create= */ false, /* e= */ NULL, &s) >= 0 &&
              store_names(s, /* e= */ NULL, &names) >= 0 && names;
        scope_done(&scope);
        return any;
}

/* Some columns are there only where they say something: those that tell units of one module apart
 * where any has several, and what is started at boot where anything is not. */
static int print_rows(json_object *rows, const TableStyle *style) {
        Column shown[ELEMENTSOF(columns)];
        bool several = false, disabled = false;
        size_t n = 0;

        for (size_t i = 0; i < json_object_array_length(rows); i++) {
                json_object *row = json_object_array_get_idx(rows, i);

                several |= json_get(row, "app") != NULL;
                disabled |= !json_get_bool(row, "enabled", true);
        }
        for (size_t i = 0; i < ELEMENTSOF(columns); i++)
                if ((several || !word_list_contains(" app instance ", columns[i].key)) &&
                    (disabled || !streq(columns[i].key, "enabled")))
                        shown[n++] = columns[i];
        return table_print(shown, n, rows, style);
}

/* A row without amounts, since the process that the module wants measured is not there. */
static void tell_unmeasured(json_object *rows) {
        for (size_t i = 0; i < json_object_array_length(rows); i++) {
                json_object *row = json_object_array_get_idx(rows, i);
                json_object *measured = json_get(row, "measured");
                const char *reason = json_get_string(measured, "reason");

                if (reason)
                        log_notice("%s asked to measure process %s, but %s.",
                                   json_get_string(row, "name"),
                                   json_text(json_get(measured, "pid")), reason);
        }
}

static int add_row(Context *c, const UnitFacts *facts, json_object *rows) {
        json_object *row = NULL, *monitor = NULL;
        int r;

        r = row_new(c, facts, &row);
        if (r < 0)
                return r;
        if (json_object_array_add(rows, row) < 0) {
                (void) json_object_put(row);
                return -ENOMEM;
        }
        r = row_add_measured(row, &facts->measured);
        if (r < 0 || c->arg->json == JSON_OFF)
                return r;
        r = unit_monitor_or_recorded(&c->modules, facts->module->name, facts->unit, &monitor);
        if (r < 0)
                return r;
        return json_object_object_add(row, "monitor", monitor) < 0 ? -ENOMEM : 0;
}

/* `ret_left_out` is negative where a module was left out. */
static int collect_rows(Context *c, json_object *rows, int *ret_left_out) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(survey_done) Survey s = {};
        int r;

        r = modules_survey(&c->modules, &e, &s);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to list the modules");
        for (size_t i = 0; i < s.n_units; i++)
                if (add_row(c, s.units + i, rows) < 0)
                        return log_oom();
        *ret_left_out = s.r;
        return 0;
}

static int list_modules(Context *c) {
        _cleanup_(json_object_putp) json_object *rows = json_object_new_array();
        TableStyle style;
        int r, result = 0;

        if (!rows)
                return log_oom();
        r = collect_rows(c, rows, &result);
        if (r < 0)
                return r;
        style = table_style(c->arg, result < 0 ? NULL : "No modules are installed.");
        r = print_rows(rows, &style);
        if (r < 0)
                result = log_error_errno(r, "Failed to print: %m");
        if (c->arg->json != JSON_OFF)
                return result;
        tell_unmeasured(rows);
        if (json_object_array_length(rows) > 0)
                context_warn_relay(c);
        if (json_object_array_length(rows) == 0 && other_scope_has_modules(c))
                log_notice("There are some in the %s scope: try --%s.",
                           c->modules.scope.kind == SCOPE_SYSTEM ? "user" : "system",
                           c->modules.scope.kind == SCOPE_SYSTEM ? "user" : "system");
        return result;
}

static int run_list(const void *args, char **words) {
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = list_modules(&c);
        context_done(&c);
        return r;
}

const Verb verb_list = { "list", " ls l ps ", NULL, "List the installed modules", 0, 0, run_list };
