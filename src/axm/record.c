/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/record.h"

#include "axm/json-weight.h"
#include "basic/json.h"

int record_init(Record *ret) {
        _cleanup_(record_done) Record record = {
                .options = json_object_new_object(),
                .actions = json_object_new_array(),
                .monitor = json_object_new_object(),
                .dependencies = json_object_new_object(),
        };

        assert(ret);

        if (!record.options || !record.actions || !record.monitor || !record.dependencies)
                return -ENOMEM;
        record_measure(&record);
        *ret = TAKE_STRUCT(record);
        return 0;
}

void record_done(Record *record) {
        json_object_putp(&record->options);
        json_object_putp(&record->actions);
        json_object_putp(&record->monitor);
        json_object_putp(&record->dependencies);
        json_object_putp(&record->error);
        *record = (Record) {};
}

void record_measure(Record *record) {
        assert(record);

        record->options_weight = json_weight(record->options);
        record->actions_weight = json_weight(record->actions);
}

size_t record_weight(const Record *record) {
        return record->options_weight + record->actions_weight + json_weight(record->monitor) +
               json_weight(record->dependencies) + json_weight(record->error);
}
