/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/follower.h"

#include <fcntl.h>
#include <malloc.h>

#include "basic/error.h"
#include "basic/fs.h"
#include "basic/log.h"
#include "journal/entry.h"
#include "journal/reader.h"
#include "relay/checkpoint.h"
#include "relay/dispatch.h"
#include "relay/units.h"

struct Follower {
        int dir_fd;
        JournalReader *reader;
        Dispatcher dispatcher;
        Checkpoint checkpoint;
        FollowerState state;
        bool moved;      /* entries were read behind the checkpoint */
        uint64_t n_read; /* entries, since the journal was opened */
        uint64_t idle_usec, complained_usec;
};

/* What is wrong with an entry or too much for us must not stop the others'. */
static bool is_survivable(Follower *f, int r, uint64_t now) {
        if (r != -EBADMSG && r != -ENOMEM)
                return false;
        if (f->complained_usec == 0 || now - f->complained_usec >= FOLLOWER_COMPLAIN_USEC) {
                f->complained_usec = now;
                if (r == -ENOMEM)
                        log_warning("An entry of the journal needs more memory than the relay may "
                                    "take, skipping it");
                else
                        log_warning("An entry of the journal is damaged, skipping it; see "
                                    "'journalctl --verify'");
        }
        return true;
}

/* -- writing ----------------------------------------------------------------------------------- */

/* Records first, then the checkpoint: what that has passed must be on the disk. */
void follower_write(Follower *f, uint64_t now, bool final) {
        bool due;
        size_t unwritten;

        assert(f);

        due = final ? f->checkpoint.unwritten : checkpoint_is_due(&f->checkpoint, now);
        unwritten = units_flush(f->dispatcher.units, /* all= */ due || final);
        if (!due)
                return;
        if (unwritten > 0)
                /* A full disk, say. Again when the checkpoint is due next. */
                f->checkpoint.written_usec = now;
        else
                checkpoint_write(&f->checkpoint, f->dir_fd, now);
        (void) malloc_trim(0);
}

/* -- reading ----------------------------------------------------------------------------------- */

/* Goes back to where all was done with, for what may have been passed over since. */
static int go_back(Follower *f) {
        int r;

        dispatcher_drop_waiting(&f->dispatcher);
        f->moved = false;
        r = checkpoint_seek(&f->checkpoint, f->reader);
        return MIN2(r, 0);
}

/* Takes note that all that was read is done with, unless a line waits for more. */
static int move_checkpoint(Follower *f, uint64_t now) {
        int r;

        if (!f->moved)
                return 0;
        if (f->checkpoint.advanced_usec == 0)
                f->checkpoint.advanced_usec = now;
        if (dispatcher_is_waiting(&f->dispatcher)) {
                if (now - f->checkpoint.advanced_usec < FOLLOWER_DEFER_USEC)
                        return 0;
                dispatcher_drop_waiting(&f->dispatcher);
        }
        f->moved = false;
        r = checkpoint_advance(&f->checkpoint, f->reader, now);
        return is_survivable(f, r, now) ? 0 : r;
}

/* Some of what is there. 1 if there may be more, 0 if not. */
static int read_slice(Follower *f, uint64_t now) {
        JournalEntry entry;
        int r;

        for (unsigned i = 0; i < FOLLOWER_SLICE && !journal_reader_is_bloated(f->reader); i++) {
                r = journal_reader_next(f->reader, &entry);
                if (r == 0)
                        return 0;
                if (r > 0)
                        r = dispatcher_take(&f->dispatcher, f->reader, &entry);
                if (r < 0 && !is_survivable(f, r, now))
                        return r;
                if (!f->checkpoint.position.series[0])
                        (void) journal_reader_position(f->reader, &f->checkpoint.position);
                f->moved = true;
                f->n_read++;
        }
        return 1;
}

/* All is read and done with, or seems so. 1 if there is more after all. */
static int check_idle(Follower *f, uint64_t now) {
        int r;

        if (f->idle_usec > 0 && now - f->idle_usec < FOLLOWER_IDLE_USEC)
                return 0;
        f->idle_usec = now;
        f->state = journal_reader_sees_anything(f->reader) ? FOLLOWER_FOLLOWING : FOLLOWER_BLIND;
        r = checkpoint_find_hidden(&f->checkpoint, f->reader);
        if (r > 0)
                (void) is_survivable(f, -EBADMSG, now);
        return r;
}

static int reopen_journal(Follower *f) {
        f->n_read = 0;
        return journal_reader_reopen(f->reader);
}

/* Gives back the memory that reading took. No file came or went just now, so it goes on where it
 * is, with the lines that wait. */
static int refresh_journal(Follower *f) {
        _cleanup_(freep) char *cursor = NULL;
        int r;

        (void) journal_reader_cursor(f->reader, &cursor);
        r = reopen_journal(f);
        if (r < 0)
                return r;
        r = cursor ? journal_reader_seek(f->reader, cursor) : go_back(f);
        (void) malloc_trim(0);
        return MIN2(r, 0);
}

/* After a slice was read. 0, or what ends the reading. */
static int settle_slice(Follower *f, bool more, uint64_t now) {
        int r;

        r = move_checkpoint(f, now);
        if (r < 0)
                return r;
        if (journal_reader_is_bloated(f->reader) || (!more && f->n_read >= FOLLOWER_REOPEN_ENTRIES))
                return refresh_journal(f);
        return 0;
}

/* Reads a slice. 1 if there may be more, 0 if not, -ESTALE if the journal is to be opened anew. */
static int try_read(Follower *f, uint64_t now) {
        int more, r;

        r = journal_reader_process(f->reader);
        if (r > 0)
                r = go_back(f);
        if (r < 0)
                return r;

        more = read_slice(f, now);
        if (more < 0)
                return more;

        /* What is in a file that came since may be older than what was just read. */
        r = journal_reader_process(f->reader);
        if (r < 0)
                return r;
        if (r > 0) {
                r = go_back(f);
                return r < 0 ? r : 1;
        }
        r = settle_slice(f, more > 0, now);
        if (r < 0)
                return r;
        return more > 0 || f->moved ? more : check_idle(f, now);
}

int follower_read(Follower *f, uint64_t now) {
        int more, r;

        assert(f);

        more = try_read(f, now);
        if (more == -ESTALE) {
                r = reopen_journal(f);
                if (r < 0)
                        return r;
                r = go_back(f);
                if (r < 0)
                        return r;
                more = 1;
        }
        if (more > 0) {
                f->state = FOLLOWER_READING;
                f->idle_usec = 0;
        }
        return more;
}

FollowerState follower_state(const Follower *f) {
        return f->state;
}

/* -- the object -------------------------------------------------------------------------------- */

static int open_state(const char *path, Error *e) {
        int fd, r;

        r = mkdir_parents(path, 0750);
        if (r < 0)
                return error_set(e, r, "cannot create directory %s: %s", path, strerror(-r));
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_set(e, -errno, "cannot open %s: %s", path, strerror(errno));
        return fd;
}

int follower_open(ScopeKind scope, const char *journal, const char *state, Error *e,
                  Follower **ret) {
        _cleanup_(follower_closep) Follower *f = calloc(1, sizeof(Follower));
        int r;

        assert(state);
        assert(ret);

        if (!f)
                return -ENOMEM;
        f->dir_fd = open_state(state, e);
        if (f->dir_fd < 0)
                return f->dir_fd;
        (void) remove_temporaries_at(f->dir_fd); /* of a relay that was killed */

        r = journal_reader_open(scope, geteuid(), journal, e, &f->reader);
        if (r < 0)
                return r;
        r = dispatcher_init(scope, f->dir_fd, &f->dispatcher);
        if (r < 0)
                return r;
        r = checkpoint_load(&f->checkpoint, f->dir_fd, f->reader);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(f);
        return 0;
}

Follower *follower_close(Follower *f) {
        if (!f)
                return NULL;
        dispatcher_done(&f->dispatcher);
        (void) journal_reader_close(f->reader);
        checkpoint_done(&f->checkpoint);
        (void) safe_close(f->dir_fd);
        free(f);
        return NULL;
}
