/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show-reports.h"

#include "axm/metric.h"
#include "basic/string-util.h"
#include "basic/table.h"
#include "module/reports.h"

#define LABEL_WIDTH 12

void show_line(const char *label, const char *text) {
        _cleanup_(freep) char *left = escape_control(label, false),
                              *right = escape_control(text, false);

        if (left && right)
                printf("%*s: %s\n", LABEL_WIDTH, left, right);
}

static const char *value_text(json_object *value) {
        return json_string(value) ? json_string(value) : json_text(value);
}

static bool is_hidden(json_object *o, const char *panel) {
        json_object *shown = option_get(json_get(o, "options"), panel);

        return json_object_is_type(shown, json_type_boolean) && !json_object_get_boolean(shown);
}

/* -- panels ------------------------------------------------------------------------------------ */

static void print_member(const char *name, const char *text) {
        _cleanup_(freep) char *left = escape_control(name, false),
                              *right = escape_control(text, false);

        if (left && right)
                printf("  %s = %s\n", left, right);
}

/* Without the members that have a place of their own. */
static void print_panel(const char *title, json_object *o, const char *const *but, size_t n_but) {
        bool titled = false;

        if (!json_object_is_type(o, json_type_object))
                return;
        json_object_object_foreach(o, name, value) {
                bool elsewhere = false;

                for (size_t i = 0; i < n_but; i++)
                        elsewhere |= streq(name, but[i]);
                if (elsewhere)
                        continue;
                if (!titled)
                        printf("\n%s:\n", title);
                titled = true;
                print_member(name, value_text(value));
        }
}

void show_panel(const char *title, json_object *o) {
        print_panel(title, o, NULL, 0);
}

/* human_info: pairs of a label and a text. */
static void print_information(json_object *o) {
        json_object *pairs = option_get(json_get(o, "options"), "human_info");
        bool titled = false;

        if (!json_object_is_type(pairs, json_type_array) || is_hidden(o, "show_module_meta"))
                return;
        for (size_t i = 0; i < json_object_array_length(pairs); i++) {
                json_object *pair = json_object_array_get_idx(pairs, i);

                if (!json_object_is_type(pair, json_type_array) ||
                    json_object_array_length(pair) != 2)
                        continue;
                if (!titled)
                        printf("\nModule information:\n");
                titled = true;
                print_member(value_text(json_object_array_get_idx(pair, 0)),
                             value_text(json_object_array_get_idx(pair, 1)));
        }
}

static void print_metrics(json_object *o, const char *title, bool latency) {
        json_object *metrics = json_get(o, "monitor");
        bool titled = false;

        if (!json_object_is_type(metrics, json_type_object))
                return;
        json_object_object_foreach(metrics, name, metric) {
                _cleanup_(freep) char *text = NULL;

                if (axm_metric_is_latency(name, metric) != latency)
                        continue;
                text = axm_metric_alert_text(metric);
                if (!titled)
                        printf("\n%s:\n", title);
                titled = true;
                print_member(name, text ? text : "-");
        }
}

static void print_error(json_object *o) {
        int64_t n = json_get_int(o, "errors", 0);
        char title[64];

        if (is_hidden(o, "errors"))
                return;
        (void) snprintf(title, sizeof(title), "Last error (of %lld since it was started)",
                        (long long) n);
        show_panel(n > 1 ? title : "Last error", json_get(o, "error"));
}

static void print_actions(json_object *actions) {
        if (!json_object_is_type(actions, json_type_array) ||
            json_object_array_length(actions) == 0)
                return;
        printf("\nActions:\n");
        for (size_t i = 0; i < json_object_array_length(actions); i++) {
                const char *name = json_get_string(json_object_array_get_idx(actions, i),
                                                   "action_name");
                _cleanup_(freep) char *escaped = escape_control(name ? name : "", false);

                if (escaped)
                        printf("  %s\n", escaped);
        }
}

/* -- what `show` is made of -------------------------------------------------------------------- */

static void print_measured(json_object *measured) {
        const char *name = json_get_string(measured, "name");
        const char *reason = json_get_string(measured, "reason");
        _cleanup_(freep) char *text = NULL;

        if (!measured)
                return;
        if (reason)
                (void) strdupf(&text, "nothing: the module asked for process %s, but %s",
                               value_text(json_get(measured, "pid")), reason);
        else
                (void) strdupf(&text, "process %s, %s, as the module asked",
                               value_text(json_get(measured, "pid")), name ? name : "?");
        if (text)
                show_line("Measured", text);
}

void show_names(json_object *o, const char *description) {
        json_object *options = json_get(o, "options");
        json_object *label = option_get(options, "name");
        json_object *comment = option_get(options, "comment");

        if (label)
                show_line("Label", value_text(label));
        if (!is_hidden(o, "show_module_meta")) {
                if (description)
                        show_line("Description", description);
                if (comment)
                        show_line("Comment", value_text(comment));
        }
        print_measured(json_get(o, "measured"));
}

void show_release(json_object *o) {
        static const char *const members[] = { "version", "source", "spec", "integrity", "link" };
        _cleanup_(json_object_putp) json_object *panel = json_object_new_object();

        if (!panel || is_hidden(o, "versioning"))
                return;
        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                if (json_get(o, members[i]))
                        (void) json_add(panel, members[i],
                                        json_object_get(json_get(o, members[i])));
        show_panel("Release", panel);
}

void show_reports(json_object *o) {
        static const char *const elsewhere[] = { "human_info", "module_conf" };
        json_object *options = json_get(o, "options");

        print_information(o);
        show_panel("Settings, as the module reported them", option_get(options, "module_conf"));
        print_panel("Configuration, as the module reported it", options, elsewhere,
                    ELEMENTSOF(elsewhere));
        print_metrics(o, "Metrics", /* latency= */ false);
        if (!is_hidden(o, "latency"))
                print_metrics(o, "Latency", /* latency= */ true);
        print_error(o);
        show_panel("Dependencies", json_get(o, "dependencies"));
        print_actions(json_get(o, "actions"));
}
