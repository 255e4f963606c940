/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/metric.h"

#include "axm/message.h"
#include "basic/json.h"
#include "basic/number.h"
#include "basic/string-util.h"

/* Longest text of a value. */
#define VALUE_MAX 200

/* Metrics that STATUS= looks at; the text is full long before. */
#define STATUS_METRICS_MAX 64

/* Modules send 0.30000000000000004: two digits are what a status line needs. */
static int double_text(double d, char **ret) {
        char *dot;

        if (strdupf(ret, d > 1e15 || d < -1e15 ? "%g" : "%.2f", d) < 0)
                return -ENOMEM;
        dot = strchr(*ret, '.');
        if (dot && !strchr(*ret, 'e')) {
                char *end = *ret + strlen(*ret);

                while (end[-1] == '0')
                        *--end = 0;
                if (end[-1] == '.')
                        end[-1] = 0;
        }
        return 0;
}

/* The unit follows at once where it is a sign, after a space where it is a word. */
static const char *unit_separator(const char *unit) {
        return unit[0] == '%' || startswith(unit, "°") ? "" : " ";
}

static char *metric_text(json_object *metric) {
        bool object = json_object_is_type(metric, json_type_object);
        json_object *value = object ? json_get(metric, "value") : metric;
        const char *unit = object ? json_get_string(metric, "unit") : NULL;
        _cleanup_(freep) char *number = NULL, *text = NULL;
        const char *s;

        if (json_object_is_type(value, json_type_double)) {
                if (double_text(json_object_get_double(value), &number) < 0)
                        return NULL;
                s = number;
        } else if (json_object_is_type(value, json_type_object) ||
                   json_object_is_type(value, json_type_array))
                s = "";
        else
                s = json_string(value) ? json_string(value) : value ? json_text(value) : "";

        if (isempty(s))
                return strdup("");
        if (unit && endswith(s, unit)) /* as @pm2/io did until version 3 */
                unit = NULL;
        if (strdupf(&text, "%s%s%s", s, isempty(unit) ? "" : unit_separator(unit),
                    unit ? unit : "") < 0)
                return NULL;
        return escape_cut(text, VALUE_MAX, /* keep_newlines= */ false);
}

char *axm_monitor_status(json_object *metrics) {
        _cleanup_(freep) char *text = NULL;
        const char *separator = "";
        unsigned n = 0;
        bool failed = false;
        size_t size;
        FILE *f;

        if (!json_object_is_type(metrics, json_type_object))
                return strdup("");

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        json_object_object_foreach(metrics, key, metric) {
                _cleanup_(freep) char *value = metric_text(metric);

                failed |= !value;
                if (isempty(value))
                        continue;
                (void) fprintf(f, "%s%s: %s", separator, key, value);
                separator = ", ";
                if (++n >= STATUS_METRICS_MAX)
                        break;
        }
        if (fclose(f) != 0 || failed)
                return NULL;
        return escape_cut(text, AXM_STATUS_MAX, /* keep_newlines= */ false);
}

/* The number in a value, which is text as often as not; false if there is none. */
static bool metric_number(json_object *value, double *ret) {
        const char *s = json_string(value);
        char *end;

        if (json_object_is_type(value, json_type_int) ||
            json_object_is_type(value, json_type_double)) {
                *ret = json_object_get_double(value);
                return true;
        }
        if (!s)
                return false;
        *ret = strtod(s, &end);
        return end > s;
}

/* Of the modes only "threshold" looks at the value as it is now; the others at how it went. */
static bool alert_is_reached(json_object *alert, json_object *value, char cmp) {
        const char *mode = json_get_string(alert, "mode");
        double limit, now;

        if (!streq_ptr(mode, "threshold") || !metric_number(json_get(alert, "value"), &limit) ||
            !metric_number(value, &now))
                return false;
        return cmp == '<' ? now < limit : cmp == '=' ? number_equal(now, limit) : now > limit;
}

/* "alert above 90%", of what pmx sends: {"mode","value","cmp"}. */
static char *alert_text(json_object *metric, json_object *alert) {
        static const struct {
                char cmp;
                const char *word;
        } words[] = { { '<', "below" }, { '=', "at" }, { '>', "above" } };
        const char *mode = json_get_string(alert, "mode"), *cmp = json_get_string(alert, "cmp");
        _cleanup_(json_object_putp) json_object *limit = json_object_new_object();
        _cleanup_(freep) char *shown = NULL;
        char c = cmp ? cmp[0] : '>', *text;
        const char *word = "above";

        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (words[i].cmp == c)
                        word = words[i].word;
        if (!limit ||
            json_object_object_add(limit, "value", json_object_get(json_get(alert, "value"))) < 0 ||
            json_add_string(limit, "unit", json_get_string(metric, "unit")) < 0)
                return NULL;
        shown = metric_text(limit);
        if (!shown)
                return NULL;
        if (isempty(shown))
                (void) strdupf(&text, "alert: %s", mode ? mode : "set");
        else
                (void) strdupf(&text, "alert %s%s %s%s",
                               streq_ptr(mode, "threshold-avg") ? "on average " : "", word, shown,
                               alert_is_reached(alert, json_get(metric, "value"), c) ? ": reached"
                                                                                     : "");
        return text;
}

char *axm_metric_alert_text(json_object *metric) {
        json_object *alert = json_get(metric, "alert");
        _cleanup_(freep) char *value = metric_text(metric), *set = NULL, *text = NULL;

        if (!value)
                return NULL;
        if (!json_object_is_type(alert, json_type_object) || json_object_object_length(alert) == 0)
                return isempty(value) ? strdup("-") : TAKE_PTR(value);
        set = alert_text(metric, alert);
        if (!set || strdupf(&text, "%s (%s)", isempty(value) ? "-" : value, set) < 0)
                return NULL;
        return escape_cut(text, VALUE_MAX, /* keep_newlines= */ false);
}

bool axm_metric_is_latency(const char *name, json_object *metric) {
        const char *type = json_get_string(metric, "type");

        return strcasestr(name, "latency") || (type && strcasestr(type, "latency"));
}
