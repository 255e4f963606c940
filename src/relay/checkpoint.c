/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/checkpoint.h"

#include "basic/fs.h"
#include "basic/log.h"

#define CURSOR_FILE     "relay.cursor"
#define CURSOR_FILE_MAX 1024

int checkpoint_seek(const Checkpoint *p, JournalReader *reader) {
        int r = 0;

        if (!p->cursor)
                return p->astray ? journal_reader_seek_realtime(reader, p->position.realtime_usec)
                                 : journal_reader_seek_head(reader);
        if (p->astray)
                r = journal_reader_seek_by_time(reader, p->cursor);
        return r != 0 ? r : journal_reader_seek(reader, p->cursor);
}

int checkpoint_load(Checkpoint *p, int dir_fd, JournalReader *reader) {
        int r;

        r = read_file_at(dir_fd, CURSOR_FILE, CURSOR_FILE_MAX, &p->cursor, NULL);
        if (r == -ENOENT)
                return journal_reader_seek_head(reader);
        if (r >= 0)
                r = checkpoint_seek(p, reader);
        if (r > 0) {
                (void) journal_position_from_cursor(p->cursor, &p->position);
                return 0;
        }

        if (r < 0)
                log_warning_errno(r, "Cannot use " CURSOR_FILE ", reading the journal from its "
                                     "beginning: %m");
        else
                log_warning("The journal holds no entry of " CURSOR_FILE " (any more), reading it "
                            "from its beginning");
        free(TAKE_PTR(p->cursor));
        return journal_reader_seek_head(reader);
}

int checkpoint_advance(Checkpoint *p, JournalReader *reader, uint64_t now) {
        _cleanup_(freep) char *cursor = NULL;
        JournalPosition position = {};
        int r;

        r = journal_reader_cursor(reader, &cursor);
        if (r >= 0)
                r = journal_position_from_cursor(cursor, &position);
        if (r == -EADDRNOTAVAIL || r == -EBADMSG || r == -EINVAL) {
                /* The file it was in is gone or damaged. The next entry has a cursor again, but may
                 * count as earlier than this one. */
                p->lost = true;
                return 0;
        }
        if (r < 0)
                return r;
        p->lost = false;
        if (journal_position_strayed(&position, &p->position)) {
                p->astray = true;
                r = checkpoint_seek(p, reader);
                return r < 0 ? r : -EBADMSG;
        }

        free(p->cursor);
        p->cursor = TAKE_PTR(cursor);
        p->position = position;
        p->moved_usec = now;
        p->unwritten = true;
        return 0;
}

int checkpoint_find_hidden(Checkpoint *p, JournalReader *reader) {
        uint64_t since = p->position.realtime_usec + 1;
        JournalPosition next = {};
        JournalEntry entry;
        int r;

        if (p->lost) {
                p->astray = true;
                r = checkpoint_seek(p, reader);
                return MIN2(r, 0);
        }
        if (!p->cursor)
                return 0;
        r = journal_reader_seek_realtime(reader, since);
        if (r >= 0)
                r = journal_reader_next(reader, &entry);
        if (r > 0 && journal_reader_position(reader, &next) >= 0 &&
            journal_position_strayed(&p->position, &next)) {
                p->astray = true;
                r = journal_reader_seek_realtime(reader, since);
                return r < 0 ? r : 1;
        }
        if (r == -ESTALE)
                return r;
        r = checkpoint_seek(p, reader);
        return MIN2(r, 0);
}

bool checkpoint_is_due(const Checkpoint *p, uint64_t now) {
        return p->unwritten && now - p->written_usec >= CHECKPOINT_WRITE_USEC;
}

void checkpoint_write(Checkpoint *p, int dir_fd, uint64_t now) {
        int r;

        r = write_file_atomic_at(dir_fd, CURSOR_FILE, p->cursor, strlen(p->cursor), 0640);
        if (r < 0)
                log_warning_errno(r, "Cannot write " CURSOR_FILE ", going on without: %m");
        p->unwritten = r < 0;
        p->written_usec = now;
}

void checkpoint_done(Checkpoint *p) {
        free(p->cursor);
        *p = (Checkpoint){};
}
