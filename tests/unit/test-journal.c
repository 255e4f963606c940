/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/mman.h>

#include "basic/fs.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "journal/line-join.h"
#include "journal/reader.h"
#include "journal/sigbus.h"
#include "tap.h"

#define SERIES "s=0123456789abcdef0123456789abcdef"
#define BOOT   "b=fedcba9876543210fedcba9876543210"
#define BOOT2  "b=fedcba9876543210fedcba9876543211"

static void test_position(void) {
        static const char *const broken[] = {
                "",
                "s=",
                "s=0123456789abcdef0123456789abcde;i=1",
                "s=0123456789abcdef0123456789abcdef",
                "s=0123456789abcdef0123456789abcdef;i=",
                "s=0123456789abcdef0123456789abcdef;i=x",
                "s=0123456789abcdef0123456789abcdef;i=1x",
                "s=0123456789abcdef0123456789abcdef;i=11111111111111111",
                "i=1;s=0123456789abcdef0123456789abcdef",
        };
        JournalPosition a = {}, b = {}, none = {};

        for (size_t i = 0; i < ELEMENTSOF(broken); i++)
                ok(journal_position_from_cursor(broken[i], &a) == -EINVAL);
        ok(a.series[0] == 0);

        ok(journal_position_from_cursor(SERIES ";i=1f;b=7", &a) == 0);
        ok_str(a.series, "0123456789abcdef0123456789abcdef");
        ok(a.number == 31 && a.part == 0 && !a.boot[0]);
        ok(journal_position_from_cursor(SERIES ";i=20;" BOOT ";m=f;t=ff;x=1", &b) == 0);
        ok_str(b.boot, "fedcba9876543210fedcba9876543210");
        ok(b.number == 32 && b.monotonic_usec == 15 && b.realtime_usec == 255);

        ok(journal_position_reached(&a, &b) && !journal_position_reached(&b, &a));
        ok(journal_position_reached(&a, &a));
        b = a;
        b.part = 1;
        ok(journal_position_reached(&a, &b) && !journal_position_reached(&b, &a));
        b.series[0] = 'f';
        ok(!journal_position_reached(&a, &b));
        ok(!journal_position_reached(&none, &none));
}

/* Two entries, the first said to come before the second, whatever is damaged in one of them. */
static void test_position_damaged(void) {
        static const struct {
                const char *first, *second;
                bool strayed; /* the first, if it is read after the second */
        } pairs[] = {
                { SERIES ";i=7;" BOOT ";m=10;t=100", SERIES ";i=8;" BOOT ";m=11;t=101", false },
                /* the number of either */
                { SERIES ";i=9;" BOOT ";m=10;t=100", SERIES ";i=8;" BOOT ";m=11;t=101", true },
                { SERIES ";i=ffffffffff;" BOOT ";m=10;t=100", SERIES ";i=8;" BOOT ";m=11;t=101",
                  true },
                /* one of its times */
                { SERIES ";i=7;" BOOT ";m=99;t=100", SERIES ";i=8;" BOOT ";m=11;t=101", false },
                { SERIES ";i=7;" BOOT ";m=10;t=999", SERIES ";i=8;" BOOT ";m=11;t=101", false },
                /* the clock was set back */
                { SERIES ";i=7;" BOOT ";m=10;t=100", SERIES ";i=8;" BOOT ";m=11;t=50", false },
                /* another boot */
                { SERIES ";i=7;" BOOT ";m=10;t=100", SERIES ";i=8;" BOOT2 ";m=1;t=101", false },
        };
        static const char *const damaged[] = {
                SERIES ";i=8000000000000000;" BOOT ";m=10;t=100",
                SERIES ";i=7;" BOOT ";m=8000000000000000;t=100",
                SERIES ";i=7;" BOOT ";m=10;t=8000000000000000",
        };
        JournalPosition a, b;

        for (size_t i = 0; i < ELEMENTSOF(damaged); i++)
                ok(journal_position_from_cursor(damaged[i], &a) == -EBADMSG);
        for (size_t i = 0; i < ELEMENTSOF(pairs); i++) {
                ok(journal_position_from_cursor(pairs[i].first, &a) == 0);
                ok(journal_position_from_cursor(pairs[i].second, &b) == 0);
                ok(journal_position_reached(&a, &b) && !journal_position_reached(&b, &a));
                ok(journal_position_strayed(&a, &b) == pairs[i].strayed);
                ok(!journal_position_strayed(&b, &a));
        }

        /* of a boot before, and nothing later would ever count */
        ok(journal_position_from_cursor(SERIES ";i=ffff;" BOOT ";m=10;t=100", &a) == 0);
        ok(journal_position_from_cursor(SERIES ";i=8;" BOOT2 ";m=1;t=101", &b) == 0);
        ok(!journal_position_reached(&b, &a));
        /* the clock was set back over a boot: what is said now counts */
        ok(journal_position_from_cursor(SERIES ";i=7;" BOOT ";m=10;t=100", &a) == 0);
        ok(journal_position_from_cursor(SERIES ";i=8;" BOOT2 ";m=1;t=50", &b) == 0);
        ok(!journal_position_reached(&b, &a) && !journal_position_strayed(&b, &a));

        /* numbered anew, as what journald moves from memory to disk */
        ok(journal_position_from_cursor("s=11111111111111111111111111111111;i=1;" BOOT ";m=f;t=ff",
                                        &a) == 0);
        ok(journal_position_from_cursor(SERIES ";i=99;" BOOT ";m=10;t=100", &b) == 0);
        ok(journal_position_reached(&a, &b) && !journal_position_reached(&b, &a));
        ok(!journal_position_strayed(&b, &a) && !journal_position_strayed(&a, &b));
}

/* Feeds one entry of stream "a", or of the one named by the first letter of `stream`. */
static int feed(LineJoin *j, const char *stream, const char *text, JournalBreak line_break) {
        JournalEntry entry = { .line_break = line_break, .braced = text[0] == '{' };

        (void) snprintf(entry.stream, sizeof(entry.stream), "%s", stream);
        if (!line_join_concerns(j, &entry))
                return -ENODATA;
        return line_join(j, &entry, line_join_wants(j, &entry) ? text : NULL, strlen(text), 16);
}

static void test_lines(void) {
        LineJoin j = {};

        /* nothing to do with whole lines */
        ok(feed(&j, "a", "{whole}", JOURNAL_BREAK_NONE) == -ENODATA);

        /* cut in three, another stream between */
        ok(feed(&j, "a", "{1,", JOURNAL_BREAK_LINE_MAX) == 0);
        ok(feed(&j, "a", "{2,", JOURNAL_BREAK_LINE_MAX) == 0);
        ok(feed(&j, "b", "{other}", JOURNAL_BREAK_NONE) == -ENODATA);
        ok(feed(&j, "a", "3}", JOURNAL_BREAK_NONE) == 1);
        ok_str(j.text, "{1,{2,3}");
        ok(j.size == 8);
        line_join_reset(&j);
        ok(feed(&j, "a", "{next}", JOURNAL_BREAK_NONE) == -ENODATA);

        /* a line that is no message: what follows is not the begin of one */
        ok(feed(&j, "a", "text", JOURNAL_BREAK_LINE_MAX) == 0);
        ok(feed(&j, "a", "{\"type\"}", JOURNAL_BREAK_LINE_MAX) == 0);
        ok(feed(&j, "a", "{\"type\"}", JOURNAL_BREAK_NONE) == 0);
        ok(feed(&j, "a", "{next}", JOURNAL_BREAK_NONE) == -ENODATA);

        /* two processes, one line */
        ok(feed(&j, "a", "{1,", JOURNAL_BREAK_PID) == 0);
        ok(feed(&j, "a", "2}", JOURNAL_BREAK_NONE) == 1);
        ok_str(j.text, "{1,2}");
        line_join_reset(&j);
        /* two processes, two lines */
        ok(feed(&j, "a", "{1}", JOURNAL_BREAK_PID) == 1);
        ok_str(j.text, "{1}");
        line_join_reset(&j);
        ok(feed(&j, "a", "wait...", JOURNAL_BREAK_PID) == 0);
        ok(feed(&j, "a", "{1}", JOURNAL_BREAK_NONE) == -ENODATA);

        /* too long: refused once, and passed over to its end */
        ok(feed(&j, "a", "{345678", JOURNAL_BREAK_LINE_MAX) == 0);
        ok(feed(&j, "a", "1234567890", JOURNAL_BREAK_LINE_MAX) == -EFBIG);
        ok(feed(&j, "a", "{1234567890", JOURNAL_BREAK_LINE_MAX) == 0);
        ok(feed(&j, "a", "{1}", JOURNAL_BREAK_NONE) == 0);
        ok(feed(&j, "a", "{1}", JOURNAL_BREAK_NONE) == -ENODATA);
        ok(feed(&j, "a", "{345678", JOURNAL_BREAK_LINE_MAX) == 0);
        ok(feed(&j, "a", "1234567890", JOURNAL_BREAK_NONE) == -EFBIG);
        ok(feed(&j, "a", "{1}", JOURNAL_BREAK_NONE) == -ENODATA);

        /* another line begins while the end of the first never comes */
        ok(feed(&j, "a", "{1,", JOURNAL_BREAK_LINE_MAX) == 0);
        ok(feed(&j, "b", "{2,", JOURNAL_BREAK_LINE_MAX) == 0);
        ok(feed(&j, "b", "3}", JOURNAL_BREAK_NONE) == 1);
        ok_str(j.text, "{2,3}");
        line_join_reset(&j);
        ok(!j.text && !j.stream[0]);
}

/* What journald does to a file that it deletes while we have it mapped. */
static void test_truncated(const char *folder) {
        _cleanup_(freep) char *name = NULL;
        volatile char *map;
        int fd;

        (void) asprintf(&name, "%s/file", folder);
        fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        ok(fd >= 0 && ftruncate(fd, 65536) == 0);
        map = mmap(NULL, 65536, PROT_READ, MAP_SHARED, fd, 0);
        ok(map != MAP_FAILED);

        ok(sigbus_guard() == 0);
        ok(map[0] == 0 && !sigbus_happened());
        ok(ftruncate(fd, 0) == 0);
        ok(map[40000] == 0);
        ok(sigbus_happened());
        ok(!sigbus_happened());
        ok(map[40001] == 0 && !sigbus_happened());
        (void) close(fd);
}

static void test_reader(const char *folder) {
        _cleanup_(journal_reader_closep) JournalReader *r = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *name = NULL;
        _cleanup_(closep) int dir = -EBADF;
        JournalReader *none = NULL;
        JournalEntry entry;
        char *cursor;

        (void) asprintf(&name, "%s/absent", folder);
        ok(journal_reader_open(SCOPE_SYSTEM, 0, name, &e, &none) == -ENOENT);
        ok(endswith(error_text(&e, 0), "/absent: No such file or directory"));

        dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ok(write_file_atomic_at(dir, "garbage.journal", "LPKSHHRH garbage", 16, 0600) == 0);
        ok(journal_reader_open(SCOPE_USER, 4001, folder, &e, &r) == 0);
        ok(journal_reader_seek_head(r) == 0);
        ok(journal_reader_next(r, &entry) == 0);
        ok(!journal_reader_sees_anything(r));
        ok(journal_reader_cursor(r, &cursor) == -EADDRNOTAVAIL);
        ok(journal_reader_seek(r, "nonsense") == -EINVAL);
        ok(journal_reader_seek(r, "s=0123456789abcdef0123456789abcdef;i=1") == 0);
        ok(journal_reader_next(r, &entry) == 0);
        ok(journal_reader_process(r) >= 0);
        ok(journal_reader_reopen(r) == 0);
}

int main(void) {
        char folder[] = "/tmp/test-journal.XXXXXX";

        test_position();
        test_position_damaged();
        test_lines();
        ok(mkdtemp(folder) != NULL);
        test_truncated(folder);
        test_reader(folder);
        ok(remove_tree_at(AT_FDCWD, folder) == 0);
        return tap_done();
}
