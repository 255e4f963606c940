/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/dispatch.h"

#include "axm/message.h"
#include "axm/record-apply.h"
#include "axm/record.h"
#include "basic/error.h"
#include "basic/string-util.h"
#include "journal/reader.h"
#include "relay/streams.h"
#include "relay/units.h"

int dispatcher_init(ScopeKind scope, int dir_fd, Dispatcher *ret) {
        _cleanup_(dispatcher_done) Dispatcher d = {};
        int r;

        assert(dir_fd >= 0);
        assert(ret);

        r = units_new(dir_fd, &d.units);
        if (r < 0)
                return r;
        if (scope == SCOPE_USER) {
                r = streams_new(&d.streams);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_STRUCT(d);
        return 0;
}

void dispatcher_done(Dispatcher *d) {
        (void) units_free(d->units);
        (void) streams_free(d->streams);
        *d = (Dispatcher) {};
}

bool dispatcher_is_waiting(const Dispatcher *d) {
        return units_count_lines(d->units) > 0 ||
               (d->streams && streams_count_deferred(d->streams) > 0);
}

void dispatcher_drop_waiting(Dispatcher *d) {
        units_drop_lines(d->units);
        if (d->streams)
                streams_drop_deferred(d->streams);
}

/* -- messages ---------------------------------------------------------------------------------- */

/* Applies a message that was parsed with result r. */
static int apply_parsed(Unit *unit, const RecordSource *source, int r, const Error *e,
                        const AxmMessage *m) {
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                unit_complain(unit, r, e, "refused a message");
        return r > 0 ? unit_apply(unit, source, m) : 0;
}

static int apply_text(Unit *unit, const RecordSource *source, const char *text, size_t size) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = axm_message_parse(text, size, &e, &m);
        return apply_parsed(unit, source, r, &e, &m);
}

static int apply_line(Unit *unit, JournalReader *reader, const RecordSource *source) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = journal_reader_get(reader, "MESSAGE", AXM_MESSAGE_MAX, &text, &size);
        return r <= 0 ? r : apply_text(unit, source, text, size);
}

static int apply_structured(Unit *unit, JournalReader *reader, const RecordSource *source) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *type = NULL, *data = NULL;
        size_t type_size, size;
        int r;

        r = journal_reader_get(reader, "AXM_TYPE", AXM_TYPE_NAME_MAX, &type, &type_size);
        if (r <= 0)
                return r;
        if (!record_wants(axm_type_from_string(type)))
                return 0;
        r = journal_reader_get(reader, "AXM_DATA", AXM_MESSAGE_MAX, &data, &size);
        if (r <= 0)
                return r;
        r = axm_message_from_fields(type, data, size, &e, &m);
        return apply_parsed(unit, source, r, &e, &m);
}

static int apply_part(Unit *unit, JournalReader *reader, const JournalEntry *entry,
                      const RecordSource *source) {
        _cleanup_(freep) char *part = NULL, *line = NULL;
        size_t size = 0;
        int r;

        if (unit_line_wants(unit, entry)) {
                r = journal_reader_get(reader, "MESSAGE", AXM_MESSAGE_MAX, &part, &size);
                if (r < 0)
                        return r;
        }
        r = unit_line_add(unit, entry, part, size, &line, &size);
        return r <= 0 ? r : apply_text(unit, source, line, size);
}

/* -- entries ----------------------------------------------------------------------------------- */

/* Where and when the unit said something, which the unit takes note of. */
static int touch_unit(Unit *unit, JournalReader *reader, const JournalEntry *entry,
                      const char *invocation, unsigned part, RecordSource *ret) {
        RecordSource source = {
                .invocation = isempty(invocation) ? NULL : invocation,
                .stream = isempty(entry->stream) ? NULL : entry->stream,
        };
        int r;

        r = journal_reader_position(reader, &source.position);
        if (r < 0)
                return r;
        source.realtime_usec = source.position.realtime_usec;
        source.position.part = part;
        *ret = source;
        return unit_touch(unit, ret);
}

/* `n_deferred` lines count as parts of this entry before it. */
static int apply_entry(Unit *unit, JournalReader *reader, const JournalEntry *entry,
                       const char *invocation, unsigned n_deferred) {
        bool part = unit_line_concerns(unit, entry);
        RecordSource source;
        int r;

        if (!entry->structured && !entry->braced && !part && !unit_is_new(unit, invocation))
                return 0;

        r = touch_unit(unit, reader, entry, invocation, n_deferred, &source);
        if (r < 0)
                return r;
        if (part)
                return apply_part(unit, reader, entry, &source);
        if (entry->structured)
                return apply_structured(unit, reader, &source);
        return entry->braced ? apply_line(unit, reader, &source) : 0;
}

/* Lines that came before this entry, the first that says whose its stream is. They count as parts
 * of it, since the record may have moved on meanwhile. */
static int apply_deferred(Dispatcher *d, Unit *unit, JournalReader *reader,
                          const JournalEntry *entry, unsigned *n_deferred) {
        RecordSource source;
        DeferredLine line;
        int r;

        while (streams_take_deferred(d->streams, entry->stream, &line) > 0) {
                _cleanup_(freep) char *text = line.text;

                if (!unit)
                        continue;
                r = touch_unit(unit, reader, entry, entry->invocation, (*n_deferred)++, &source);
                if (r < 0)
                        return r;
                source.realtime_usec = line.realtime_usec;
                r = apply_text(unit, &source, text, line.size);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int defer_line(Dispatcher *d, JournalReader *reader, const JournalEntry *entry) {
        uint64_t realtime;
        size_t size;
        char *text;
        int r;

        r = journal_reader_realtime(reader, &realtime);
        if (r < 0)
                return r;
        r = journal_reader_get(reader, "MESSAGE", AXM_MESSAGE_MAX, &text, &size);
        if (r <= 0)
                return r;
        r = streams_defer(d->streams, entry->stream, text, size, realtime);
        return r == -ENOMEM ? r : 0;
}

int dispatcher_take(Dispatcher *d, JournalReader *reader, const JournalEntry *entry) {
        const char *name = entry->unit, *invocation = entry->invocation;
        const Stream *stream;
        unsigned n_deferred = 0;
        Unit *unit = NULL;
        int r;

        assert(d);
        assert(reader);

        if (!name[0] && entry->stream[0] && d->streams) {
                stream = streams_find(d->streams, entry->stream);
                if (!stream)
                        return entry->braced ? defer_line(d, reader, entry) : 0;
                name = stream->unit;
                invocation = stream->invocation;
        }
        if (!name[0])
                return 0;

        r = units_get(d->units, name, &unit);
        if (r < 0)
                return r;
        if (d->streams && entry->unit[0] && entry->stream[0]) {
                r = streams_learn(d->streams, entry);
                if (r < 0)
                        return r;
                r = r > 0 ? apply_deferred(d, unit, reader, entry, &n_deferred) : 0;
                if (r < 0)
                        return r;
        }
        return unit ? apply_entry(unit, reader, entry, invocation, n_deferred) : 0;
}
