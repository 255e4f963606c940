/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/human.h"
#include "axm/message.h"
#include "axm/metric.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "tap.h"

static int parse(const char *text, AxmMessage *ret) {
        return axm_message_parse(text, strlen(text), /* e= */ NULL, ret);
}

static void test_types(void) {
        for (AxmType t = AXM_OTHER + 1; t < _AXM_TYPE_MAX; t++) {
                ok(axm_type_from_string(axm_type_to_string(t)) == t);
                ok(axm_type_message_id(t) && strlen(axm_type_message_id(t)) == 32);
        }
        ok(axm_type_from_string("axm:nonsense") == AXM_OTHER);
        ok(axm_type_to_string(AXM_OTHER) == NULL);
        ok(strlen(axm_type_message_id(AXM_OTHER)) == 32);
        ok(axm_type_priority(AXM_EXCEPTION) == 3);
}

static void test_messages(void) {
        static const struct {
                const char *text;
                AxmType type;
        } table[] = {
                { "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"x\"}}", AXM_ACTION },
                { " \t{ \"data\" : [] , \"type\" : \"axm:monitor\" } \r\n", AXM_MONITOR },
                { "{\"type\":\"axm:monitor\",\"data\":{},\"more\":[1,{\"a\":null}]}", AXM_MONITOR },
                { "{\"type\":\"made:up\",\"data\":1}", AXM_OTHER },
                { "{\"type\":\"made:up\",\"data\":-0.5}", AXM_OTHER },
                { "{\"type\":\"made:up\",\"data\":true}", AXM_OTHER },
                { "{\"type\":\"made:up\",\"data\":\"0\"}", AXM_OTHER },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(axm_message_done) AxmMessage m = {};

                ok(parse(table[i].text, &m) == 1);
                ok(m.type == table[i].type && m.data && m.name);
        }
}

static void test_plain_text(void) {
        static const char *const table[] = {
                "",
                "listening on port 80",
                "{",
                "{}",
                "[{\"type\":\"axm:action\",\"data\":1}]",
                "\"type\" \"data\"",
                "{ type: 'axm:action', data: { action_name: 'x' } }",
                "{\"type\":\"axm:action\"}",
                "{\"type\":\"axm:action\",\"data\":0}",
                "{\"type\":\"axm:action\",\"data\":0.0}",
                "{\"type\":\"axm:action\",\"data\":\"\"}",
                "{\"type\":\"axm:action\",\"data\":false}",
                "{\"type\":\"axm:action\",\"data\":null}",
                "{\"type\":\"\",\"data\":1}",
                "{\"type\":7,\"data\":1}",
                "{\"type\":[\"axm:action\"],\"data\":1}",
                "{\"a\":{\"type\":\"axm:action\",\"data\":1}}",
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(axm_message_done) AxmMessage m = {};

                ok(parse(table[i], &m) == 0);
        }
}

/* `n` times `s`, then what follows; the caller frees. */
static char *repeat(const char *before, const char *s, size_t n, const char *after) {
        char *text = malloc(strlen(before) + strlen(s) * n + strlen(after) + 1), *t;

        t = stpcpy(text, before);
        for (size_t i = 0; i < n; i++)
                t = stpcpy(t, s);
        (void) stpcpy(t, after);
        return text;
}

static void test_hostile(void) {
        _cleanup_(freep) char *deep = repeat("{\"type\":\"x\",\"data\":", "[", 1000, "");
        _cleanup_(freep) char *large = repeat("{\"type\":\"x\",\"data\":\"", "a", AXM_MESSAGE_MAX,
                                              "\"}");
        _cleanup_(freep) char *fits = repeat("{\"type\":\"x\",\"data\":\"", "a",
                                             AXM_MESSAGE_MAX - 23, "\"}");
        _cleanup_(freep) char *objects = repeat("{\"type\":\"x\",\"data\":[1", ",{}",
                                                AXM_CONTAINERS_MAX, "]}");
        _cleanup_(freep) char *values = repeat("{\"type\":\"x\",\"data\":[1", ",1", AXM_VALUES_MAX,
                                               "]}");
        _cleanup_(freep) char *quoted = repeat("{\"type\":\"x\",\"data\":\"\\\"", "{",
                                               AXM_CONTAINERS_MAX + 9, "\"}");
        _cleanup_(freep) char *name = repeat("{\"data\":1,\"type\":\"", "t", 129, "\"}");
        const struct {
                const char *text, *clause;
                int r;
        } table[] = {
                { deep, "nested more than 64 levels deep", -EBADMSG },
                { large, "larger than 256 KiB", -EFBIG },
                { objects, "more than 2048 objects and arrays or 16384 values", -EFBIG },
                { values, "more than 2048 objects and arrays or 16384 values", -EFBIG },
                { name, "its type holds a NUL or is longer than 128 bytes", -EBADMSG },
                { "{\"type\":\"a\\u0000b\",\"data\":1}",
                  "its type holds a NUL or is longer than 128 bytes", -EBADMSG },
                { "{\"type\":\"x\",\"data\":\"\xff\"}", "not UTF-8", -EBADMSG },
                { "{\"type\":\"x\",\"data\":\"\xc0\x80\"}", "not UTF-8", -EBADMSG },
                { "{\"type\":\"x\",\"data\":\"\xed\xa0\x80\"}", "not UTF-8", -EBADMSG },
                { "{\"type\":\"x\",\"data\":NaN}",
                  "not valid JSON: an unknown value or character (line 1)", -EBADMSG },
                { "{\"type\":\"x\",\"data\":{", "not valid JSON: unexpected end of data (line 1)",
                  -EBADMSG },
                { "{\"type\":\"x\",\"data\":1} x",
                  "unexpected text after the JSON document (line 1)", -EBADMSG },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                AxmMessage m = {};

                ok(axm_message_parse(table[i].text, strlen(table[i].text), &e, &m) == table[i].r);
                ok_str(error_text(&e, 0), table[i].clause);
                ok(!m.document);
        }

        _cleanup_(axm_message_done) AxmMessage m = {}, n = {};

        ok(parse(quoted, &n) == 1);
        ok(strlen(fits) == AXM_MESSAGE_MAX - 1);
        ok(parse(fits, &m) == 1);
}

/* A field of a journal entry ends where its size says, not at a NUL. */
static void test_not_terminated(void) {
        static const char text[] = "{\"type\":\"x\",\"data\":12}garbage";
        _cleanup_(axm_message_done) AxmMessage m = {};

        ok(axm_message_parse(text, strlen(text) - strlen("garbage"), NULL, &m) == 1);
        ok(json_object_get_int(m.data) == 12);
}

static void test_fields(void) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        AxmMessage none = {};

        ok(axm_message_from_fields("axm:reply", "{\"return\":[1]}", 14, NULL, &m) == 1);
        ok(m.type == AXM_REPLY);
        ok_str(m.name, "axm:reply");
        ok_str(json_text(m.data), "{\"return\":[1]}");
        ok(axm_message_from_fields("axm:reply", "null", 4, NULL, &none) == 0);
        ok(axm_message_from_fields("", "{}", 2, NULL, &none) == 0);
        ok(axm_message_from_fields("axm:reply", "{", 1, NULL, &none) == -EBADMSG);
}

static void human_is(const char *text, const char *want) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        _cleanup_(freep) char *got = NULL;

        ok(parse(text, &m) == 1);
        got = axm_message_human(&m);
        ok_str(got, want);
}

static void test_human(void) {
        human_is("{\"type\":\"axm:action\",\"data\":{\"action_name\":\"km:heapdump\",\"arity\":2}}",
                 "Offers the action 'km:heapdump'");
        human_is("{\"type\":\"axm:option:configuration\",\"data\":{\"module_name\":\"m\",\"n\":7,"
                 "\"module_conf\":{\"a\":1},\"list\":[]}}",
                 "Configuration: module_name=m, n=7, module_conf, list");
        human_is("{\"type\":\"axm:monitor\",\"data\":{\"CPU\":{\"value\":3.14159,\"unit\":\"%\"}}}",
                 "Metrics: CPU: 3.14%");
        human_is("{\"type\":\"axm:monitor\",\"data\":{}}", "Metrics: none");
        human_is("{\"type\":\"axm:reply\",\"data\":{\"action_name\":\"x\",\"return\":{\"a\":\"b/"
                 "c\"}}}",
                 "Action 'x' answers: {\"a\":\"b/c\"}");
        human_is("{\"type\":\"axm:scoped_action:stream\",\"data\":{\"action_name\":\"x\",\"data\":"
                 "\"l1\"}}",
                 "Action 'x' says: l1");
        human_is("{\"type\":\"axm:scoped_action:end\",\"data\":{\"action_name\":\"x\"}}",
                 "Action 'x' ends");
        human_is("{\"type\":\"process:exception\",\"data\":{\"message\":\"boo\",\"name\":"
                 "\"TypeError\","
                 "\"stack\":\"TypeError: boo\\n    at a.js:1\"}}",
                 "TypeError: boo\n    at a.js:1");
        human_is("{\"type\":\"process:exception\",\"data\":{\"message\":\"boo\"}}", "Error: boo");
        human_is("{\"type\":\"process:exception\",\"data\":\"boo\"}", "Exception: boo");
        human_is("{\"type\":\"human:event\",\"data\":{\"__name\":\"paid\",\"sum\":7}}",
                 "Event 'paid': sum=7");
        human_is("{\"type\":\"http:transaction\",\"data\":{\"url\":\"/"
                 "a\",\"method\":\"POST\",\"time\":"
                 "240,\"code\":500}}",
                 "POST /a: status 500, 240 ms");
        human_is("{\"type\":\"application:dependencies\",\"data\":{\"a\":{\"version\":\"1\"}}}",
                 "Depends on 1 packages");
        human_is("{\"type\":\"log:out\",\"data\":\"hello\"}", "hello");
        human_is("{\"type\":\"made:up\",\"data\":[1,2]}", "Message 'made:up': [1,2]");
}

/* Whatever a module sends: no control character, no line break, bounded, valid UTF-8. */
static void test_human_is_harmless(void) {
        static const char *const members[] = { "action_name", "message", "__name", "url",  "type",
                                               "name",        "data",    "return", "value" };
        _cleanup_(freep) char *poison = repeat("\\u001b[31m\\r\\n\\u0000\\u009b\\u202e", "\xc3\xa4",
                                               5000, "");
        bool all = true;

        for (AxmType t = 0; t < _AXM_TYPE_MAX; t++)
                for (size_t i = 0; i < ELEMENTSOF(members); i++) {
                        _cleanup_(axm_message_done) AxmMessage m = {};
                        _cleanup_(freep) char *text = NULL, *human = NULL, *plain = NULL;
                        const char *type = axm_type_to_string(t);

                        (void) asprintf(&text, "{\"type\":\"%s\",\"data\":{\"%s\":\"%s\"}}",
                                        type ? type : "x", members[i], poison);
                        all = all && parse(text, &m) == 1;
                        human = axm_message_human(&m);
                        plain = escape_control(human, /* keep_newlines= */ t == AXM_EXCEPTION);
                        all = all && human[0] && streq(human, plain) &&
                              strlen(human) <
                                      (t == AXM_EXCEPTION ? AXM_EXCEPTION_MAX : AXM_HUMAN_MAX) + 64;
                }
        ok(all);
}

static void test_status(void) {
        static const struct {
                const char *metrics, *want;
        } table[] = {
                { "{\"CPU\":{\"value\":3.14159,\"unit\":\"%\"},\"Procs\":{\"value\":\"87\"}}",
                  "CPU: 3.14%, Procs: 87" },
                { "{\"lag\":{\"value\":\"0.49ms\",\"unit\":\"ms\"}}", "lag: 0.49ms" },
                { "{\"a\":1,\"b\":\"0 B\",\"c\":true,\"d\":0.30000000000000004,\"e\":2.0}",
                  "a: 1, b: 0 B, c: true, d: 0.3, e: 2" },
                { "{\"a\":{\"unit\":\"MB\"},\"b\":null,\"c\":{\"value\":null},\"d\":{\"value\":"
                  "\"\"},"
                  "\"e\":{\"value\":[1]},\"f\":{\"value\":0,\"unit\":\"MB\"}}",
                  "f: 0 MB" },
                { "{\"a\":{\"value\":1e300},\"b\":{\"value\":-12.5,\"unit\":\"\\u00b0C\"}}",
                  "a: 1e+300, b: -12.5°C" },
                { "{\"a\\nREADY=1\":{\"value\":\"x\\ny\"}}", "a\\x0aREADY=1: x\\x0ay" },
                { "{}", "" },
                { "[1]", "" },
                { "\"x\"", "" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_object_putp) json_object *o = NULL;
                _cleanup_(freep) char *got = NULL;

                ok(json_parse(table[i].metrics, strlen(table[i].metrics), NULL, &o) == 0);
                got = axm_monitor_status(o);
                ok_str(got, table[i].want);
        }

        _cleanup_(json_object_putp) json_object *many = json_object_new_object();
        _cleanup_(freep) char *got = NULL;

        for (unsigned i = 0; i < 1000; i++) {
                char key[16];

                (void) snprintf(key, sizeof(key), "metric%u", i);
                (void) json_add_uint(many, key, i);
        }
        got = axm_monitor_status(many);
        ok(got && strlen(got) <= AXM_STATUS_MAX + strlen("…") && endswith(got, "…"));
}

static void test_alerts(void) {
        static const struct {
                const char *metric, *want;
        } table[] = {
                { "7", "7" },
                { "null", "-" },
                { "{}", "-" },
                { "{\"value\":1,\"alert\":{}}", "1" },
                { "{\"value\":1,\"alert\":7}", "1" },
                { "{\"value\":96,\"unit\":\"%\",\"alert\":{\"mode\":\"threshold\",\"value\":90,"
                  "\"cmp\":\">\"}}",
                  "96% (alert above 90%: reached)" },
                { "{\"value\":\"89.5\",\"unit\":\"%\",\"alert\":{\"mode\":\"threshold\",\"value\":"
                  "90}}",
                  "89.5% (alert above 90%)" },
                { "{\"value\":\"2 "
                  "MB\",\"alert\":{\"mode\":\"threshold\",\"value\":3,\"cmp\":\"<\"}}",
                  "2 MB (alert below 3: reached)" },
                { "{\"value\":3,\"alert\":{\"mode\":\"threshold\",\"value\":3,\"cmp\":\"=\"}}",
                  "3 (alert at 3: reached)" },
                { "{\"value\":\"up\",\"alert\":{\"mode\":\"threshold\",\"value\":3}}",
                  "up (alert above 3)" },
                { "{\"value\":9,\"alert\":{\"mode\":\"threshold-avg\",\"value\":3,\"cmp\":\">\","
                  "\"interval\":60}}",
                  "9 (alert on average above 3)" },
                { "{\"value\":9,\"alert\":{\"mode\":\"smart\"}}", "9 (alert: smart)" },
                { "{\"unit\":\"ms\",\"alert\":{\"mode\":\"threshold\",\"value\":5}}",
                  "- (alert above 5 ms)" },
                { "{\"value\":1,\"alert\":{\"mode\":\"a\\nb\",\"value\":null,\"cmp\":{}}}",
                  "1 (alert: a\\x0ab)" },
                { "{\"value\":1,\"alert\":{\"value\":\"\\u001b\"}}", "1 (alert above \\x1b)" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_object_putp) json_object *o = NULL;
                _cleanup_(freep) char *got = NULL;

                ok(json_parse(table[i].metric, strlen(table[i].metric), NULL, &o) == 0);
                got = axm_metric_alert_text(o);
                ok_str(got, table[i].want);
        }
}

int main(void) {
        test_types();
        test_messages();
        test_plain_text();
        test_hostile();
        test_not_terminated();
        test_fields();
        test_human();
        test_human_is_harmless();
        test_status();
        test_alerts();
        return tap_done();
}
