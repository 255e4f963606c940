/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "ctl/details.h"
#include "ctl/limits.h"
#include "ctl/select.h"
#include "ctl/show-reports.h"
#include "module/runtime-space.h"
#include "module/services.h"

/* The lines of the first panel. */
static const Column head[] = {
        { "name", "Module", CELL_TEXT },         { "version", "Version", CELL_TEXT },
        { "unit", "Unit", CELL_TEXT },           { "pm_id", "ID", CELL_TEXT },
        { "active", "Active", CELL_STATE },      { "sub", "Sub", CELL_TEXT },
        { "pid", "Main PID", CELL_TEXT },        { "uptime", "Uptime", CELL_DURATION },
        { "restarts", "Restarts", CELL_TEXT },   { "memory", "Memory", CELL_BYTES },
        { "cpu", "CPU", CELL_DURATION },         { "user", "User", CELL_TEXT },
        { "enabled", "At boot", CELL_TEXT },     { "status", "Status", CELL_TEXT },
        { "args", "Arguments", CELL_TEXT },      { "folder", "Folder", CELL_TEXT },
        { "signed_by", "Signed by", CELL_TEXT },
};

/* Those for each further unit of the module. */
static const Column head_of_unit[] = {
        { "unit", "Unit", CELL_TEXT },         { "name", "App", CELL_TEXT },
        { "instance", "Instance", CELL_TEXT }, { "active", "Active", CELL_STATE },
        { "sub", "Sub", CELL_TEXT },           { "pid", "Main PID", CELL_TEXT },
        { "uptime", "Uptime", CELL_DURATION }, { "restarts", "Restarts", CELL_TEXT },
        { "memory", "Memory", CELL_BYTES },    { "cpu", "CPU", CELL_DURATION },
        { "status", "Status", CELL_TEXT },
};

static void print_head(json_object *o, const Column *lines, size_t n) {
        for (size_t i = 0; i < n; i++) {
                json_object *value = json_get(o, lines[i].key);
                char buffer[64];

                if (value)
                        show_line(lines[i].title,
                                  cell_text(value, lines[i].format, buffer, sizeof(buffer)));
        }
}

static void print_text(json_object *o) {
        json_object *apps = json_get(o, "apps");

        print_head(o, head, ELEMENTSOF(head));
        show_names(o, json_get_string(o, "description"));
        if (json_has(o, "settings") && !json_get(o, "settings"))
                printf("\nSettings: only root, or the modules' owner, may read them.\n");
        show_panel("Settings", json_get(o, "settings"));
        limits_print(json_get(o, "limits"));
        show_release(o);
        show_reports(o);
        for (size_t i = 1; i < json_object_array_length(apps); i++) {
                json_object *app = json_object_array_get_idx(apps, i);

                putchar('\n');
                print_head(app, head_of_unit, ELEMENTSOF(head_of_unit));
                show_names(app, /* description= */ NULL);
                if (!json_object_equal(json_get(app, "limits"), json_get(o, "limits")))
                        limits_print(json_get(app, "limits"));
                show_reports(app);
        }
}

static int show_object(Context *c, json_object *o) {
        static bool again = false; /* a blank line between modules */

        if (c->arg->json != JSON_OFF)
                return json_print(o, c->arg->json);
        if (again)
                putchar('\n');
        again = true;
        print_text(o);
        return output_flush();
}

static int show_one(Context *c, const char *name, const char *word, Error *e) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        int r, result;

        result = details_collect(c, name, e, &o);
        if (!o)
                return log_error_cause(result < 0 ? result : -ENOENT, e, "Failed to show '%s'",
                                       name);
        r = show_object(c, o);
        if (r < 0)
                return log_error_errno(r, "Failed to print: %m");
        if (result < 0)
                return log_error_cause(result, e, "Failed to show all of '%s'", name);
        if (c->arg->json != JSON_OFF)
                return 0;
        runtime_space_check(&c->modules);
        if (!services_at_boot(&c->modules))
                log_notice("pm2-modules.service is not enabled, so no module is started at boot; "
                           "'pm2ctl enable %s' enables it, unless it is masked.",
                           name);
        if (c->modules.bus && !json_get(o, "options"))
                context_warn_unrecorded(c);
        context_warn_relay(c);
        return 0;
}

static int run_show(const void *args, char **words) {
        return select_each(args, words, show_one, /* done= */ NULL);
}

const Verb verb_show = {
        "show",
        " describe desc info ",
        "MODULE…|all",
        "Show everything known about modules",
        0,
        VERB_ANY,
        run_show,
};
