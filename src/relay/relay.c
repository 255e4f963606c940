/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/relay.h"

#include <fcntl.h>
#include <malloc.h>
#include <systemd/sd-daemon.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "relay/checkpoint.h"
#include "relay/dispatch.h"

typedef enum RelayState { RELAY_READING, RELAY_FOLLOWING, RELAY_BLIND } RelayState;

struct Relay {
        sd_event_source *timer, *terminate, *interrupt;
        JournalReader *reader;
        Dispatcher dispatcher;
        int dir_fd;
        bool once;
        RelayState state;

        Checkpoint checkpoint;
        bool moved;      /* entries were read behind it */
        uint64_t n_read; /* entries, since the journal was opened */
        uint64_t looked_usec, complained_usec;
};

/* What is wrong with an entry or too much for us must not stop the others'. */
static bool is_survivable(Relay *relay, int r, uint64_t now) {
        if (r != -EBADMSG && r != -ENOMEM)
                return false;
        if (relay->complained_usec == 0 || now - relay->complained_usec >= RELAY_COMPLAIN_USEC) {
                relay->complained_usec = now;
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

/* Records first, then the place: what that has passed must be on the disk. */
static void write_state(Relay *relay, uint64_t now, bool final) {
        bool due = final ? relay->checkpoint.unwritten : checkpoint_is_due(&relay->checkpoint, now);
        size_t unwritten;

        unwritten = units_flush(relay->dispatcher.units, /* all= */ due || final);
        if (!due)
                return;
        if (unwritten > 0)
                /* A full disk, say. Again when the place is due next. */
                relay->checkpoint.written_usec = now;
        else
                checkpoint_write(&relay->checkpoint, relay->dir_fd, now);
        (void) malloc_trim(0);
}

/* Goes back to where all was done with, for what may have been passed over since. */
static int go_back(Relay *relay) {
        int r;

        dispatcher_drop_waiting(&relay->dispatcher);
        relay->moved = false;
        r = checkpoint_seek(&relay->checkpoint, relay->reader);
        return MIN2(r, 0);
}

/* Takes note that all that was read is done with, unless a line waits for more. */
static int relay_advance(Relay *relay, uint64_t now) {
        int r;

        if (!relay->moved)
                return 0;
        if (relay->checkpoint.moved_usec == 0)
                relay->checkpoint.moved_usec = now;
        if (dispatcher_is_waiting(&relay->dispatcher)) {
                if (now - relay->checkpoint.moved_usec < RELAY_HOLD_USEC)
                        return 0;
                dispatcher_drop_waiting(&relay->dispatcher);
        }
        relay->moved = false;
        r = checkpoint_advance(&relay->checkpoint, relay->reader, now);
        return is_survivable(relay, r, now) ? 0 : r;
}

/* -- reading ----------------------------------------------------------------------------------- */

/* Some of what is there. 1 if there may be more, 0 if not. */
static int read_slice(Relay *relay, uint64_t now) {
        JournalEntry entry;
        int r;

        for (unsigned i = 0; i < RELAY_SLICE && !journal_reader_is_bloated(relay->reader); i++) {
                r = journal_reader_next(relay->reader, &entry);
                if (r == 0)
                        return 0;
                if (r > 0)
                        r = dispatcher_take(&relay->dispatcher, relay->reader, &entry);
                if (r < 0 && !is_survivable(relay, r, now))
                        return r;
                if (!relay->checkpoint.position.series[0])
                        (void) journal_reader_position(relay->reader, &relay->checkpoint.position);
                relay->moved = true;
                relay->n_read++;
        }
        return 1;
}

static void tell(Relay *relay, RelayState state) {
        static const char *const texts[] = {
                [RELAY_READING] = "STATUS=Reading what is new in the journal",
                [RELAY_FOLLOWING] = "STATUS=Following the journal",
                [RELAY_BLIND] = "STATUS=There is no journal that this user may read",
        };

        if (relay->state == state)
                return;
        relay->state = state;
        (void) sd_notify(false, texts[state]);
        if (state == RELAY_BLIND)
                log_warning("There is no journal that this user may read, so nothing is recorded; "
                            "set Storage=persistent in journald.conf, or run 'systemd-tmpfiles "
                            "--create --prefix=/var/log/journal' if that was made by hand, or join "
                            "group systemd-journal");
}

/* All is read and done with, or seems so. 1 if there is more after all. */
static int look(Relay *relay, uint64_t now) {
        int r;

        if (relay->looked_usec > 0 && now - relay->looked_usec < RELAY_LOOK_USEC)
                return 0;
        relay->looked_usec = now;
        tell(relay, journal_reader_sees_anything(relay->reader) ? RELAY_FOLLOWING : RELAY_BLIND);
        r = checkpoint_find_hidden(&relay->checkpoint, relay->reader);
        if (r > 0)
                (void) is_survivable(relay, -EBADMSG, now);
        return r;
}

static int reopen(Relay *relay) {
        relay->n_read = 0;
        return journal_reader_reopen(relay->reader);
}

/* Gives back the memory that reading took. No file came or went just now, so it goes on where it
 * is, with the lines that wait. */
static int refresh(Relay *relay) {
        _cleanup_(freep) char *cursor = NULL;
        int r;

        (void) journal_reader_cursor(relay->reader, &cursor);
        r = reopen(relay);
        if (r >= 0)
                r = cursor ? journal_reader_seek(relay->reader, cursor) : go_back(relay);
        (void) malloc_trim(0);
        return MIN2(r, 0);
}

/* Reads a slice. 1 if there may be more, 0 if not, -ESTALE if the journal is to be opened anew. */
static int try_read(Relay *relay, uint64_t now) {
        int more, r;

        r = journal_reader_process(relay->reader);
        if (r > 0)
                r = go_back(relay);
        if (r < 0)
                return r;

        more = read_slice(relay, now);
        if (more < 0)
                return more;

        /* What is in a file that came since may be older than what was just read. */
        r = journal_reader_process(relay->reader);
        if (r > 0) {
                r = go_back(relay);
                return r < 0 ? r : 1;
        }
        if (r >= 0)
                r = relay_advance(relay, now);
        if (r >= 0 && (journal_reader_is_bloated(relay->reader) ||
                       (more == 0 && relay->n_read >= RELAY_REOPEN_ENTRIES)))
                r = refresh(relay);
        if (r < 0 || more > 0 || relay->moved)
                return r < 0 ? r : more;
        return look(relay, now);
}

static int read_journal(Relay *relay, uint64_t now) {
        int more, r;

        more = try_read(relay, now);
        if (more != -ESTALE)
                return more;
        r = reopen(relay);
        if (r >= 0)
                r = go_back(relay);
        return r < 0 ? r : 1;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Relay *relay = userdata;
        sd_event *event = sd_event_source_get_event(source);
        uint64_t now;
        int more, r;

        r = sd_event_now(event, CLOCK_MONOTONIC, &now);
        if (r < 0)
                return r;
        more = read_journal(relay, now);
        if (more < 0)
                return log_error_errno(more, "Cannot read the journal: %m");
        write_state(relay, now, /* final= */ false);
        if (more > 0) {
                tell(relay, RELAY_READING);
                relay->looked_usec = 0;
        }
        if (relay->once && more == 0)
                return sd_event_exit(event, EXIT_SUCCESS);

        r = sd_event_source_set_time_relative(source, more > 0 ? 0 : RELAY_POLL_USEC);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* -- the object -------------------------------------------------------------------------------- */

static int open_state(const char *path, Error *e) {
        int fd, r;

        r = mkdir_parents(path, 0750);
        if (r < 0)
                return error_set(e, r, "cannot make %s: %s", path, strerror(-r));
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_set(e, -errno, "cannot open %s: %s", path, strerror(errno));
        return fd;
}

/* Files half written by a relay that was killed. */
static void remove_temporaries(int dir_fd) {
        _cleanup_(closedirp) DIR *d = NULL;

        if (opendir_at(dir_fd, ".", &d) < 0)
                return;
        for (struct dirent *f; (f = readdir(d));)
                if (startswith(f->d_name, ".#"))
                        (void) unlinkat(dir_fd, f->d_name, 0);
}

static int add_sources(Relay *relay, sd_event *event) {
        int r;

        r = sd_event_add_time_relative(event, &relay->timer, CLOCK_MONOTONIC, 0,
                                       /* accuracy= */ USEC_PER_MSEC, on_timer, relay);
        if (r >= 0)
                r = sd_event_source_set_exit_on_failure(relay->timer, true);
        /* Without a handler these end the loop; both are blocked by the program. */
        if (r >= 0)
                r = sd_event_add_signal(event, &relay->terminate, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, &relay->interrupt, SIGINT, NULL, NULL);
        return r;
}

int relay_new(sd_event *event, const RelayOptions *options, Error *e, Relay **ret) {
        _cleanup_(relay_freep) Relay *relay = calloc(1, sizeof(Relay));
        int r;

        if (!relay)
                return -ENOMEM;
        *relay = (Relay){ .dir_fd = -EBADF, .once = options->once };

        relay->dir_fd = open_state(options->state, e);
        if (relay->dir_fd < 0)
                return relay->dir_fd;
        remove_temporaries(relay->dir_fd);

        r = journal_reader_open(options->scope, geteuid(), options->journal, e, &relay->reader);
        if (r >= 0)
                r = dispatcher_init(options->scope, relay->dir_fd, &relay->dispatcher);
        if (r >= 0)
                r = checkpoint_load(&relay->checkpoint, relay->dir_fd, relay->reader);
        if (r >= 0)
                r = add_sources(relay, event);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(relay);
        return 0;
}

Relay *relay_free(Relay *relay) {
        if (!relay)
                return NULL;
        if (relay->dispatcher.units && relay->reader)
                write_state(relay, /* now= */ 0, /* final= */ true);
        (void) sd_event_source_disable_unref(relay->timer);
        (void) sd_event_source_disable_unref(relay->terminate);
        (void) sd_event_source_disable_unref(relay->interrupt);
        dispatcher_done(&relay->dispatcher);
        (void) journal_reader_close(relay->reader);
        checkpoint_done(&relay->checkpoint);
        (void) safe_close(relay->dir_fd);
        free(relay);
        return NULL;
}
