/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "axm/mask.h"
#include "axm/message.h"
#include "axm/record-apply.h"
#include "axm/record-file.h"
#include "axm/record-text.h"
#include "axm/record.h"
#include "basic/error.h"
#include "basic/fs.h"
#include "basic/json.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "tap.h"

#define INVOCATION_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define INVOCATION_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define INVOCATION_C "cccccccccccccccccccccccccccccccc"
#define SERIES       "0123456789abcdef0123456789abcdef"

static uint64_t number; /* of the last entry */
static Mask *mask;

/* Applies one message as entry `n`. */
static int apply_at(Record *record, const char *invocation, uint64_t n, const char *text,
                    Error *e) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        RecordSource source = {
                .invocation = invocation,
                .realtime_usec = 1000 + n,
                .position = { SERIES, n },
        };
        int r;

        r = axm_message_parse(text, strlen(text), /* e= */ NULL, &m);
        assert(r == 1);
        return record_apply(record, &source, mask, &m, e);
}

static int apply(Record *record, const char *invocation, const char *text) {
        return apply_at(record, invocation, ++number, text, /* e= */ NULL);
}

#define CONFIGURE(data) "{\"type\":\"axm:option:configuration\",\"data\":" data "}"
#define ACTION(data)    "{\"type\":\"axm:action\",\"data\":" data "}"
#define MONITOR(data)   "{\"type\":\"axm:monitor\",\"data\":" data "}"
#define DEPENDS(data)   "{\"type\":\"application:dependencies\",\"data\":" data "}"
#define EXCEPTION(data) "{\"type\":\"process:exception\",\"data\":" data "}"

static void test_merging(void) {
        _cleanup_(record_done) Record record = {};

        ok(record_init(&record) == 0);
        ok(apply(&record, INVOCATION_A,
                 CONFIGURE("{\"a\":1,\"b\":{\"x\":1},\"name\":\"other\"}")) == 1);
        ok(apply(&record, INVOCATION_A, CONFIGURE("{\"b\":{\"y\":2},\"c\":null}")) == 1);
        ok(apply(&record, INVOCATION_A, CONFIGURE("{\"a\":1}")) == 0);
        ok_str(json_text(record.options),
               "{\"a\":1,\"b\":{\"y\":2},\"name\":\"other\",\"c\":null}");

        ok(apply(&record, INVOCATION_A, ACTION("{\"action_name\":\"x\",\"arity\":1}")) == 1);
        ok(apply(&record, INVOCATION_A, ACTION("{\"action_name\":\"y\",\"opts\":null}")) == 1);
        ok(apply(&record, INVOCATION_A, ACTION("{\"action_name\":\"x\",\"arity\":2}")) == 0);
        ok_str(json_text(record.actions),
               "[{\"action_name\":\"x\",\"arity\":1},{\"action_name\":\"y\",\"opts\":null}]");

        ok(apply(&record, INVOCATION_A, DEPENDS("{\"pmx\":{\"version\":\"1.6.8\"},\"x\":7}")) == 1);
        ok(apply(&record, INVOCATION_A, DEPENDS("[\"pmx\"]")) == -EINVAL);
        ok_str(json_text(record.dependencies), "{\"pmx\":\"1.6.8\",\"x\":\"\"}");

        ok(apply(&record, INVOCATION_A, MONITOR("{\"m\":{\"value\":1},\"n\":2}")) == 1);
        ok(apply(&record, INVOCATION_A, MONITOR("{\"m\":{\"value\":2}}")) == 1);
        ok(apply(&record, INVOCATION_A, MONITOR("{\"m\":{\"value\":2}}")) == 0);
        ok_str(json_text(record.monitor), "{\"m\":{\"value\":2}}");

        ok(apply(&record, INVOCATION_A, EXCEPTION("{\"message\":\"first\"}")) == 1);
        ok(apply(&record, INVOCATION_A,
                 EXCEPTION("{\"message\":\"boo\",\"name\":\"E\",\"stack\":\"s\"}")) == 1);
        ok(record.n_errors == 2);
        ok_str(json_get_string(record.error, "message"), "boo");
        ok_str(json_get_string(record.error, "stack"), "s");
        ok(json_get_int(record.error, "time", 0) == (int64_t) (1000 + number));
        ok(record.updated_usec == 1000 + number);

        ok(apply(&record, INVOCATION_A, "{\"type\":\"axm:reply\",\"data\":{\"return\":1}}") == 0);
        ok(apply(&record, INVOCATION_A, "{\"type\":\"made:up\",\"data\":{\"a\":9}}") == 0);
        ok(json_get_int(record.options, "a", 0) == 1);
}

/* A module that prints its configuration prints its passwords too. */
static void test_masking(void) {
        _cleanup_(record_done) Record record = {};

        ok(record_init(&record) == 0);
        ok(apply(&record, INVOCATION_A,
                 CONFIGURE("{\"db_password\":\"hunter2\",\"module_conf\":{\"apiKey\":7,\"port\":80}"
                           "}")) == 1);
        ok_str(json_text(record.options),
               "{\"db_password\":\"" MASK_TEXT "\",\"module_conf\":{\"apiKey\":\"" MASK_TEXT
               "\",\"port\":80}}");
        ok(apply(&record, INVOCATION_A, MONITOR("{\"token\":{\"value\":\"hunter2\"}}")) == 1);
        ok_str(json_text(record.monitor), "{\"token\":{\"value\":\"" MASK_TEXT "\"}}");
}

static void test_invocations(void) {
        _cleanup_(record_done) Record record = {};
        RecordSource source = { .invocation = INVOCATION_C, .position = { SERIES, 0 } };

        ok(record_init(&record) == 0);
        ok(apply(&record, INVOCATION_A, CONFIGURE("{\"a\":1}")) == 1);
        ok(apply(&record, INVOCATION_A, EXCEPTION("{\"message\":\"x\"}")) == 1);
        ok(apply(&record, NULL, CONFIGURE("{\"b\":1}")) == 1); /* whose is unknown */
        ok_str(json_text(record.options), "{\"a\":1,\"b\":1}");

        ok(apply(&record, INVOCATION_B, ACTION("{\"action_name\":\"x\"}")) == 1);
        ok_str(json_text(record.options), "{}");
        ok(!record.error && record.n_errors == 0);
        ok_str(record.invocation, INVOCATION_B);

        /* a late line of the invocation before */
        ok(apply(&record, INVOCATION_A, CONFIGURE("{\"a\":1}")) == 0);
        ok_str(json_text(record.options), "{}");
        ok(json_object_array_length(record.actions) == 1);

        /* plain text, or a message that is not recorded, of a new one */
        source.position.number = ++number;
        ok(record_touch(&record, &source) == 1);
        ok(record_touch(&record, &source) == 0);
        ok(json_object_array_length(record.actions) == 0);
        ok(apply_at(&record, INVOCATION_C, number, ACTION("{\"action_name\":\"w\"}"), NULL) == 1);
        ok(apply_at(&record, INVOCATION_C, number, ACTION("{\"action_name\":\"v\"}"), NULL) == 0);
        ok(record_touch(&record, &source) == 0);
        ok(apply(&record, INVOCATION_C, ACTION("{\"action_name\":\"x\"}")) == 1);
        ok(apply(&record, INVOCATION_A, "{\"type\":\"human:event\",\"data\":1}") == 1);
        ok_str(record.invocation, INVOCATION_A);
        ok(json_object_array_length(record.actions) == 0);
}

/* Runs so short that journald could not look up their invocation. */
static void test_streams(void) {
        _cleanup_(record_done) Record record = {};
        _cleanup_(axm_message_done) AxmMessage m = {};
        const char *text = ACTION("{\"action_name\":\"x\"}");
        RecordSource source = { .invocation = INVOCATION_A, .stream = INVOCATION_B };

        ok(record_init(&record) == 0);
        ok(axm_message_parse(text, strlen(text), NULL, &m) == 1);
        ok(record_apply(&record, &source, mask, &m, NULL) == 1);
        source.invocation = NULL;
        ok(record_apply(&record, &source, mask, &m, NULL) == 0); /* the same output: the same run */
        source.stream = NULL;
        ok(record_apply(&record, &source, mask, &m, NULL) == 0);
        source.stream = INVOCATION_C;
        ok(record_apply(&record, &source, mask, &m, NULL) == 1); /* another one */
        ok(record_apply(&record, &source, mask, &m, NULL) == 0);
        ok_str(record.previous, INVOCATION_A);
        source.invocation = INVOCATION_A;
        ok(record_apply(&record, &source, mask, &m, NULL) == 0);
        ok_str(record.stream, INVOCATION_C);
        ok(json_object_array_length(record.actions) == 1);

        /* of a run that sends by other ways no output is known */
        ok(apply(&record, SERIES, text) == 1);
        source.invocation = NULL;
        source.stream = INVOCATION_B;
        ok(record_apply(&record, &source, mask, &m, NULL) == 0);
        ok_str(record.invocation, SERIES);
}

/* What was applied before the relay was killed changes nothing when it is read again. */
static void test_replay(void) {
        static const struct {
                const char *invocation, *text;
        } entries[] = {
                { INVOCATION_A, CONFIGURE("{\"a\":1}") },
                { INVOCATION_A, ACTION("{\"action_name\":\"x\"}") },
                { INVOCATION_A, EXCEPTION("{\"message\":\"1\"}") },
                { INVOCATION_B, CONFIGURE("{\"a\":2}") },
                { INVOCATION_B, EXCEPTION("{\"message\":\"2\"}") },
                { INVOCATION_B, EXCEPTION("{\"message\":\"3\"}") },
                { INVOCATION_B, MONITOR("{\"m\":1}") },
                { INVOCATION_B, CONFIGURE("{\"a\":3,\"b\":1}") },
        };
        _cleanup_(freep) char *want = NULL;
        size_t n = ELEMENTSOF(entries), size;

        /* killed after `done` entries, resumed from any earlier one */
        for (size_t done = n + 1; done-- > 0;)
                for (size_t from = 0; from <= done; from++) {
                        _cleanup_(record_done) Record record = {};
                        _cleanup_(freep) char *got = NULL;

                        (void) record_init(&record);
                        for (size_t i = 0; i < done; i++)
                                (void) apply_at(&record, entries[i].invocation, i, entries[i].text,
                                                NULL);
                        for (size_t i = from; i < n; i++)
                                (void) apply_at(&record, entries[i].invocation, i, entries[i].text,
                                                NULL);
                        (void) record_format(&record, &got, &size);
                        if (!want)
                                want = strdup(got);
                        ok_str(got, want);
                }

        /* another series of numbers, after the journal was lost, starts low */
        _cleanup_(record_done) Record record = {};
        _cleanup_(axm_message_done) AxmMessage m = {};
        RecordSource source = { .invocation = INVOCATION_A, .position = { INVOCATION_C, 1 } };

        ok(record_init(&record) == 0);
        ok(apply_at(&record, INVOCATION_A, 99, CONFIGURE("{\"a\":1}"), NULL) == 1);
        ok(axm_message_parse(CONFIGURE("{\"a\":2}"), strlen(CONFIGURE("{\"a\":2}")), NULL, &m) ==
           1);
        ok(record_apply(&record, &source, mask, &m, NULL) == 1);
        ok(json_get_int(record.options, "a", 0) == 2);

        /* a number that is damaged holds up nothing, and does not count when it comes again */
        JournalPosition ahead = { SERIES, 1ULL << 50, 0, INVOCATION_C, 10, 100 };
        JournalPosition next = { SERIES, 7, 0, INVOCATION_C, 11, 101 };

        source.position = ahead;
        ok(record_apply(&record, &source, mask, &m, NULL) == 0); /* it is what is there already */
        record.position = ahead;
        source.position = next;
        axm_message_done(&m);
        ok(axm_message_parse(CONFIGURE("{\"a\":3}"), strlen(CONFIGURE("{\"a\":3}")), NULL, &m) ==
           1);
        ok(record_apply(&record, &source, mask, &m, NULL) == 1);
        source.position = ahead;
        axm_message_done(&m);
        ok(axm_message_parse(CONFIGURE("{\"a\":2}"), strlen(CONFIGURE("{\"a\":2}")), NULL, &m) ==
           1);
        ok(record_apply(&record, &source, mask, &m, NULL) == 0);
        ok(json_get_int(record.options, "a", 0) == 3);
}

/* `head`, then n members "k<i>":value, then `tail`. */
static char *members(const char *head, unsigned n, const char *value, const char *tail) {
        char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        (void) fputs(head, f);
        for (unsigned i = 0; i < n; i++)
                (void) fprintf(f, "%s\"k%u\":%s", i > 0 ? "," : "", i, value);
        (void) fputs(tail, f);
        (void) fclose(f);
        return text;
}

static void test_refused(void) {
        _cleanup_(freep) char *options = members(
                "{\"type\":\"axm:option:configuration\",\"data\":{", RECORD_OPTIONS_MAX + 1, "1",
                "}}");
        _cleanup_(freep) char *heavy = members("{\"type\":\"axm:option:configuration\",\"data\":{",
                                               700, "{}", "}}");
        _cleanup_(freep) char *metrics = members("{\"type\":\"axm:monitor\",\"data\":{",
                                                 RECORD_METRICS_MAX + 1, "1", "}}");
        char name[400] = CONFIGURE("{\"");
        const struct {
                const char *text, *clause;
        } table[] = {
                { CONFIGURE("[1]"), "its data is an array, not an object" },
                { CONFIGURE("\"x\""), "its data is a string, not an object" },
                { MONITOR("7"), "its data is a number, not an object" },
                { ACTION("{\"action_name\":7}"), "it has no action_name" },
                { ACTION("\"x\""), "it has no action_name" },
                { ACTION("{\"action_name\":\"\"}"), "it has no action_name" },
                { options, "more than 1024 options" },
                { heavy, "options take more than 512 KiB" },
                { metrics, "more than 1024 metrics" },
                { name, "one of its options has a name of more than 256 bytes" },
        };
        _cleanup_(record_done) Record record = {};
        _cleanup_(freep) char *before = NULL, *after = NULL;
        size_t size;

        memset(name + strlen(name), 'n', 257);
        (void) strcat(name, "\":1}}");

        ok(record_init(&record) == 0);
        ok(apply(&record, INVOCATION_A, CONFIGURE("{\"a\":1}")) == 1);
        ok(record_format(&record, &before, &size) == 0);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;

                ok(apply_at(&record, INVOCATION_A, ++number, table[i].text, &e) < 0);
                ok_str(error_text(&e, 0), table[i].clause);
        }
        ok(record_format(&record, &after, &size) == 0);
        ok_str(after, before);
}

/* Bounds hold over many messages, and replacing gives room back. */
static void test_bounded(void) {
        _cleanup_(record_done) Record record = {};
        _cleanup_(freep) char *big = members("{\"type\":\"axm:option:configuration\",\"data\":{",
                                             500, "{\"x\":1}", "}}");
        unsigned taken = 0;
        bool all = true;

        ok(record_init(&record) == 0);
        for (unsigned i = 0; i < RECORD_ACTIONS_MAX + 50; i++) {
                char text[128];

                (void) snprintf(text, sizeof(text), ACTION("{\"action_name\":\"a%u\"}"), i);
                taken += apply(&record, INVOCATION_A, text) > 0;
        }
        ok(taken == RECORD_ACTIONS_MAX);

        for (unsigned i = 0; i < 50; i++)
                all = all && apply(&record, INVOCATION_A, big) == (i == 0);
        ok(all);
        for (unsigned i = 0; i < 3 * RECORD_OPTIONS_MAX; i++) {
                char text[128];

                (void) snprintf(text, sizeof(text), CONFIGURE("{\"o%u\":{\"x\":1}}"), i);
                (void) apply(&record, INVOCATION_A, text);
        }
        ok(json_object_object_length(record.options) <= RECORD_OPTIONS_MAX);
        ok(record.options_weight <= RECORD_PART_WEIGHT_MAX);

        size_t kept = record.options_weight;
        record_measure(&record);
        ok(record.options_weight == kept);
}

static void test_names(void) {
        static const struct {
                const char *module, *app;
                unsigned instance;
                const char *want;
        } table[] = {
                { "tool", NULL, 0, "tool.json" },
                { "@acme/tool", NULL, 0, "@acme+tool.json" },
                { "@acme/tool", "worker", 0, "@acme+tool@worker.json" },
                { "tool", "worker", 3, "tool@worker@3.json" },
        };
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *got = NULL;

                ok(record_file_name(table[i].module, table[i].app, table[i].instance, &got) == 0);
                ok_str(got, table[i].want);
        }
}

static void test_parse(void) {
        static const struct {
                const char *text, *clause;
                int r;
        } table[] = {
                { "{}", "not a record: it has no \"version\"", -EBADMSG },
                { "[]", "not a record: it has no \"version\"", -EBADMSG },
                { "null", "not a record: it has no \"version\"", -EBADMSG },
                { "{\"version\":2}",
                  "written by a newer pm2ctl (version 2 of the file, this one knows 1); update "
                  "pm2ctl or remove the file",
                  -EPROTONOSUPPORT },
                { "{\"version\":1,\"options\":[]}", "\"options\" is an array", -EBADMSG },
                { "{\"version\":1,\"actions\":{}}", "\"actions\" is an object", -EBADMSG },
                { "{\"version\":1,\"actions\":[7]}", "one of \"actions\" has no action_name",
                  -EBADMSG },
                { "{\"version\":1,\"invocation\":\"../x\"}", "\"invocation\" is not a 128-bit ID",
                  -EBADMSG },
                { "{\"version\":1,\"position\":{\"number\":\"1\"}}", "\"number\" is a string",
                  -EBADMSG },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                Record record = {};

                ok(record_parse(table[i].text, strlen(table[i].text), &e, &record) == table[i].r);
                ok_str(error_text(&e, 0), table[i].clause);
        }

        _cleanup_(record_done) Record record = {};

        ok(record_parse("{\"version\":1,\"later\":[]}", 24, NULL, &record) == 0);
        ok(record.options && record.actions && record.monitor && !record.error);
}

static void test_files(int dir) {
        _cleanup_(record_done) Record record = {}, back = {};
        _cleanup_(freep) char *before = NULL, *after = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        struct stat st;
        size_t size;

        ok(record_init(&record) == 0);
        ok(apply(&record, INVOCATION_A, CONFIGURE("{\"a\":[1,\"\\u0000\\n\"],\"b\":0.1}")) == 1);
        ok(apply(&record, INVOCATION_B, CONFIGURE("{\"a\":[1,\"\\u0000\\n\"],\"b\":0.1}")) == 1);
        ok(apply(&record, INVOCATION_B, ACTION("{\"action_name\":\"x\"}")) == 1);
        ok(apply(&record, INVOCATION_B, MONITOR("{\"m\":1}")) == 1);
        ok(apply(&record, INVOCATION_B, EXCEPTION("{\"message\":\"x\"}")) == 1);

        (void) snprintf(record.position.boot, sizeof(record.position.boot), "%s", INVOCATION_C);
        record.position.monotonic_usec = 7;
        record.position.realtime_usec = 8;
        record.position.part = 9;
        ok(record_load_at(dir, "tool.json", &e, &back) == 0);
        ok(record_save_at(dir, "tool.json", &record, &e) == 0);
        ok(fstatat(dir, "tool.json", &st, 0) == 0 && (st.st_mode & 07777) == 0640);
        ok(record_load_at(dir, "tool.json", &e, &back) == 1);
        ok(record_format(&record, &before, &size) == 0 && record_format(&back, &after, &size) == 0);
        ok_str(after, before);
        ok_str(back.position.boot, INVOCATION_C);
        ok(back.position.monotonic_usec == 7 && back.position.realtime_usec == 8 &&
           back.position.part == 9);
        ok(back.options_weight == record.options_weight);

        ok(write_file_atomic_at(dir, "broken.json", "{", 1, 0640) == 0);
        ok(record_load_at(dir, "broken.json", &e, &back) == -EBADMSG);
        ok(error_text(&e, 0)[0] == '/' &&
           strstr(error_text(&e, 0), "/broken.json: not valid JSON"));
        error_clear(&e);
        ok(write_file_atomic_at(dir, "newer.json", "{\"version\":2}", 13, 0640) == 0);
        ok(record_load_at(dir, "newer.json", &e, &back) == -EPROTONOSUPPORT);
        ok(strstr(error_text(&e, 0), "/newer.json: written by a newer pm2ctl"));

        ok(write_file_atomic_at(dir, "tool@w.json", "{}", 2, 0640) == 0);
        ok(write_file_atomic_at(dir, "tool@w@2.json", "{}", 2, 0640) == 0);
        ok(write_file_atomic_at(dir, "tool2.json", "{}", 2, 0640) == 0);
        ok(record_remove_at(dir, "tool", &e) == 0);
        ok(faccessat(dir, "tool.json", F_OK, 0) < 0 && faccessat(dir, "tool@w.json", F_OK, 0) < 0 &&
           faccessat(dir, "tool@w@2.json", F_OK, 0) < 0);
        ok(faccessat(dir, "tool2.json", F_OK, 0) == 0 &&
           faccessat(dir, "broken.json", F_OK, 0) == 0);
        ok(record_remove_at(dir, "tool", &e) == 0);
}

int main(void) {
        char folder[] = "/tmp/test-record.XXXXXX";
        int dir;

        ok(mask_new(&mask) == 0);
        test_merging();
        test_masking();
        test_invocations();
        test_streams();
        test_replay();
        test_refused();
        test_bounded();
        test_names();
        test_parse();

        ok(mkdtemp(folder) != NULL);
        dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        test_files(dir);
        (void) close(dir);
        ok(remove_tree_at(AT_FDCWD, folder) == 0);
        (void) mask_free(mask);
        return tap_done();
}
