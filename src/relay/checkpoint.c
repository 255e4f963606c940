/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/checkpoint.h"

#include "basic/fs.h"
#include "basic/log.h"
#include "journal/entry.h"
#include "journal/reader.h"

#define CURSOR_FILE     "relay.cursor"
#define CURSOR_FILE_MAX 1024

int checkpoint_seek(const Checkpoint *c, JournalReader *reader) {
        int r;

        assert(c);
        assert(reader);

        if (!c->cursor)
                return c->by_time ? journal_reader_seek_realtime(reader, c->position.realtime_usec)
                                  : journal_reader_seek_head(reader);
        if (c->by_time) {
                r = journal_reader_seek_by_time(reader, c->cursor);
                if (r != 0)
                        return r;
        }
        return journal_reader_seek(reader, c->cursor);
}

int checkpoint_load(Checkpoint *c, int dir_fd, JournalReader *reader) {
        int r;

        assert(c);
        assert(!c->cursor);
        assert(reader);

        r = read_file_at(dir_fd, CURSOR_FILE, CURSOR_FILE_MAX, &c->cursor, NULL);
        if (r == -ENOENT)
                return journal_reader_seek_head(reader);
        r = r < 0 ? r : checkpoint_seek(c, reader);
        if (r > 0) {
                (void) journal_position_from_cursor(c->cursor, &c->position);
                return 0;
        }

        if (r < 0)
                log_warning_errno(r, "Failed to use " CURSOR_FILE ", reading the journal from its "
                                     "beginning: %m");
        else
                log_warning("The journal has no entry of " CURSOR_FILE " (any more), reading it "
                            "from its beginning");
        free(TAKE_PTR(c->cursor));
        return journal_reader_seek_head(reader);
}

/* Cursor and position of the reader's current entry. */
static int read_current(JournalReader *reader, char **ret_cursor, JournalPosition *ret_position) {
        int r;

        r = journal_reader_cursor(reader, ret_cursor);
        return r < 0 ? r : journal_position_from_cursor(*ret_cursor, ret_position);
}

int checkpoint_advance(Checkpoint *c, JournalReader *reader, uint64_t now) {
        _cleanup_(freep) char *cursor = NULL;
        JournalPosition position = {};
        int r;

        assert(c);
        assert(reader);

        r = read_current(reader, &cursor, &position);
        if (r == -EADDRNOTAVAIL || r == -EBADMSG || r == -EINVAL) {
                /* The file it was in is gone or damaged. The next entry has a cursor again, but may
                 * count as earlier than this one. */
                c->unplaced = true;
                return 0;
        }
        if (r < 0)
                return r;
        c->unplaced = false;
        if (journal_position_strayed(&position, &c->position)) {
                c->by_time = true;
                r = checkpoint_seek(c, reader);
                return r < 0 ? r : -EBADMSG;
        }

        free(c->cursor);
        c->cursor = TAKE_PTR(cursor);
        c->position = position;
        c->advanced_usec = now;
        c->unwritten = true;
        return 0;
}

/* Whether the first entry from that time on has a lower number than the checkpoint. */
static int is_hidden_since(const Checkpoint *c, JournalReader *reader, uint64_t usec) {
        JournalPosition next = {};
        JournalEntry entry;
        int r;

        r = journal_reader_seek_realtime(reader, usec);
        if (r < 0)
                return r;
        r = journal_reader_next(reader, &entry);
        if (r <= 0)
                return r;
        return journal_reader_position(reader, &next) >= 0 &&
               journal_position_strayed(&c->position, &next);
}

int checkpoint_find_hidden(Checkpoint *c, JournalReader *reader) {
        uint64_t since = c->position.realtime_usec + 1;
        int r;

        assert(reader);

        if (!c->unplaced && !c->cursor)
                return 0;
        if (!c->unplaced) {
                r = is_hidden_since(c, reader, since);
                if (r == -ESTALE)
                        return r;
                if (r > 0) {
                        c->by_time = true;
                        r = journal_reader_seek_realtime(reader, since);
                        return r < 0 ? r : 1;
                }
        }
        c->by_time |= c->unplaced;
        r = checkpoint_seek(c, reader);
        return MIN2(r, 0);
}

bool checkpoint_is_due(const Checkpoint *c, uint64_t now) {
        assert(c);

        return c->unwritten && now - c->written_usec >= CHECKPOINT_WRITE_USEC;
}

void checkpoint_write(Checkpoint *c, int dir_fd, uint64_t now) {
        int r;

        assert(c);
        assert(c->cursor);

        r = write_file_atomic_at(dir_fd, CURSOR_FILE, c->cursor, strlen(c->cursor), 0640);
        if (r < 0)
                log_warning_errno(r, "Failed to write " CURSOR_FILE ", ignoring: %m");
        c->unwritten = r < 0;
        c->written_usec = now;
}

void checkpoint_done(Checkpoint *c) {
        free(c->cursor);
        *c = (Checkpoint) {};
}
