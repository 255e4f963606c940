/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "axm/message.h"
#include "axm/record-file.h"
#include "axm/record.h"
#include "basic/fs.h"
#include "basic/json.h"
#include "basic/log.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "relay/streams.h"
#include "relay/units.h"
#include "tap.h"

#define INVOCATION_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define INVOCATION_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* -- streams ----------------------------------------------------------------------------------- */

static JournalEntry entry_of(unsigned stream, const char *unit) {
        JournalEntry entry = {};

        (void) snprintf(entry.stream, sizeof(entry.stream), "%08x%024x", stream * 2654435761u,
                        stream);
        (void) snprintf(entry.unit, sizeof(entry.unit), "%s", unit);
        (void) snprintf(entry.invocation, sizeof(entry.invocation), "%s", INVOCATION_A);
        return entry;
}

static int defer(Streams *s, const JournalEntry *entry, size_t size) {
        static uint64_t clock;
        char *text = malloc(size + 1);

        memset(text, 'x', size);
        text[size] = 0;
        return streams_defer(s, entry->stream, text, size, /* realtime_usec= */ ++clock);
}

static void test_streams(void) {
        _cleanup_(streams_freep) Streams *s = NULL;
        JournalEntry a = entry_of(1, "pm2@a.service"), b = entry_of(2, "pm2@b.service");
        DeferredLine line;

        ok(streams_new(&s) == 0);
        ok(!streams_find(s, a.stream));
        ok(streams_learn(s, &a) == 1);
        ok(streams_learn(s, &a) == 0);
        ok_str(streams_find(s, a.stream)->unit, "pm2@a.service");
        ok_str(streams_find(s, a.stream)->invocation, INVOCATION_A);
        ok(!streams_find(s, b.stream));

        ok(defer(s, &b, 10) == 0 && defer(s, &a, 5) == 0 && defer(s, &b, 20) == 0);
        ok(streams_count_deferred(s) == 3);
        ok(streams_take_deferred(s, b.stream, &line) == 1 && line.size == 10);
        free(line.text);
        ok(streams_take_deferred(s, b.stream, &line) == 1 && line.size == 20 &&
           line.realtime_usec == 3);
        free(line.text);
        ok(streams_take_deferred(s, b.stream, &line) == 0);
        streams_drop_deferred(s);
        ok(streams_count_deferred(s) == 0 && streams_take_deferred(s, a.stream, &line) == 0);
}

static void test_streams_bounded(void) {
        _cleanup_(streams_freep) Streams *s = NULL;
        JournalEntry first = entry_of(0, "pm2@first.service");
        unsigned known = 0;
        DeferredLine line;

        ok(streams_new(&s) == 0);
        ok(streams_learn(s, &first) == 1);
        for (unsigned i = 1; i < 5 * STREAMS_MAX; i++) {
                JournalEntry entry = entry_of(i, "pm2@x.service");

                (void) streams_learn(s, &entry);
                /* what is in use is not forgotten */
                (void) streams_find(s, first.stream);
        }
        for (unsigned i = 0; i < 5 * STREAMS_MAX; i++) {
                JournalEntry entry = entry_of(i, "");

                known += streams_find(s, entry.stream) != NULL;
        }
        ok(streams_find(s, first.stream) != NULL);
        ok(known > STREAMS_MAX / 2 && known <= STREAMS_MAX);

        for (unsigned i = 0; i < 3 * STREAMS_DEFERRED_MAX; i++)
                (void) defer(s, &first, 1);
        ok(streams_count_deferred(s) == STREAMS_DEFERRED_MAX);
        ok(streams_take_deferred(s, first.stream, &line) == 1 &&
           line.realtime_usec == 3 + 2 * STREAMS_DEFERRED_MAX + 1);
        free(line.text);
        ok(defer(s, &first, STREAMS_DEFERRED_SIZE_MAX) == 0 && streams_count_deferred(s) == 1);
        ok(defer(s, &first, STREAMS_DEFERRED_SIZE_MAX + 1) == -EFBIG &&
           streams_count_deferred(s) == 1);
}

/* -- units ------------------------------------------------------------------------------------- */

static uint64_t number;

static RecordSource source_of(const char *invocation) {
        RecordSource source = { .invocation = invocation, .realtime_usec = ++number };

        memset(source.position.series, '0', ID128_TEXT_MAX);
        source.position.number = number;
        return source;
}

static Unit *get(Units *units, const char *name) {
        Unit *unit = NULL;

        return units_get(units, name, &unit) > 0 ? unit : NULL;
}

static void say(Units *units, const char *name, const char *invocation, const char *text) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        RecordSource source = source_of(invocation);
        Unit *unit = get(units, name);

        if (text)
                (void) axm_message_parse(text, strlen(text), NULL, &m);
        (void) unit_touch(unit, &source);
        if (text)
                (void) unit_apply(unit, &source, &m);
}

/* "options actions", or "none" without a record. */
static const char *recorded(int dir, const char *file) {
        static char text[256];
        Record record = {};
        int r;

        r = record_load_at(dir, file, NULL, &record);
        if (r == 0)
                return "none";
        if (r < 0)
                return strerror(-r);
        (void) snprintf(text, sizeof(text), "%s ", json_text(record.options));
        (void) strncat(text, json_text(record.actions), sizeof(text) - strlen(text) - 1);
        record_done(&record);
        return text;
}

static void test_units(int dir) {
        _cleanup_(units_freep) Units *units = NULL;

        ok(units_new(dir, &units) == 0);
        ok(!get(units, "pm2@.service") && !get(units, "ssh.service") &&
           !get(units, "pm2@../x.service"));
        ok(get(units, "pm2@x.service") &&
           get(units, "pm2@x.service") == get(units, "pm2@x.service"));
        ok(get(units, "pm2@x.service") != get(units, "pm2@x@y.service"));

        /* the first change is written at once, the next ones after a while or when asked for */
        say(units, "pm2@x.service", INVOCATION_A,
            "{\"type\":\"axm:option:configuration\",\"data\":{\"a\":1}}");
        ok(units_flush(units, /* all= */ false) == 0);
        ok_str(recorded(dir, "x.json"), "{\"a\":1} []");
        say(units, "pm2@x.service", INVOCATION_A,
            "{\"type\":\"axm:option:configuration\",\"data\":{\"a\":2}}");
        ok(units_flush(units, /* all= */ false) == 1);
        ok_str(recorded(dir, "x.json"), "{\"a\":1} []");
        say(units, "pm2@y.service", INVOCATION_A,
            "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"x\"}}");
        ok(units_flush(units, /* all= */ false) == 1);
        ok_str(recorded(dir, "y.json"), "{} [{\"action_name\":\"x\"}]");
        ok(units_flush(units, /* all= */ true) == 0);
        ok_str(recorded(dir, "x.json"), "{\"a\":2} []");

        /* what is not recorded makes no record */
        say(units, "pm2@z.service", INVOCATION_A, NULL);
        say(units, "pm2@z.service", INVOCATION_A, "{\"type\":\"human:event\",\"data\":1}");
        ok(units_flush(units, /* all= */ true) == 0);
        ok_str(recorded(dir, "z.json"), "none");

        /* another invocation, text only; and the one before is not believed any more */
        say(units, "pm2@x.service", INVOCATION_B, NULL);
        say(units, "pm2@x.service", INVOCATION_A,
            "{\"type\":\"axm:option:configuration\",\"data\":{\"b\":2}}");
        ok(units_flush(units, /* all= */ true) == 0);
        ok_str(recorded(dir, "x.json"), "{} []");

        /* uninstalled before the last change was written: it stays away */
        say(units, "pm2@x.service", INVOCATION_B,
            "{\"type\":\"axm:option:configuration\",\"data\":{\"c\":2}}");
        ok(unlinkat(dir, "x.json", 0) == 0);
        ok(units_flush(units, /* all= */ true) == 0);
        ok_str(recorded(dir, "x.json"), "none");

        /* one that is damaged begins anew, one of a newer version is not overwritten */
        ok(write_file_atomic_at(dir, "x.json", "", 0, 0640) == 0);
        say(units, "pm2@x.service", INVOCATION_B,
            "{\"type\":\"axm:option:configuration\",\"data\":{\"c\":2}}");
        ok(units_flush(units, /* all= */ true) == 0);
        ok_str(recorded(dir, "x.json"), "{\"c\":2} []");
        ok(write_file_atomic_at(dir, "x.json", "{\"version\":", 11, 0640) == 0);
        say(units, "pm2@x.service", INVOCATION_A, NULL);
        ok(units_flush(units, /* all= */ true) == 0);
        ok_str(recorded(dir, "x.json"), "none");
        ok(write_file_atomic_at(dir, "x.json", "{\"version\":2}", 13, 0640) == 0);
        say(units, "pm2@x.service", INVOCATION_A,
            "{\"type\":\"axm:option:configuration\",\"data\":{\"c\":2}}");
        ok(units_flush(units, /* all= */ true) == 0);
        ok_str(recorded(dir, "x.json"), strerror(EPROTONOSUPPORT));
}

/* However many units speak, those that rest are forgotten, and nothing of theirs is lost. */
static void test_many_units(int dir) {
        _cleanup_(units_freep) Units *units = NULL;
        bool all = true;

        ok(units_new(dir, &units) == 0);
        for (unsigned i = 0; i < 2 * UNITS_MAX; i++) {
                char name[64];

                (void) snprintf(name, sizeof(name), "pm2@many@%x.service", i);
                say(units, name, INVOCATION_A,
                    i % 1000 == 0 ? "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"x\"}}"
                                  : NULL);
        }
        ok(units_flush(units, /* all= */ true) == 0);
        for (unsigned i = 0; i < 2 * UNITS_MAX; i += 1000) {
                char name[64];

                (void) snprintf(name, sizeof(name), "many@%x.json", i);
                all = all && streq(recorded(dir, name), "{} [{\"action_name\":\"x\"}]");
        }
        ok(all);
}

static void test_unit_lines(int dir) {
        _cleanup_(units_freep) Units *units = NULL;
        _cleanup_(freep) char *part = NULL, *line = NULL;
        JournalEntry entry = { .line_break = JOURNAL_BREAK_LINE_MAX, .braced = true };
        size_t size = 48 * 1024, line_size;
        Unit *unit;

        part = malloc(size);
        memset(part, '{', size);
        (void) strcpy(entry.stream, INVOCATION_A);
        ok(units_new(dir, &units) == 0);

        unit = get(units, "pm2@lines.service");
        ok(unit_line_concerns(unit, &entry) && unit_line_wants(unit, &entry));
        ok(unit_line_add(unit, &entry, part, size, &line, &line_size) == 0);
        ok(units_count_lines(units) == 1);
        entry.line_break = JOURNAL_BREAK_NONE;
        ok(unit_line_add(unit, &entry, "}", 1, &line, &line_size) == 1);
        ok(line_size == size + 1 && units_count_lines(units) == 0);

        /* many at a time: the newest are given up, and those are done with */
        entry.line_break = JOURNAL_BREAK_LINE_MAX;
        for (unsigned i = 0; i < 100; i++) {
                char name[64];

                (void) snprintf(name, sizeof(name), "pm2@lines@%u.service", i);
                (void) unit_line_add(get(units, name), &entry, part, size, &line, &line_size);
        }
        ok(units_count_lines(units) == UNITS_LINES_SIZE_MAX / size);
        units_drop_lines(units);
        ok(units_count_lines(units) == 0);
        ok(unit_line_add(get(units, "pm2@lines@0.service"), &entry, part, size, &line,
                         &line_size) == 0);
        ok(units_count_lines(units) == 1);
}

int main(void) {
        char folder[] = "/tmp/test-relay.XXXXXX";
        int dir;

        log_set_max_level(LOG_ERR);
        test_streams();
        test_streams_bounded();
        ok(mkdtemp(folder) != NULL);
        dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        test_units(dir);
        test_many_units(dir);
        test_unit_lines(dir);
        (void) close(dir);
        ok(remove_tree_at(AT_FDCWD, folder) == 0);
        return tap_done();
}
