/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/control.h"

#include "axm/message.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/string-util.h"

static const struct {
        const char *name;
        bool last;
} kinds[_CONTROL_EVENT_MAX] = {
        [CONTROL_SENT] = { "sent", false },      [CONTROL_STREAM] = { "stream", false },
        [CONTROL_REPLY] = { "reply", true },     [CONTROL_END] = { "end", true },
        [CONTROL_ERROR] = { "error", true },     [CONTROL_UNKNOWN] = { "unknown", true },
        [CONTROL_REFUSED] = { "refused", true },
};

const char *control_event_to_string(ControlEventKind kind) {
        return kind >= 0 && kind < _CONTROL_EVENT_MAX ? kinds[kind].name : NULL;
}

ControlEventKind control_event_from_string(const char *s) {
        for (ControlEventKind k = 0; k < _CONTROL_EVENT_MAX; k++)
                if (streq_ptr(kinds[k].name, s))
                        return k;
        return _CONTROL_EVENT_INVALID;
}

bool control_event_is_last(ControlEventKind kind) {
        assert(kind >= 0 && kind < _CONTROL_EVENT_MAX);
        return kinds[kind].last;
}

static int copy_text(json_object *o, char **ret) {
        const char *text = json_text(o);

        *ret = text ? strdup(text) : NULL;
        return *ret ? 0 : -ENOMEM;
}

static int check_request(const ControlRequest *request, Error *e) {
        size_t size = request->parameter ? strlen(request->parameter) : 0;

        if (isempty(request->action) || strlen(request->action) > CONTROL_ACTION_MAX)
                return error_set(e, -EINVAL, "the action's name must have between 1 and %d bytes",
                                 CONTROL_ACTION_MAX);
        if (size > CONTROL_PARAMETER_MAX)
                return error_set(e, -EINVAL, "the parameter is longer than %u bytes",
                                 CONTROL_PARAMETER_MAX);
        if (!utf8_is_valid(request->action, strlen(request->action)) ||
            (size > 0 && !utf8_is_valid(request->parameter, size)))
                return error_set(e, -EINVAL, "the action's name or the parameter is not UTF-8");
        return 0;
}

int control_request_format(const ControlRequest *request, Error *e, char **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r;

        assert(request);
        assert(ret);

        if (!o)
                return -ENOMEM;
        r = check_request(request, e);
        if (r < 0)
                return r;
        r = json_add_string(o, "action", request->action);
        if (r < 0)
                return r;
        r = json_add_string(o, "parameter", request->parameter);
        return r < 0 ? r : copy_text(o, ret);
}

int control_request_parse(const char *text, size_t size, Error *e, ControlRequest *ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        ControlRequest request = {};
        int r;

        r = axm_json_parse(text, size, CONTROL_REQUEST_MAX, e, &o);
        if (r < 0)
                return r == -ENOMEM ? r : -EBADMSG;

        request.action = json_get_string(o, "action");
        request.parameter = json_get_string(o, "parameter");
        if (!request.action || (json_has(o, "parameter") && !request.parameter))
                return error_set(e, -EBADMSG,
                                 "it names no action, or its parameter is not a string");
        if (check_request(&request, e) < 0)
                return -EBADMSG;
        request.document = TAKE_PTR(o);
        *ret = request;
        return 0;
}

void control_request_done(ControlRequest *request) {
        (void) json_object_put(request->document);
        *request = (ControlRequest) {};
}

int control_event_format(const ControlEvent *event, char **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        _cleanup_(freep) char *text = NULL;
        int r;

        assert(event);
        assert(ret);

        if (!o)
                return -ENOMEM;
        r = json_add_string(o, "event", control_event_to_string(event->kind));
        if (r < 0)
                return r;
        r = event->data ? json_add(o, "data", json_object_get(event->data)) : 0;
        if (r < 0)
                return r;
        r = copy_text(o, &text);
        if (r < 0)
                return r;
        if (strlen(text) > CONTROL_EVENT_MAX)
                return -E2BIG;
        *ret = TAKE_PTR(text);
        return 0;
}

int control_event_parse(const char *text, size_t size, Error *e, ControlEvent *ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        ControlEventKind kind;
        int r;

        r = axm_json_parse(text, size, CONTROL_EVENT_MAX, e, &o);
        if (r < 0)
                return r == -ENOMEM ? r : -EBADMSG;

        kind = control_event_from_string(json_get_string(o, "event"));
        if (kind < 0)
                return error_set(e, -EBADMSG, "it is not an event of a known kind");
        *ret = (ControlEvent) { .kind = kind, .data = json_get(o, "data"), .document = o };
        (void) TAKE_PTR(o);
        return 0;
}

void control_event_done(ControlEvent *event) {
        (void) json_object_put(event->document);
        *event = (ControlEvent) {};
}

int control_message_format(const ControlRequest *request, const char *module, const char *uuid,
                           char **ret) {
        const struct {
                const char *name, *value; /* NULL is left out */
        } members[] = {
                { "msg", request->action }, { "opts", request->parameter },
                { "name", module },         { "action_name", uuid ? request->action : NULL },
                { "uuid", uuid },
        };
        _cleanup_(json_object_putp) json_object *o = NULL;
        int r;

        assert(request);
        assert(module);
        assert(ret);

        if (!request->parameter && !uuid) {
                o = json_object_new_string(request->action);
                return o ? copy_text(o, ret) : -ENOMEM;
        }

        o = json_object_new_object();
        if (!o)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTSOF(members); i++) {
                r = json_add_string(o, members[i].name, members[i].value);
                if (r < 0)
                        return r;
        }
        return copy_text(o, ret);
}
