/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a module says, line by line: what people and the journal get of it is harmless and without
 * secrets, and the record it comes to is one that is read back. The same text as a record's file,
 * and as the fields of a journal entry. */

#include "axm/human.h"
#include "axm/mask.h"
#include "axm/message.h"
#include "axm/metric.h"
#include "axm/record-apply.h"
#include "axm/record-file.h"
#include "axm/record-text.h"
#include "axm/record.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/string-util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET "hunter2!"
#define SERIES "0123456789abcdef0123456789abcdef"

static void check(bool holds) {
        if (!holds)
                abort();
}

static void check_harmless(const char *text, bool newlines) {
        _cleanup_(freep) char *again = NULL;

        check(text && utf8_is_valid(text, strlen(text)));
        again = escape_control(text, newlines);
        check(again && streq(again, text));
}

static void check_metrics(json_object *metrics) {
        if (!json_object_is_type(metrics, json_type_object))
                return;
        json_object_object_foreach(metrics, name, metric) {
                _cleanup_(freep) char *text = axm_metric_alert_text(metric);

                (void) axm_metric_is_latency(name, metric);
                check_harmless(text, /* newlines= */ false);
                check(text[0]);
        }
}

/* As the bridge does before anything else sees it. */
static void check_message(const Mask *mask, const AxmMessage *m) {
        _cleanup_(json_object_putp) json_object *masked = NULL;
        _cleanup_(freep) char *human = NULL, *status = NULL;
        AxmMessage safe = *m;

        check(m->type >= 0 && m->type < _AXM_TYPE_MAX && strlen(m->name) <= AXM_TYPE_NAME_MAX);
        check(m->type == AXM_OTHER || streq(m->name, axm_type_to_string(m->type)));
        check(mask_json(mask, m->data, &masked) >= 0 && !strstr(json_text(masked), SECRET));

        safe.data = masked;
        human = axm_message_human(&safe);
        status = axm_monitor_status(masked);
        check_harmless(human, m->type == AXM_EXCEPTION);
        check_harmless(status, /* newlines= */ false);
        check_metrics(masked);
        /* the name of an unknown type is not the data's, and stays */
        check(m->type == AXM_OTHER || !strstr(human, SECRET));
}

static void check_record(const Record *record) {
        _cleanup_(freep) char *text = NULL, *second = NULL;
        _cleanup_(record_done) Record again = {};
        size_t size;

        check(record_format(record, &text, &size) >= 0);
        check(record_parse(text, size, NULL, &again) >= 0);
        check(record_weight(&again) == record_weight(record));
        check(record_format(&again, &second, &size) >= 0 && streq(text, second));
}

static void apply(Record *record, const Mask *mask, const AxmMessage *m, uint64_t number) {
        RecordSource source = { .position = { SERIES, number }, .realtime_usec = number };
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = record_apply(record, &source, mask, m, &e);
        check(r >= 0 || e.message);
        if (r <= 0)
                return;
        check(record_apply(record, &source, mask, m, NULL) == 0);
        check_record(record);
}

static void check_lines(const Mask *mask, const char *text, size_t size) {
        _cleanup_(record_done) Record record = {};
        const char *line = text, *newline;
        _cleanup_(freep) char *file = NULL;
        uint64_t number = 0;
        size_t n;

        check(record_init(&record) >= 0);
        for (; size > 0; line += n, size -= n) {
                _cleanup_(axm_message_done) AxmMessage m = {};
                _cleanup_(error_clear) Error e = ERROR_NULL;
                int r;

                newline = memchr(line, '\n', size);
                n = newline ? (size_t) (newline - line) + 1 : size;
                r = axm_message_parse(line, newline ? n - 1 : n, &e, &m);
                check(r >= 0 || e.message);
                if (r <= 0)
                        continue;
                check_message(mask, &m);
                apply(&record, mask, &m, ++number);
        }
        check(record_format(&record, &file, &n) >= 0);
        check(n <= RECORD_FILE_MAX && !strstr(file, SECRET));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        _cleanup_(record_done) Record record = {};
        _cleanup_(mask_freep) Mask *mask = NULL;
        _cleanup_(freep) char *text = strndup((const char *) data, size);

        check(text && mask_new(&mask) >= 0 && mask_add_text(mask, SECRET) >= 0);
        check_lines(mask, size > 0 ? (const char *) data : "", size);
        if (axm_message_from_fields("axm:monitor", text, strlen(text), NULL, &m) > 0)
                check_message(mask, &m);
        if (record_parse(text, strlen(text), NULL, &record) >= 0)
                check_record(&record);
        return 0;
}
