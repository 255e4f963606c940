/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal/reader.h"

#include <systemd/sd-journal.h>

#include "basic/error.h"
#include "basic/string-util.h"
#include "journal/directory.h"
#include "journal/entry.h"
#include "journal/matches.h"
#include "journal/sigbus.h"
#include "model/journal-position.h"

/* journald compresses large fields; this much of each is unpacked to look at an entry. */
#define GLANCE_SIZE 64

struct JournalReader {
        sd_journal *journal;
        ScopeKind scope;
        uid_t uid;
        char *folder;
        JournalDirectories directories;
        uint64_t shown_usec;  /* when the last entry shown was written, 0 if there is none */
        uint64_t passed_usec; /* the same of the last one behind which others were passed over */
        bool bloated;
};

/* -- opening ----------------------------------------------------------------------------------- */

static int open_journal(const JournalReader *reader, sd_journal **ret) {
        _cleanup_(sd_journal_closep) sd_journal *j = NULL;
        int r;

        r = reader->folder ? sd_journal_open_directory(&j, reader->folder, 0)
                           : sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY);
        if (r < 0)
                return r;
        r = journal_add_matches(j, reader->scope, reader->uid);
        if (r < 0)
                return r;
        r = sd_journal_set_data_threshold(j, GLANCE_SIZE);
        if (r < 0)
                return r;
        /* Before the first read: what comes between reading and watching must not be missed. */
        r = sd_journal_get_fd(j);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(j);
        return 0;
}

int journal_reader_open(ScopeKind scope, uid_t uid, const char *folder, Error *e,
                        JournalReader **ret) {
        _cleanup_(journal_reader_closep) JournalReader *reader = calloc(1, sizeof(JournalReader));
        int r;

        assert(ret);

        if (!reader)
                return -ENOMEM;
        r = sigbus_guard();
        if (r < 0)
                return r;
        reader->scope = scope;
        reader->uid = uid;
        r = free_and_strdup(&reader->folder, folder);
        if (r < 0)
                return r;

        (void) journal_directories_changed(&reader->directories);
        r = open_journal(reader, &reader->journal);
        if (r < 0)
                return error_set(e, r, "cannot open %s: %s", folder ? folder : "the journal",
                                 strerror(-r));
        *ret = TAKE_PTR(reader);
        return 0;
}

JournalReader *journal_reader_close(JournalReader *reader) {
        if (!reader)
                return NULL;
        sd_journal_closep(&reader->journal);
        free(reader->folder);
        free(reader);
        return NULL;
}

int journal_reader_reopen(JournalReader *reader) {
        sd_journal *j;
        int r;

        (void) journal_directories_changed(&reader->directories);
        r = open_journal(reader, &j);
        if (r < 0)
                return r;
        sd_journal_close(reader->journal);
        reader->journal = j;
        reader->bloated = false;
        return 0;
}

/* -- moving ------------------------------------------------------------------------------------ */

static void note_shown(JournalReader *reader) {
        if (sd_journal_get_realtime_usec(reader->journal, &reader->shown_usec) < 0)
                reader->shown_usec = 0;
}

int journal_reader_seek_by_time(JournalReader *reader, const char *cursor) {
        JournalPosition position = {};

        assert(reader);
        assert(cursor);

        (void) journal_position_from_cursor(cursor, &position);
        reader->shown_usec = 0;
        if (sd_journal_seek_realtime_usec(reader->journal, position.realtime_usec) < 0)
                return 0;
        while (sd_journal_next(reader->journal) > 0) {
                note_shown(reader);
                if (sd_journal_test_cursor(reader->journal, cursor) > 0)
                        return 1;
                if (reader->shown_usec != position.realtime_usec)
                        break;
        }
        reader->shown_usec = 0;
        return 0;
}

static bool seek_by_number(JournalReader *reader, const char *cursor) {
        if (sd_journal_seek_cursor(reader->journal, cursor) < 0 ||
            sd_journal_next(reader->journal) <= 0 ||
            sd_journal_test_cursor(reader->journal, cursor) <= 0)
                return false;
        note_shown(reader);
        return true;
}

int journal_reader_seek(JournalReader *reader, const char *cursor) {
        assert(reader);
        assert(cursor);

        reader->passed_usec = 0;
        if (seek_by_number(reader, cursor) || journal_reader_seek_by_time(reader, cursor) > 0)
                return 1;
        /* Moving on took the nearest entry, which is still to be read. */
        return sd_journal_seek_cursor(reader->journal, cursor);
}

int journal_reader_seek_head(JournalReader *reader) {
        reader->shown_usec = reader->passed_usec = 0;
        return sd_journal_seek_head(reader->journal);
}

int journal_reader_seek_realtime(JournalReader *reader, uint64_t usec) {
        reader->shown_usec = reader->passed_usec = 0;
        return sd_journal_seek_realtime_usec(reader->journal, usec);
}

/* A damaged file shows in many ways. */
static int damage_errno(int r) {
        return r == -ENOMEM || r == -EADDRNOTAVAIL ? r : -EBADMSG;
}

/* libsystemd passes over what has a lower number than what it has shown, though it was written
 * later. It ends up at the last such entry. */
static bool has_passed_over(const JournalReader *reader) {
        uint64_t usec;

        return reader->shown_usec > reader->passed_usec &&
               sd_journal_get_realtime_usec(reader->journal, &usec) >= 0 &&
               usec > reader->shown_usec;
}

int journal_reader_next(JournalReader *reader, JournalEntry *ret) {
        bool foreign = false;
        const void *data;
        size_t size;
        int r;

        r = sd_journal_next(reader->journal);
        if (sigbus_happened())
                return -ESTALE;
        if (r == 0 && has_passed_over(reader)) {
                reader->passed_usec = reader->shown_usec;
                r = sd_journal_seek_realtime_usec(reader->journal, reader->shown_usec + 1);
                return r < 0 ? r : -EBADMSG;
        }
        if (r <= 0)
                return r;

        note_shown(reader);
        journal_entry_clear(ret);
        /* One pass over all fields is faster than looking up five. */
        sd_journal_restart_data(reader->journal);
        while ((r = sd_journal_enumerate_available_data(reader->journal, &data, &size)) > 0) {
                reader->bloated |= size > JOURNAL_FIELD_LARGE;
                if (!journal_entry_take(ret, reader->scope, data, size) &&
                    reader->scope == SCOPE_USER)
                        foreign |= journal_field_is_foreign(reader->uid, data, size);
        }
        if (sigbus_happened())
                return -ESTALE;
        if (r < 0) {
                reader->bloated = true;
                return damage_errno(r);
        }
        if (foreign)
                ret->unit[0] = ret->stream[0] = 0;
        return 1;
}

/* -- the current entry ------------------------------------------------------------------------- */

int journal_reader_get(JournalReader *reader, const char *field, size_t max, char **ret,
                       size_t *ret_size) {
        size_t size, skip = strlen(field) + 1;
        const void *data;
        char *copy;
        int r;

        (void) sd_journal_set_data_threshold(reader->journal, max + skip + 1);
        r = sd_journal_get_data(reader->journal, field, &data, &size);
        (void) sd_journal_set_data_threshold(reader->journal, GLANCE_SIZE);
        if (r == -ENOENT || r == -E2BIG)
                return 0;
        if (r < 0)
                return damage_errno(r);

        size = MIN2(size - skip, max + 1);
        copy = malloc(size + 1);
        if (!copy)
                return -ENOMEM;
        memcpy(copy, (const char *) data + skip, size);
        copy[size] = 0;
        *ret = copy;
        *ret_size = size;
        return 1;
}

int journal_reader_cursor(JournalReader *reader, char **ret) {
        int r = sd_journal_get_cursor(reader->journal, ret);

        return r < 0 ? damage_errno(r) : 0;
}

int journal_reader_position(JournalReader *reader, JournalPosition *ret) {
        _cleanup_(freep) char *cursor = NULL;
        int r;

        r = journal_reader_cursor(reader, &cursor);
        return r < 0 ? r : journal_position_from_cursor(cursor, ret);
}

int journal_reader_realtime(JournalReader *reader, uint64_t *ret_usec) {
        int r = sd_journal_get_realtime_usec(reader->journal, ret_usec);

        return r < 0 ? damage_errno(r) : 0;
}

bool journal_reader_sees_anything(JournalReader *reader) {
        uint64_t from, to;
        sd_id128_t boot;

        if (!reader->folder && reader->scope == SCOPE_SYSTEM && journal_directory_is_locked())
                return false;
        /* Files of the past may be there although nothing is added to them any more. */
        if (!reader->folder && sd_id128_get_boot(&boot) >= 0)
                return sd_journal_get_cutoff_monotonic_usec(reader->journal, boot, &from, &to) > 0;
        return sd_journal_get_cutoff_realtime_usec(reader->journal, &from, &to) > 0;
}

bool journal_is_readable(ScopeKind scope) {
        _cleanup_(sd_journal_closep) sd_journal *j = NULL;
        uint64_t from, to;

        if (sigbus_guard() < 0)
                return false;
        return sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY |
                                           (scope == SCOPE_SYSTEM ? SD_JOURNAL_SYSTEM : 0)) >= 0 &&
               sd_journal_get_cutoff_realtime_usec(j, &from, &to) > 0;
}

bool journal_reader_is_bloated(const JournalReader *reader) {
        return reader->bloated;
}

int journal_reader_process(JournalReader *reader) {
        int r = sd_journal_process(reader->journal);

        if (!reader->folder && journal_directories_changed(&reader->directories))
                return -ESTALE;
        return r < 0 ? r : r == SD_JOURNAL_INVALIDATE;
}
