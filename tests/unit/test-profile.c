/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/profile.h"
#include "basic/string-util.h"
#include "tap.h"

/* What is decoded of a line that comes in pieces of `step` bytes; NULL if there is no payload. */
static char *parse(const char *text, size_t size, size_t step, char type[PROFILE_TEXT_MAX + 1]) {
        ProfileParser p = {};
        char *decoded = NULL;
        size_t n = 0;

        p.out = open_memstream(&decoded, &n);
        for (size_t i = 0; i < size; i += step)
                profile_parse(&p, text + i, MIN2(step, size - i));
        (void) fclose(p.out);
        ok(p.size == n && p.state == PROFILE_OUTSIDE && p.depth == 0);
        if (type)
                (void) memcpy(type, p.type, sizeof(p.type));
        if (!p.found) {
                free(decoded);
                return NULL;
        }
        return decoded;
}

static void test_payloads(void) {
        static const struct {
                const char *text, *type, *payload;
        } table[] = {
                { "{\"type\":\"profilings\",\"data\":{\"uuid\":\"1\",\"data\":\"{\\\"nodes\\\":[]}"
                  "\","
                  "\"success\":true,\"type\":\"cpuprofile\",\"cpuprofile\":true}}",
                  "cpuprofile", "{\"nodes\":[]}" },
                { " { \"type\" : \"profilings\" , \"data\" : { \"type\" : \"heapdump\" , \"data\" "
                  ": "
                  "\"a\" } } ",
                  "heapdump", "a" },
                { "{\"data\":{\"data\":\"\"}}", "", "" },
                { "{\"data\":{\"data\":\"\\b\\f\\n\\r\\t\\/\\\\\\\"\"}}", "", "\b\f\n\r\t/\\\"" },
                { "{\"data\":{\"data\":\"é\\u00e9\\u20AC\\ud83d\\ude00\"}}", "", "éé€😀" },
                { "{\"data\":{\"data\":\"\\ud83dx\\ude00\\ud83d\\ud83d\\ude00\\ud83d\"}}", "",
                  "\ufffdx\ufffd\ufffd😀\ufffd" },
                { "{\"a\":{\"data\":\"no\"},\"data\":{\"x\":{\"data\":\"no\"},\"y\":[\"data\","
                  "\"no\"],"
                  "\"data\":\"yes\"}}",
                  "", "yes" },
                { "{\"data\":{\"da\\u0074a\":\"yes\",\"data\":\"the first counts\"}}", "", "yes" },
                { "{\"type\":\"x\",\"data\":{\"data\":{\"data\":\"no\"}}}", "", NULL },
                { "{\"type\":\"x\",\"data\":\"data\"}", "", NULL },
                { "{\"data\":[\"data\",\"no\"]}", "", NULL },
                { "[{\"data\":{\"data\":\"no\"}}]", "", NULL },
                { "{\"data\":{\"data\":7}}", "", NULL },
                { "", "", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                for (size_t step = 1; step < 8; step++) {
                        char type[PROFILE_TEXT_MAX + 1];
                        _cleanup_(freep) char *got = parse(table[i].text, strlen(table[i].text),
                                                           step, type);

                        ok_str(got, table[i].payload);
                        ok_str(type, table[i].type);
                }
}

static void test_long_texts(void) {
        char line[512], name[PROFILE_TEXT_MAX + 2], type[PROFILE_TEXT_MAX + 1];
        char *got;

        memset(name, 'x', sizeof(name));
        name[PROFILE_TEXT_MAX] = 0;
        (void) snprintf(line, sizeof(line), "{\"data\":{\"data\":\"%s%s\",\"type\":\"%s\"}}", name,
                        name, name);
        got = parse(line, strlen(line), 5, type);
        ok(got && strlen(got) == 2 * PROFILE_TEXT_MAX);
        ok_str(type, name);
        free(got);

        name[PROFILE_TEXT_MAX] = 'x';
        name[PROFILE_TEXT_MAX + 1] = 0;
        (void) snprintf(line, sizeof(line), "{\"data\":{\"%s\":1,\"type\":\"%s\"}}", name, name);
        got = parse(line, strlen(line), 5, type);
        ok(!got);
        ok_str(type, "");
}

static void test_names(void) {
        static const char line[] = "{\"type\":\"profilings\",";

        ok(profile_begins(line, strlen(line)));
        ok(!profile_begins(line, 10));
        ok(!profile_begins("{\"type\":\"axm:monitor\",\"data\":{}}", 32));
        ok_str(profile_suffix("cpuprofile"), ".cpuprofile");
        ok_str(profile_suffix("heapdump"), ".heapsnapshot");
        ok_str(profile_suffix("../x"), ".profile");
}

int main(void) {
        test_payloads();
        test_long_texts();
        test_names();
        return tap_done();
}
