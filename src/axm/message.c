/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/message.h"

#include <syslog.h>

#include "axm/message-id.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/string-util.h"

static const struct {
        const char *name, *message_id;
        int priority;
} types[_AXM_TYPE_MAX] = {
        [AXM_OTHER] = { NULL, MESSAGE_ID_OTHER, LOG_INFO },
        [AXM_CONFIGURATION] = { "axm:option:configuration", MESSAGE_ID_CONFIGURATION, LOG_INFO },
        [AXM_ACTION] = { "axm:action", MESSAGE_ID_ACTION, LOG_INFO },
        [AXM_MONITOR] = { "axm:monitor", MESSAGE_ID_MONITOR, LOG_DEBUG },
        [AXM_REPLY] = { "axm:reply", MESSAGE_ID_REPLY, LOG_INFO },
        [AXM_SCOPED_STREAM] = { "axm:scoped_action:stream", MESSAGE_ID_REPLY, LOG_INFO },
        [AXM_SCOPED_ERROR] = { "axm:scoped_action:error", MESSAGE_ID_REPLY, LOG_WARNING },
        [AXM_SCOPED_END] = { "axm:scoped_action:end", MESSAGE_ID_REPLY, LOG_INFO },
        [AXM_EXCEPTION] = { "process:exception", MESSAGE_ID_EXCEPTION, LOG_ERR },
        [AXM_EVENT] = { "human:event", MESSAGE_ID_EVENT, LOG_INFO },
        [AXM_TRANSACTION] = { "http:transaction", MESSAGE_ID_TRANSACTION, LOG_INFO },
        [AXM_DEPENDENCIES] = { "application:dependencies", MESSAGE_ID_DEPENDENCIES, LOG_INFO },
        [AXM_PROFILING] = { "profilings", MESSAGE_ID_PROFILING, LOG_INFO },
        [AXM_TRACE_SPAN] = { "trace-span", MESSAGE_ID_TRACE_SPAN, LOG_DEBUG },
        [AXM_LOG_OUT] = { "log:out", MESSAGE_ID_LOG, LOG_INFO },
        [AXM_LOG_ERR] = { "log:err", MESSAGE_ID_LOG, LOG_ERR },
};

const char *axm_type_to_string(AxmType type) {
        return type >= 0 && type < _AXM_TYPE_MAX ? types[type].name : NULL;
}

AxmType axm_type_from_string(const char *name) {
        for (AxmType t = 0; t < _AXM_TYPE_MAX; t++)
                if (streq_ptr(types[t].name, name))
                        return t;
        return AXM_OTHER;
}

const char *axm_type_message_id(AxmType type) {
        assert(type >= 0 && type < _AXM_TYPE_MAX);
        return types[type].message_id;
}

int axm_type_priority(AxmType type) {
        assert(type >= 0 && type < _AXM_TYPE_MAX);
        return types[type].priority;
}

/* What JavaScript's if () takes for true; PM2 asks just that of "data". */
static bool is_truthy(json_object *o) {
        switch (json_object_get_type(o)) {
        case json_type_null:
                return false;
        case json_type_boolean:
                return json_object_get_boolean(o);
        case json_type_int:
                return json_object_get_int64(o) != 0;
        case json_type_double:
                return json_object_get_double(o) < 0 || json_object_get_double(o) > 0;
        case json_type_string:
                return json_object_get_string_len(o) > 0;
        case json_type_object:
        case json_type_array:
                return true;
        }
        return false;
}

/* Every line that any module prints passes here: the first byte settles nearly all of them. */
static bool looks_like_message(const char *text, size_t size) {
        size_t head;

        while (size > 0 && (*text == ' ' || *text == '\t')) {
                text++;
                size--;
        }
        if (size == 0 || *text != '{')
                return false;

        head = MIN2(size, (size_t) AXM_MESSAGE_MAX);
        return memmem(text, head, "\"type\"", 6) && memmem(text, head, "\"data\"", 6);
}

/* json-c spends 800 bytes on "{}" and 64 on "0": what 256 KiB of text can grow to must be known
 * before it is parsed. */
static bool has_too_many_values(const char *text, size_t size) {
        size_t containers = 0, values = 0;
        bool quoted = false;

        for (size_t i = 0; i < size; i++)
                if (text[i] == '"')
                        quoted = !quoted;
                else if (quoted)
                        i += text[i] == '\\';
                else {
                        containers += text[i] == '{' || text[i] == '[';
                        values += text[i] == ',';
                }
        return containers > AXM_CONTAINERS_MAX || values > AXM_VALUES_MAX;
}

int axm_json_parse(const char *text, size_t size, size_t max, Error *e, json_object **ret) {
        _cleanup_(freep) char *copy = NULL;

        assert(text);
        assert(ret);

        if (size > max)
                return error_set(e, -EFBIG, "larger than %zu KiB", max / 1024);
        if (has_too_many_values(text, size))
                return error_set(e, -EFBIG, "more than %d objects and arrays or %d values",
                                 AXM_CONTAINERS_MAX, AXM_VALUES_MAX);

        /* json_parse() wants a terminated text, which a field of a journal entry is not. */
        copy = malloc(size + 1);
        if (!copy)
                return -ENOMEM;
        memcpy(copy, text, size);
        copy[size] = 0;
        return json_parse(copy, size, e, ret);
}

static int message_from_document(json_object *document, Error *e, AxmMessage *ret) {
        json_object *type = json_get(document, "type"), *data = json_get(document, "data");
        const char *name;

        if (!json_object_is_type(type, json_type_string) || !is_truthy(type) || !is_truthy(data))
                return 0;

        name = json_string(type);
        if (!name || strlen(name) > AXM_TYPE_NAME_MAX)
                return error_set(e, -EBADMSG, "its type holds a NUL or is longer than %d bytes",
                                 AXM_TYPE_NAME_MAX);

        *ret = (AxmMessage) {
                .type = axm_type_from_string(name),
                .name = name,
                .data = data,
                .document = json_object_get(document),
        };
        return 1;
}

int axm_message_parse(const char *text, size_t size, Error *e, AxmMessage *ret) {
        _cleanup_(json_object_putp) json_object *document = NULL;
        int r;

        assert(text);
        assert(ret);

        if (!looks_like_message(text, size))
                return 0;

        r = axm_json_parse(text, size, AXM_MESSAGE_MAX, e, &document);
        if (r < 0)
                return r;

        return message_from_document(document, e, ret);
}

int axm_message_from_fields(const char *name, const char *data, size_t size, Error *e,
                            AxmMessage *ret) {
        _cleanup_(json_object_putp) json_object *document = NULL, *value = NULL;
        int r;

        assert(name);
        assert(data);
        assert(ret);

        r = axm_json_parse(data, size, AXM_MESSAGE_MAX, e, &value);
        if (r < 0)
                return r;
        if (!value)
                return 0;

        document = json_object_new_object();
        if (!document)
                return -ENOMEM;
        r = json_add_string(document, "type", name);
        if (r < 0)
                return r;
        r = json_add(document, "data", TAKE_PTR(value));
        if (r < 0)
                return r;

        return message_from_document(document, e, ret);
}

void axm_message_done(AxmMessage *m) {
        if (m->document)
                (void) json_object_put(m->document);
        *m = (AxmMessage) {};
}
