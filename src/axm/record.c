/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/record.h"

#include <limits.h>

#include "basic/string-util.h"

int record_init(Record *ret) {
        Record record = {
                .options = json_object_new_object(),
                .actions = json_object_new_array(),
                .monitor = json_object_new_object(),
                .dependencies = json_object_new_object(),
        };

        if (!record.options || !record.actions || !record.monitor || !record.dependencies) {
                record_done(&record);
                return -ENOMEM;
        }
        record_measure(&record);
        *ret = record;
        return 0;
}

void record_done(Record *record) {
        json_object_putp(&record->options);
        json_object_putp(&record->actions);
        json_object_putp(&record->monitor);
        json_object_putp(&record->dependencies);
        json_object_putp(&record->error);
        *record = (Record){};
}

static size_t json_weight(json_object *o);

static size_t member_weight(const char *key, json_object *value) {
        return 64 + strlen(key) + json_weight(value);
}

static size_t element_weight(json_object *value) {
        return 8 + json_weight(value);
}

/* Bytes of memory a value takes, roughly. A module controls these, not just the length of its text:
 * "{}" is 800 of them. */
static size_t json_weight(json_object *o) {
        size_t weight = 64;

        switch (json_object_get_type(o)) {
        case json_type_object:
                weight += 736;
                json_object_object_foreach(o, key, value) {
                        weight += member_weight(key, value);
                }
                return weight;
        case json_type_array:
                weight += 256;
                for (size_t i = 0; i < json_object_array_length(o); i++)
                        weight += element_weight(json_object_array_get_idx(o, i));
                return weight;
        case json_type_string:
                return weight + (size_t) json_object_get_string_len(o);
        default:
                return weight;
        }
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

static int check_weight(size_t weight, const char *what, Error *e) {
        if (weight > RECORD_PART_WEIGHT_MAX)
                return error_set(e, -E2BIG, "%s take more than %u KiB", what,
                                 RECORD_PART_WEIGHT_MAX / 1024);
        return 0;
}

/* What merging `data` would make of the number and weight of the options. */
static void measure_union(const Record *record, json_object *data, int *ret_n, size_t *ret_weight) {
        int n = json_object_object_length(record->options);
        size_t weight = record->options_weight;

        json_object_object_foreach(data, key, value) {
                json_object *old = NULL;

                if (json_object_object_get_ex(record->options, key, &old))
                        weight -= member_weight(key, old);
                else
                        n++;
                weight += member_weight(key, value);
        }
        *ret_n = n;
        *ret_weight = weight;
}

/* Costs what the message is long, not what the record is: else a flood of small messages to a large
 * record would hold up everyone's. */
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

static int apply_action(Record *record, const RecordSource *source, json_object *data, Error *e) {
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
        weight = record->actions_weight + element_weight(data);
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

        r = versions ? check_object(data, RECORD_PACKAGES_MAX, "packages", e) : -ENOMEM;
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
        if (r >= 0)
                r = add_cut(error, "message", message, RECORD_ERROR_MAX);
        if (r >= 0)
                r = add_cut(error, "stack", json_get_string(data, "stack"), RECORD_STACK_MAX);
        if (r >= 0)
                r = json_add_uint(error, "time", source->realtime_usec);
        if (r < 0)
                return r;

        json_object_putp(&record->error);
        record->error = TAKE_PTR(error);
        record->n_errors++;
        return 1;
}

void record_measure(Record *record) {
        record->options_weight = json_weight(record->options);
        record->actions_weight = json_weight(record->actions);
}

size_t record_weight(const Record *record) {
        return record->options_weight + record->actions_weight + json_weight(record->monitor) +
               json_weight(record->dependencies) + json_weight(record->error);
}

/* What tells one run of the unit from another. journald does not know the invocation of a unit that
 * is gone by the time it looks: then a standard output that is not the recorded run's stands for
 * it. NULL if nothing speaks for another run. */
static const char *run_of(const Record *record, const RecordSource *source) {
        if (source->invocation)
                return source->invocation;
        if (source->stream && record->stream[0] && !streq(source->stream, record->stream))
                return source->stream;
        return NULL;
}

/* 1 if the unit was started anew, 0 if this is the run recorded, -ESTALE for a last line of the one
 * before, which journald may deliver behind the next one's first. */
static int follow_run(Record *record, const RecordSource *source) {
        const char *run = run_of(record, source);
        Record fresh;
        int r;

        if (!run || streq(run, record->invocation))
                return 0;
        if (streq(run, record->previous))
                return -ESTALE;

        r = record_init(&fresh);
        if (r < 0)
                return r;
        (void) snprintf(fresh.invocation, sizeof(fresh.invocation), "%s", run);
        (void) snprintf(fresh.previous, sizeof(fresh.previous), "%s", record->invocation);
        fresh.position = record->position;
        record_done(record);
        *record = fresh;
        return 1;
}

static void advance(Record *record, const RecordSource *source) {
        if (source->stream)
                (void) snprintf(record->stream, sizeof(record->stream), "%s", source->stream);
        record->position = source->position;
        record->updated_usec = source->realtime_usec;
}

int record_touch(Record *record, const RecordSource *source) {
        int r;

        if (journal_position_reached(&source->position, &record->position))
                return 0;

        r = follow_run(record, source);
        if (r > 0) {
                advance(record, source);
                /* Up to this entry, but not including the message it may hold. */
                if (record->position.number > 0)
                        record->position.number--;
                record->position.part = UINT_MAX;
        }
        return r == -ESTALE ? 0 : r;
}

static int (*const apply_table[_AXM_TYPE_MAX])(Record *, const RecordSource *, json_object *,
                                               Error *) = {
        [AXM_CONFIGURATION] = apply_options, [AXM_ACTION] = apply_action,
        [AXM_MONITOR] = apply_monitor,       [AXM_DEPENDENCIES] = apply_dependencies,
        [AXM_EXCEPTION] = apply_error,
};

bool record_wants(AxmType type) {
        return apply_table[type] != NULL;
}

int record_apply(Record *record, const RecordSource *source, const Mask *mask, const AxmMessage *m,
                 Error *e) {
        _cleanup_(json_object_putp) json_object *data = NULL;
        int reset, r = 0;

        if (journal_position_reached(&source->position, &record->position))
                return 0;

        reset = follow_run(record, source);
        if (reset < 0)
                return reset == -ESTALE ? 0 : reset;

        if (apply_table[m->type]) {
                r = mask_json(mask, m->data, &data);
                if (r >= 0)
                        r = apply_table[m->type](record, source, data, e);
        }
        if (r > 0 || reset > 0)
                advance(record, source);
        return r < 0 ? r : r > 0 || reset > 0;
}
