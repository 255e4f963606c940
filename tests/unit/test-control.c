/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>

#include "axm/channel.h"
#include "axm/control.h"
#include "axm/message.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "tap.h"

/* -- frames ------------------------------------------------------------------------------------ */

static void test_kinds(void) {
        for (ControlEventKind k = 0; k < _CONTROL_EVENT_MAX; k++)
                ok(control_event_from_string(control_event_to_string(k)) == k);
        ok(control_event_from_string("nonsense") == _CONTROL_EVENT_INVALID);
        ok(control_event_from_string(NULL) == _CONTROL_EVENT_INVALID);
        ok(!control_event_is_last(CONTROL_SENT) && !control_event_is_last(CONTROL_STREAM));
        ok(control_event_is_last(CONTROL_REPLY) && control_event_is_last(CONTROL_REFUSED));
}

static void test_requests(void) {
        static const struct {
                const char *action, *parameter, *line;
        } table[] = {
                { "uptime", NULL, "{\"action\":\"uptime\"}" },
                { "open ports", "", "{\"action\":\"open ports\",\"parameter\":\"\"}" },
                { "a\n\"b\"", "é/\\", "{\"action\":\"a\\n\\\"b\\\"\",\"parameter\":\"é/\\\\\"}" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(control_request_done) ControlRequest again = {};
                ControlRequest request = { table[i].action, table[i].parameter, NULL };
                _cleanup_(freep) char *line = NULL;

                ok(control_request_format(&request, /* e= */ NULL, &line) == 0);
                ok_str(line, table[i].line);
                ok(control_request_parse(line, strlen(line), /* e= */ NULL, &again) == 0);
                ok_str(again.action, table[i].action);
                ok_str(again.parameter, table[i].parameter);
        }
}

static void test_bad_requests(void) {
        static const char *const table[] = {
                "",
                "uptime",
                "\"uptime\"",
                "[]",
                "{}",
                "{\"action\":\"\"}",
                "{\"action\":7}",
                "{\"action\":\"a\\u0000b\"}",
                "{\"action\":\"a\",\"parameter\":7}",
                "{\"action\":\"a\",\"parameter\":null}",
                "{\"action\":\"a\",\"parameter\":\"\\u0000\"}",
                "{\"action\":\"a\"} {}",
                "{\"action\":\"\xff\"}",
                "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        };
        _cleanup_(freep) char *large = malloc(CONTROL_PARAMETER_MAX + 2), *line = NULL;
        _cleanup_(control_request_done) ControlRequest request = {};

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;

                ok(control_request_parse(table[i], strlen(table[i]), &e, &request) == -EBADMSG);
                ok(!isempty(e.message));
        }

        memset(large, 'x', CONTROL_PARAMETER_MAX + 1);
        large[CONTROL_PARAMETER_MAX + 1] = 0;
        request.action = "a";
        request.parameter = large;
        ok(control_request_format(&request, NULL, &line) == -EINVAL);
        request.parameter = "\xff";
        ok(control_request_format(&request, NULL, &line) == -EINVAL);
        request.parameter = NULL;
        request.action = large + CONTROL_PARAMETER_MAX - CONTROL_ACTION_MAX;
        ok(control_request_format(&request, NULL, &line) == -EINVAL);
        request.action = "";
        ok(control_request_format(&request, NULL, &line) == -EINVAL);

        /* the longest, with every byte escaped */
        memset(large, '\a', CONTROL_PARAMETER_MAX);
        large[CONTROL_PARAMETER_MAX] = 0;
        request = (ControlRequest) { .action = "a", .parameter = large };
        ok(control_request_format(&request, NULL, &line) == 0);
        ok(strlen(line) <= CONTROL_REQUEST_MAX);
        ok(control_request_parse(line, strlen(line), NULL, &request) == 0);
        ok_str(request.parameter, large);
}

static void test_events(void) {
        _cleanup_(json_object_putp) json_object *data = json_object_new_object();
        _cleanup_(control_event_done) ControlEvent event = {};
        _cleanup_(freep) char *line = NULL, *large = NULL;
        static const char *const bad[] = {
                "",           "{}",   "{\"event\":\"nonsense\"}", "{\"event\":1,\"data\":1}",
                "[\"sent\"]", "\xff",
        };

        (void) json_add_string(data, "a", "é\n");
        ok(control_event_format(&(ControlEvent) { CONTROL_REPLY, data, NULL }, &line) == 0);
        ok_str(line, "{\"event\":\"reply\",\"data\":{\"a\":\"é\\n\"}}");
        ok(control_event_parse(line, strlen(line), NULL, &event) == 0);
        ok(event.kind == CONTROL_REPLY && json_object_equal(event.data, data));
        control_event_done(&event);

        free(TAKE_PTR(line));
        ok(control_event_format(&(ControlEvent) { CONTROL_SENT, NULL, NULL }, &line) == 0);
        ok_str(line, "{\"event\":\"sent\"}");
        ok(control_event_parse(line, strlen(line), NULL, &event) == 0);
        ok(event.kind == CONTROL_SENT && !event.data);

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ok(control_event_parse(bad[i], strlen(bad[i]), NULL, &event) == -EBADMSG);

        large = malloc(CONTROL_EVENT_MAX + 1);
        memset(large, 'x', CONTROL_EVENT_MAX);
        large[CONTROL_EVENT_MAX] = 0;
        (void) json_add_string(data, "b", large);
        free(TAKE_PTR(line));
        ok(control_event_format(&(ControlEvent) { CONTROL_REPLY, data, NULL }, &line) == -E2BIG);
        ok(!line);
}

/* The forms that PM2 sends, and that pmx, @pm2/io and tx2 know. */
static void test_messages(void) {
        static const struct {
                const char *parameter, *uuid, *text;
        } table[] = {
                { NULL, NULL, "\"do \\\"it\\\"\"" },
                { "", NULL, "{\"msg\":\"do \\\"it\\\"\",\"opts\":\"\",\"name\":\"m\"}" },
                { "x", NULL, "{\"msg\":\"do \\\"it\\\"\",\"opts\":\"x\",\"name\":\"m\"}" },
                { NULL, "1",
                  "{\"msg\":\"do \\\"it\\\"\",\"name\":\"m\",\"action_name\":\"do \\\"it\\\"\","
                  "\"uuid\":\"1\"}" },
                { "x", "1",
                  "{\"msg\":\"do \\\"it\\\"\",\"opts\":\"x\",\"name\":\"m\",\"action_name\":\"do "
                  "\\\"it\\\"\",\"uuid\":\"1\"}" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                ControlRequest request = { "do \"it\"", table[i].parameter, NULL };
                _cleanup_(freep) char *text = NULL;

                ok(control_message_format(&request, "m", table[i].uuid, &text) == 0);
                ok_str(text, table[i].text);
        }
}

/* -- the channel that carries them ------------------------------------------------------------- */

static void test_channel(void) {
        _cleanup_(channel_done) Channel a = CHANNEL_EMPTY, b = CHANNEL_EMPTY;
        char *line, *long_line = malloc(CONTROL_REQUEST_MAX + 2);
        unsigned sent = 0, got = 0;
        uint64_t size;
        int fd, r;

        ok(channel_open(&a, &fd) == 0);
        ok(a.max == AXM_MESSAGE_MAX);
        b = (Channel) { .fd = fd, .max = CONTROL_REQUEST_MAX };

        memset(long_line, 'x', CONTROL_REQUEST_MAX + 1);
        long_line[CONTROL_REQUEST_MAX] = 0;

        /* nobody reads: what the socket does not take is kept, up to the limit */
        while ((r = channel_send(&a, long_line)) == 0)
                sent++;
        ok(r == -ENOBUFS && sent > 0);
        ok(channel_is_full(&a) && a.out_size <= CHANNEL_OUT_MAX);

        /* and all of it arrives, in whole lines */
        while (got < sent) {
                ok(channel_fill(&b) > 0);
                while ((r = channel_next(&b, &line, &size)) > 0) {
                        ok(size == CONTROL_REQUEST_MAX && streq(line, long_line));
                        got++;
                }
                if (r < 0 || channel_flush(&a) < 0)
                        break;
        }
        ok(got == sent && !channel_is_full(&a) && !a.out);

        long_line[CONTROL_REQUEST_MAX] = 'x';
        long_line[CONTROL_REQUEST_MAX + 1] = 0;
        ok(channel_send(&a, long_line) == 0);
        do {
                (void) channel_flush(&a);
                ok(channel_fill(&b) > 0);
                r = channel_next(&b, &line, &size);
        } while (r == 0);
        ok(r == -EFBIG && size == CONTROL_REQUEST_MAX + 1);

        b.fd = safe_close(b.fd);
        ok(channel_send(&a, "x") == -EPIPE);
        free(long_line);
}

int main(void) {
        test_kinds();
        test_requests();
        test_bad_requests();
        test_events();
        test_messages();
        test_channel();
        return tap_done();
}
