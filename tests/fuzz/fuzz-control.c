/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What comes in at either end of a control socket: a request that anybody made, an event that a
 * module made. What is taken must be written as it is read. */

#include "axm/control.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/string-util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

static void check_request(const char *text, size_t size) {
        _cleanup_(control_request_done) ControlRequest request = {}, again = {};
        _cleanup_(freep) char *line = NULL, *bare = NULL, *scoped = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = control_request_parse(text, size, &e, &request);
        if (r < 0) {
                check(r == -EBADMSG && e.message);
                return;
        }
        check(control_request_format(&request, NULL, &line) == 0);
        check(!strchr(line, '\n') && strlen(line) <= CONTROL_REQUEST_MAX);
        check(control_request_parse(line, strlen(line), NULL, &again) == 0);
        check(streq(again.action, request.action));
        check(streq_ptr(again.parameter, request.parameter));

        check(control_message_format(&request, "m", NULL, &bare) == 0 && !strchr(bare, '\n'));
        check(control_message_format(&request, "m", "1", &scoped) == 0 && !strchr(scoped, '\n'));
}

static void check_event(const char *text, size_t size) {
        _cleanup_(control_event_done) ControlEvent event = {}, again = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *line = NULL;
        int r;

        r = control_event_parse(text, size, &e, &event);
        if (r < 0) {
                check(r == -EBADMSG && e.message);
                return;
        }
        r = control_event_format(&event, &line);
        if (r == -E2BIG)
                return;
        check(r == 0 && !strchr(line, '\n') && strlen(line) <= CONTROL_EVENT_MAX);
        check(control_event_parse(line, strlen(line), NULL, &again) == 0);
        check(again.kind == event.kind);
        check(json_object_equal(again.data, event.data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(freep) char *text = malloc(size + 1);

        check(text);
        if (size > 0)
                memcpy(text, data, size);
        text[size] = 0;
        check_request(text, size);
        check_event(text, size);
        return 0;
}
