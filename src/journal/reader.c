/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal/reader.h"

#include <systemd/sd-journal.h>

#include "basic/string-util.h"
#include "journal/home.h"
#include "journal/sigbus.h"
#include "model/name.h"

/* journald compresses large fields; this much of each is unpacked to look at an entry. */
#define GLANCE_SIZE 64

struct JournalReader {
        sd_journal *journal;
        ScopeKind scope;
        uid_t uid;
        char *folder;
        JournalHome home;
        uint64_t shown_usec;  /* when the last entry shown was written, 0 if there is none */
        uint64_t passed_usec; /* the same of the last one behind which others were passed over */
        bool bloated;
};

/* -- opening ----------------------------------------------------------------------------------- */

/* Two terms and not one for each unit: with 1,000 of those, reading fell from 500,000 entries/s to
 * 11,000 (measured). */
static int match_system(sd_journal *j) {
        int r;

        r = sd_journal_add_match(j, "_SYSTEMD_SLICE=" UNIT_SLICE, 0);
        if (r >= 0)
                r = sd_journal_add_disjunction(j);
        if (r >= 0)
                r = sd_journal_add_match(j, UNIT_JOURNAL_MARK, 0);
        return r;
}

/* Users' managers add no mark, and lines of short-lived children have lost their slice and unit:
 * any standard output of the user's may be a module's. */
static int match_user(sd_journal *j, uid_t uid) {
        static const char *const terms[] = { "_SYSTEMD_USER_SLICE=" UNIT_SLICE,
                                             "_TRANSPORT=stdout" };
        char match[32];
        int r = 0;

        (void) snprintf(match, sizeof(match), "_UID=%u", (unsigned) uid);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(terms); i++) {
                r = sd_journal_add_match(j, match, 0);
                if (r >= 0)
                        r = sd_journal_add_match(j, terms[i], 0);
                if (r >= 0)
                        r = sd_journal_add_disjunction(j);
        }
        return r;
}

static int open_journal(const JournalReader *r, sd_journal **ret) {
        _cleanup_(sd_journal_closep) sd_journal *j = NULL;
        int k;

        k = r->folder ? sd_journal_open_directory(&j, r->folder, 0)
                      : sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY);
        if (k >= 0)
                k = r->scope == SCOPE_SYSTEM ? match_system(j) : match_user(j, r->uid);
        if (k >= 0)
                k = sd_journal_set_data_threshold(j, GLANCE_SIZE);
        /* Before the first read: what comes between reading and watching must not be missed. */
        if (k >= 0)
                k = sd_journal_get_fd(j);
        if (k < 0)
                return k;

        *ret = TAKE_PTR(j);
        return 0;
}

int journal_reader_open(ScopeKind scope, uid_t uid, const char *folder, Error *e,
                        JournalReader **ret) {
        _cleanup_(journal_reader_closep) JournalReader *r = NULL;
        int k;

        r = calloc(1, sizeof(JournalReader));
        if (!r)
                return -ENOMEM;
        k = sigbus_guard();
        if (k < 0)
                return k;
        *r = (JournalReader){ .scope = scope, .uid = uid };
        k = free_and_strdup(&r->folder, folder);
        if (k < 0)
                return k;

        (void) journal_home_changed(&r->home);
        k = open_journal(r, &r->journal);
        if (k < 0)
                return error_set(e, k, "cannot open %s: %s", folder ? folder : "the journal",
                                 strerror(-k));
        *ret = TAKE_PTR(r);
        return 0;
}

JournalReader *journal_reader_close(JournalReader *r) {
        if (!r)
                return NULL;
        sd_journal_closep(&r->journal);
        free(r->folder);
        free(r);
        return NULL;
}

int journal_reader_reopen(JournalReader *r) {
        sd_journal *j;
        int k;

        (void) journal_home_changed(&r->home);
        k = open_journal(r, &j);
        if (k < 0)
                return k;
        sd_journal_close(r->journal);
        r->journal = j;
        r->bloated = false;
        return 0;
}

/* -- moving ------------------------------------------------------------------------------------ */

static void note_shown(JournalReader *r) {
        if (sd_journal_get_realtime_usec(r->journal, &r->shown_usec) < 0)
                r->shown_usec = 0;
}

int journal_reader_seek_by_time(JournalReader *r, const char *cursor) {
        JournalPosition position = {};
        int k;

        (void) journal_position_from_cursor(cursor, &position);
        k = sd_journal_seek_realtime_usec(r->journal, position.realtime_usec);
        while (k >= 0 && sd_journal_next(r->journal) > 0) {
                note_shown(r);
                if (sd_journal_test_cursor(r->journal, cursor) > 0)
                        return 1;
                if (r->shown_usec != position.realtime_usec)
                        break;
        }
        r->shown_usec = 0;
        return 0;
}

int journal_reader_seek(JournalReader *r, const char *cursor) {
        int k;

        r->passed_usec = 0;
        k = sd_journal_seek_cursor(r->journal, cursor);
        if (k >= 0)
                k = sd_journal_next(r->journal);
        if (k > 0)
                k = sd_journal_test_cursor(r->journal, cursor);
        note_shown(r);
        if (k > 0 || journal_reader_seek_by_time(r, cursor) > 0)
                return 1;
        /* Moving on took the nearest entry, which is still to be read. */
        return sd_journal_seek_cursor(r->journal, cursor);
}

int journal_reader_seek_head(JournalReader *r) {
        r->shown_usec = r->passed_usec = 0;
        return sd_journal_seek_head(r->journal);
}

int journal_reader_seek_realtime(JournalReader *r, uint64_t usec) {
        r->shown_usec = r->passed_usec = 0;
        return sd_journal_seek_realtime_usec(r->journal, usec);
}

/* A damaged file shows in many ways. */
static int damage(int k) {
        return k == -ENOMEM || k == -EADDRNOTAVAIL ? k : -EBADMSG;
}

/* libsystemd passes over what has a lower number than what it has shown, though it was written
 * later. It ends up at the last such entry. */
static bool has_passed_over(const JournalReader *r) {
        uint64_t usec;

        return r->shown_usec > r->passed_usec &&
               sd_journal_get_realtime_usec(r->journal, &usec) >= 0 && usec > r->shown_usec;
}

int journal_reader_next(JournalReader *r, JournalEntry *ret) {
        bool foreign = false;
        const void *data;
        size_t size;
        int k;

        k = sd_journal_next(r->journal);
        if (sigbus_happened())
                return -ESTALE;
        if (k == 0 && has_passed_over(r)) {
                r->passed_usec = r->shown_usec;
                k = sd_journal_seek_realtime_usec(r->journal, r->shown_usec + 1);
                return k < 0 ? k : -EBADMSG;
        }
        if (k <= 0)
                return k;

        note_shown(r);
        journal_entry_clear(ret);
        /* One pass over all fields is faster than looking up five. */
        sd_journal_restart_data(r->journal);
        while ((k = sd_journal_enumerate_available_data(r->journal, &data, &size)) > 0) {
                r->bloated |= size > JOURNAL_FIELD_LARGE;
                if (!journal_entry_take(ret, r->scope, data, size) && r->scope == SCOPE_USER)
                        foreign |= journal_field_is_foreign(r->uid, data, size);
        }
        if (sigbus_happened())
                return -ESTALE;
        if (k < 0) {
                r->bloated = true;
                return damage(k);
        }
        if (foreign)
                ret->unit[0] = ret->stream[0] = 0;
        return 1;
}

/* -- the current entry ------------------------------------------------------------------------- */

int journal_reader_get(JournalReader *r, const char *field, size_t max, char **ret,
                       size_t *ret_size) {
        size_t size, skip = strlen(field) + 1;
        const void *data;
        char *copy;
        int k;

        (void) sd_journal_set_data_threshold(r->journal, max + skip + 1);
        k = sd_journal_get_data(r->journal, field, &data, &size);
        (void) sd_journal_set_data_threshold(r->journal, GLANCE_SIZE);
        if (k == -ENOENT || k == -E2BIG)
                return 0;
        if (k < 0)
                return damage(k);

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

int journal_reader_cursor(JournalReader *r, char **ret) {
        int k = sd_journal_get_cursor(r->journal, ret);

        return k < 0 ? damage(k) : 0;
}

int journal_reader_position(JournalReader *r, JournalPosition *ret) {
        _cleanup_(freep) char *cursor = NULL;
        int k;

        k = journal_reader_cursor(r, &cursor);
        return k < 0 ? k : journal_position_from_cursor(cursor, ret);
}

int journal_reader_realtime(JournalReader *r, uint64_t *ret_usec) {
        int k = sd_journal_get_realtime_usec(r->journal, ret_usec);

        return k < 0 ? damage(k) : 0;
}

bool journal_reader_sees_anything(JournalReader *r) {
        uint64_t from, to;
        sd_id128_t boot;

        if (!r->folder && r->scope == SCOPE_SYSTEM && journal_home_is_locked())
                return false;
        /* Files of the past may be there although nothing is added to them any more. */
        if (!r->folder && sd_id128_get_boot(&boot) >= 0)
                return sd_journal_get_cutoff_monotonic_usec(r->journal, boot, &from, &to) > 0;
        return sd_journal_get_cutoff_realtime_usec(r->journal, &from, &to) > 0;
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

bool journal_reader_is_bloated(const JournalReader *r) {
        return r->bloated;
}

int journal_reader_process(JournalReader *r) {
        int k = sd_journal_process(r->journal);

        if (!r->folder && journal_home_changed(&r->home))
                return -ESTALE;
        return k < 0 ? k : k == SD_JOURNAL_INVALIDATE;
}
