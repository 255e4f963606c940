/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/dispatch.h"

#include "basic/string-util.h"

int dispatcher_init(ScopeKind scope, int dir_fd, Dispatcher *ret) {
        Dispatcher c = {};
        int r;

        r = units_new(dir_fd, &c.units);
        if (r >= 0 && scope == SCOPE_USER)
                r = streams_new(&c.streams);
        if (r < 0) {
                dispatcher_done(&c);
                return r;
        }
        *ret = c;
        return 0;
}

void dispatcher_done(Dispatcher *c) {
        (void) units_free(c->units);
        (void) streams_free(c->streams);
        *c = (Dispatcher){};
}

bool dispatcher_is_waiting(const Dispatcher *c) {
        return units_count_lines(c->units) > 0 ||
               (c->streams && streams_count_held(c->streams) > 0);
}

void dispatcher_drop_waiting(Dispatcher *c) {
        units_drop_lines(c->units);
        if (c->streams)
                streams_drop_held(c->streams);
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

static int handle_text(Unit *unit, const RecordSource *source, const char *text, size_t size) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = axm_message_parse(text, size, &e, &m);
        return apply_parsed(unit, source, r, &e, &m);
}

static int handle_plain(Unit *unit, JournalReader *reader, const RecordSource *source) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = journal_reader_get(reader, "MESSAGE", AXM_MESSAGE_MAX, &text, &size);
        return r <= 0 ? r : handle_text(unit, source, text, size);
}

static int handle_structured(Unit *unit, JournalReader *reader, const RecordSource *source) {
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

static int handle_part(Unit *unit, JournalReader *reader, const JournalEntry *entry,
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
        return r <= 0 ? r : handle_text(unit, source, line, size);
}

/* -- who ----------------------------------------------------------------------------------------
 */

/* The current entry's time and place; asked for only where it matters. */
static int fill_source(JournalReader *reader, const JournalEntry *entry, const char *invocation,
                       unsigned part, RecordSource *ret) {
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
        return 0;
}

/* `n_held` lines count as parts of this entry before it. */
static int speak(Unit *unit, JournalReader *reader, const JournalEntry *entry,
                 const char *invocation, unsigned n_held) {
        bool part = unit_line_concerns(unit, entry);
        RecordSource source;
        int r;

        if (!entry->structured && !entry->braced && !part && !unit_is_new(unit, invocation))
                return 0;

        r = fill_source(reader, entry, invocation, n_held, &source);
        if (r >= 0)
                r = unit_touch(unit, &source);
        if (r < 0)
                return r;
        if (part)
                return handle_part(unit, reader, entry, &source);
        if (entry->structured)
                return handle_structured(unit, reader, &source);
        return entry->braced ? handle_plain(unit, reader, &source) : 0;
}

/* Lines that came before the one that told whose this stream is. They count as parts of this entry,
 * since the record may have moved on meanwhile. */
static int speak_held(Dispatcher *c, Unit *unit, JournalReader *reader, const JournalEntry *entry,
                      unsigned *n_held) {
        RecordSource source;
        HeldLine held;
        int r;

        while (streams_take_held(c->streams, entry->stream, &held) > 0) {
                _cleanup_(freep) char *text = held.text;

                if (!unit)
                        continue;
                r = fill_source(reader, entry, entry->invocation, (*n_held)++, &source);
                if (r >= 0)
                        r = unit_touch(unit, &source);
                source.realtime_usec = held.realtime_usec;
                if (r >= 0)
                        r = handle_text(unit, &source, text, held.size);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int hold(Dispatcher *c, JournalReader *reader, const JournalEntry *entry) {
        uint64_t realtime;
        size_t size;
        char *text;
        int r;

        r = journal_reader_realtime(reader, &realtime);
        if (r >= 0)
                r = journal_reader_get(reader, "MESSAGE", AXM_MESSAGE_MAX, &text, &size);
        if (r <= 0)
                return r;
        r = streams_hold(c->streams, entry->stream, text, size, realtime);
        return r == -ENOMEM ? r : 0;
}

int dispatcher_take(Dispatcher *c, JournalReader *reader, const JournalEntry *entry) {
        const char *name = entry->unit, *invocation = entry->invocation;
        const Stream *stream;
        unsigned n_held = 0;
        Unit *unit = NULL;
        int r;

        if (!name[0] && entry->stream[0] && c->streams) {
                stream = streams_find(c->streams, entry->stream);
                if (!stream)
                        return entry->braced ? hold(c, reader, entry) : 0;
                name = stream->unit;
                invocation = stream->invocation;
        }
        if (!name[0])
                return 0;

        r = units_get(c->units, name, &unit);
        if (r < 0)
                return r;
        if (c->streams && entry->unit[0] && entry->stream[0]) {
                r = streams_learn(c->streams, entry);
                if (r > 0)
                        r = speak_held(c, unit, reader, entry, &n_held);
                if (r < 0)
                        return r;
        }
        return unit ? speak(unit, reader, entry, invocation, n_held) : 0;
}
