/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/record-apply.h"

#include <limits.h>

#include "axm/mask.h"
#include "axm/message.h"
#include "axm/record-parts.h"
#include "axm/record.h"
#include "basic/json.h"
#include "basic/string-util.h"

/* -- runs of the unit -------------------------------------------------------------------------- */

/* What tells one run of the unit from another. journald does not know the invocation of a unit that
 * is gone by the time it looks: then a standard output that is not the recorded run's stands for
 * it. NULL if nothing speaks for another run. */
static const char *find_run(const Record *record, const RecordSource *source) {
        if (source->invocation)
                return source->invocation;
        if (source->stream && record->stream[0] && !streq(source->stream, record->stream))
                return source->stream;
        return NULL;
}

/* 1 if the unit was started anew, 0 if this is the run recorded, -ESTALE for a last line of the one
 * before, which journald may deliver behind the next one's first. */
static int follow_run(Record *record, const RecordSource *source) {
        const char *run = find_run(record, source);
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

static void advance_position(Record *record, const RecordSource *source) {
        if (source->stream)
                (void) snprintf(record->stream, sizeof(record->stream), "%s", source->stream);
        record->position = source->position;
        record->updated_usec = source->realtime_usec;
}

int record_touch(Record *record, const RecordSource *source) {
        int r;

        assert(record);
        assert(source);

        if (journal_position_reached(&source->position, &record->position))
                return 0;

        r = follow_run(record, source);
        if (r > 0) {
                advance_position(record, source);
                /* Up to this entry, but not including the message it may hold. */
                if (record->position.number > 0)
                        record->position.number--;
                record->position.part = UINT_MAX;
        }
        return r == -ESTALE ? 0 : r;
}

/* -- messages ---------------------------------------------------------------------------------- */

bool record_wants(AxmType type) {
        return record_part_exists(type);
}

static int apply_masked(Record *record, const RecordSource *source, const Mask *mask,
                        const AxmMessage *m, Error *e) {
        _cleanup_(json_object_putp) json_object *data = NULL;
        int r;

        if (!record_part_exists(m->type))
                return 0;
        r = mask_json(mask, m->data, &data);
        return r < 0 ? r : record_part_apply(record, source, m->type, data, e);
}

int record_apply(Record *record, const RecordSource *source, const Mask *mask, const AxmMessage *m,
                 Error *e) {
        int reset, r;

        assert(record);
        assert(source);
        assert(mask);
        assert(m);

        if (journal_position_reached(&source->position, &record->position))
                return 0;

        reset = follow_run(record, source);
        if (reset < 0)
                return reset == -ESTALE ? 0 : reset;

        r = apply_masked(record, source, mask, m, e);
        if (r > 0 || reset > 0)
                advance_position(record, source);
        return r < 0 ? r : r > 0 || reset > 0;
}
