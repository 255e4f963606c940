/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/record-parts.h"

#include "axm/json-weight.h"
#include "axm/message.h"
#include "axm/record.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/string-util.h"

static int check_weight(size_t weight, const char *what, Error *e) {
        if (weight > RECORD_PART_WEIGHT_MAX)
                return error_set(e, -E2BIG, "%s take more than %u KiB", what,
                                 RECORD_PART_WEIGHT_MAX / 1024);
        return 0;
}

static int check_object(json_object *data, int max, const char *what, Error *e) {
        if (!json_object_is_type(data, json_type_object))
                return error_set(e, -EINVAL, "its data is %s, not an object", json_type_text(data));
        if (json_object_object_length(data) > max)
                return error_set(e, -E2BIG, "more than %d %s", max, what);

        json_object_object_foreach(data, key, value) {
                (void) value;
                if (strlen(key) > RECORD_NAME_MAX)
                        return error_set(e, -E2BIG,
                                         "one of its %s has a name of more than %d bytes", what,
                                         RECORD_NAME_MAX);
        }
        return 0;
}

/* What merging `data` would make of the number and weight of the options. */
static void measure_union(const Record *record, json_object *data, int *ret_n, size_t *ret_weight) {
        int n = json_object_object_length(record->options);
        size_t weight = record->options_weight;

        json_object_object_foreach(data, key, value) {
                json_object *old = NULL;

                if (json_object_object_get_ex(record->options, key, &old))
                        weight -= json_member_weight(key, old);
                else
                        n++;
                weight += json_member_weight(key, value);
        }
        *ret_n = n;
        *ret_weight = weight;
}

/* Costs what the message is long, not what the record is: else a flood of small messages to a large
 * record would hold up all other units'. */
static int apply_options(Record *record, const RecordSource *source, json_object *data, Error *e) {
        bool changed = false;
        size_t weight;
        int n, r;

        r = check_object(data, RECORD_OPTIONS_MAX, "options", e);
        if (r < 0)
                return r;
        measure_union(record, data, &n, &weight);
        if (n > RECORD_OPTIONS_MAX)
                return error_set(e, -E2BIG, "more than %d options", RECORD_OPTIONS_MAX);
        r = check_weight(weight, "options", e);
        if (r < 0)
                return r;

        json_object_object_foreach(data, key, value) {
                json_object *old = NULL;

                if (json_object_object_get_ex(record->options, key, &old) &&
                    json_object_equal(old, value))
                        continue;
                if (json_object_object_add(record->options, key, json_object_get(value)) < 0) {
                        (void) json_object_put(value);
                        return -ENOMEM;
                }
                changed = true;
        }
        record->options_weight = weight;
        return changed;
}

static int apply_one_action(Record *record, json_object *data, Error *e) {
        const char *name = json_get_string(data, "action_name");
        size_t n = json_object_array_length(record->actions);
        size_t weight;
        int r;

        if (isempty(name))
                return error_set(e, -EINVAL, "it has no action_name");
        if (strlen(name) > RECORD_NAME_MAX)
                return error_set(e, -E2BIG, "its action_name has more than %d bytes",
                                 RECORD_NAME_MAX);

        for (size_t i = 0; i < n; i++)
                if (streq(name, json_get_string(json_object_array_get_idx(record->actions, i),
                                                "action_name")))
                        return 0;
        if (n >= RECORD_ACTIONS_MAX)
                return error_set(e, -E2BIG, "more than %d actions", RECORD_ACTIONS_MAX);
        weight = record->actions_weight + json_element_weight(data);
        r = check_weight(weight, "actions", e);
        if (r < 0)
                return r;

        if (json_object_array_add(record->actions, json_object_get(data)) < 0) {
                (void) json_object_put(data);
                return -ENOMEM;
        }
        record->actions_weight = weight;
        return 1;
}

/* One, or an array of several; those before one that is refused are kept. */
static int apply_action(Record *record, const RecordSource *source, json_object *data, Error *e) {
        int r, changed = 0;

        if (!json_object_is_type(data, json_type_array))
                return apply_one_action(record, data, e);
        for (size_t i = 0; i < json_object_array_length(data); i++) {
                r = apply_one_action(record, json_object_array_get_idx(data, i), e);
                if (r < 0)
                        return r;
                changed |= r;
        }
        return changed;
}

/* Replaces a part as a whole. */
static int replace_part(json_object **part, json_object *data, const char *what, Error *e) {
        int r;

        r = check_weight(json_weight(data), what, e);
        if (r < 0)
                return r;
        if (json_object_equal(data, *part))
                return 0;

        json_object_putp(part);
        *part = json_object_get(data);
        return 1;
}

static int apply_monitor(Record *record, const RecordSource *source, json_object *data, Error *e) {
        int r;

        r = check_object(data, RECORD_METRICS_MAX, "metrics", e);
        return r < 0 ? r : replace_part(&record->monitor, data, "metrics", e);
}

/* Of each package all that is sent is its version. */
static int apply_dependencies(Record *record, const RecordSource *source, json_object *data,
                              Error *e) {
        _cleanup_(json_object_putp) json_object *versions = json_object_new_object();
        int r;

        if (!versions)
                return -ENOMEM;
        r = check_object(data, RECORD_PACKAGES_MAX, "packages", e);
        if (r < 0)
                return r;
        json_object_object_foreach(data, package, value) {
                const char *version = json_get_string(value, "version");

                r = json_add_string(versions, package, version ? version : "");
                if (r < 0)
                        return r;
        }
        return replace_part(&record->dependencies, versions, "packages", e);
}

/* Adds the text of a member, cut to max bytes. */
static int add_cut(json_object *o, const char *key, const char *text, size_t max) {
        size_t n;

        if (!text)
                return 0;
        n = utf8_fit(text, max);
        return json_add(o, key, json_object_new_string_len(text, (int) n));
}

static int apply_error(Record *record, const RecordSource *source, json_object *data, Error *e) {
        const char *message = json_get_string(data, "message");
        _cleanup_(json_object_putp) json_object *error = json_object_new_object();
        int r;

        if (!error)
                return -ENOMEM;
        if (!message && !json_get_string(data, "stack"))
                message = json_text(data);

        r = add_cut(error, "name", json_get_string(data, "name"), RECORD_NAME_MAX);
        if (r < 0)
                return r;
        r = add_cut(error, "message", message, RECORD_ERROR_MAX);
        if (r < 0)
                return r;
        r = add_cut(error, "stack", json_get_string(data, "stack"), RECORD_STACK_MAX);
        if (r < 0)
                return r;
        r = json_add_uint(error, "time", source->realtime_usec);
        if (r < 0)
                return r;

        json_object_putp(&record->error);
        record->error = TAKE_PTR(error);
        record->n_errors++;
        return 1;
}

static int (*const parts[_AXM_TYPE_MAX])(Record *, const RecordSource *, json_object *, Error *) = {
        [AXM_CONFIGURATION] = apply_options, [AXM_ACTION] = apply_action,
        [AXM_MONITOR] = apply_monitor,       [AXM_DEPENDENCIES] = apply_dependencies,
        [AXM_EXCEPTION] = apply_error,
};

bool record_part_exists(AxmType type) {
        assert(type >= 0 && type < _AXM_TYPE_MAX);

        return parts[type] != NULL;
}

int record_part_apply(Record *record, const RecordSource *source, AxmType type, json_object *data,
                      Error *e) {
        assert(record);
        assert(source);
        assert(record_part_exists(type));

        return parts[type](record, source, data, e);
}
