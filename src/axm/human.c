/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/human.h"

#include "axm/message.h"
#include "axm/metric.h"
#include "basic/json.h"
#include "basic/string-util.h"

/* Longest part of a text that one member of a message fills. */
#define PART_MAX 200

/* Of actions that are announced together; the preload has five. */
#define ACTIONS_SHOWN_MAX 16

/* A value as text: strings bare, everything else as JSON. */
static const char *value_text(json_object *o) {
        const char *s = json_string(o);

        return s ? s : json_text(o);
}

static const char *member_text(json_object *o, const char *key, const char *otherwise) {
        json_object *value = json_get(o, key);

        return value ? value_text(value) : otherwise;
}

static void put_part(FILE *f, const char *s) {
        size_t n = utf8_fit(s, PART_MAX);

        (void) fprintf(f, "%.*s%s", (int) n, s, s[n] ? "…" : "");
}

static void human_configuration(FILE *f, const AxmMessage *m) {
        const char *separator = "";

        if (!json_object_is_type(m->data, json_type_object)) {
                (void) fprintf(f, "Configuration: %s", value_text(m->data));
                return;
        }
        (void) fprintf(f, "Configuration: ");
        json_object_object_foreach(m->data, key, value) {
                (void) fprintf(f, "%s%s", separator, key);
                if (!json_object_is_type(value, json_type_object) &&
                    !json_object_is_type(value, json_type_array)) {
                        (void) fputc('=', f);
                        put_part(f, value_text(value));
                }
                separator = ", ";
        }
}

/* One action or, from the preload, several. */
static void human_action(FILE *f, const AxmMessage *m) {
        const bool several = json_object_is_type(m->data, json_type_array);
        size_t n = several ? MIN2(json_object_array_length(m->data), ACTIONS_SHOWN_MAX) : 1;

        (void) fputs(several ? "Offers the actions " : "Offers the action ", f);
        for (size_t i = 0; i < n; i++) {
                json_object *action = several ? json_object_array_get_idx(m->data, i) : m->data;

                (void) fputs(i > 0 ? ", '" : "'", f);
                put_part(f, member_text(action, "action_name", value_text(action)));
                (void) fputc('\'', f);
        }
        if (several && n < json_object_array_length(m->data))
                (void) fputs(", …", f);
}

static void human_monitor(FILE *f, const AxmMessage *m) {
        _cleanup_(freep) char *status = axm_monitor_status(m->data);

        (void) fprintf(f, "Metrics: %s", isempty(status) ? "none" : status);
}

/* "Action 'x' answers: …"; what a scoped action does stands in its type. */
static void human_reply(FILE *f, const AxmMessage *m) {
        static const struct {
                const char *verb, *member;
        } table[_AXM_TYPE_MAX] = {
                [AXM_REPLY] = { "answers", "return" },
                [AXM_SCOPED_STREAM] = { "says", "data" },
                [AXM_SCOPED_ERROR] = { "fails", "data" },
                [AXM_SCOPED_END] = { "ends", "data" },
        };
        const char *text = member_text(m->data, table[m->type].member, NULL);

        (void) fputs("Action '", f);
        put_part(f, member_text(m->data, "action_name", "?"));
        (void) fprintf(f, "' %s", table[m->type].verb);
        if (!isempty(text))
                (void) fprintf(f, ": %s", text);
}

static void human_exception(FILE *f, const AxmMessage *m) {
        const char *message = member_text(m->data, "message", NULL);
        const char *stack = member_text(m->data, "stack", NULL);
        const char *name = member_text(m->data, "name", "Error");

        if (!message && !stack)
                (void) fprintf(f, "Exception: %s", value_text(m->data));
        else if (!stack)
                (void) fprintf(f, "%s: %s", name, message);
        else if (!message || strstr(stack, message))
                /* V8's stacks start with name and message. */
                (void) fputs(stack, f);
        else
                (void) fprintf(f, "%s: %s\n%s", name, message, stack);
}

static void human_event(FILE *f, const AxmMessage *m) {
        const char *separator = ": ";

        (void) fputs("Event '", f);
        put_part(f, member_text(m->data, "__name", "?"));
        (void) fputc('\'', f);
        if (!json_object_is_type(m->data, json_type_object)) {
                (void) fprintf(f, ": %s", value_text(m->data));
                return;
        }
        json_object_object_foreach(m->data, key, value) {
                if (streq(key, "__name"))
                        continue;
                (void) fprintf(f, "%s%s=", separator, key);
                put_part(f, value_text(value));
                separator = ", ";
        }
}

static void human_transaction(FILE *f, const AxmMessage *m) {
        put_part(f, member_text(m->data, "method", "GET"));
        (void) fputc(' ', f);
        put_part(f, member_text(m->data, "url", "?"));
        (void) fprintf(f, ": status %s, %s ms", member_text(m->data, "code", "?"),
                       member_text(m->data, "time", "?"));
}

static void human_dependencies(FILE *f, const AxmMessage *m) {
        bool object = json_object_is_type(m->data, json_type_object);

        (void) fprintf(f, "Depends on %d packages",
                       object ? json_object_object_length(m->data) : 0);
}

/* The bridge puts a file in the place of the profile itself. */
static void human_profiling(FILE *f, const AxmMessage *m) {
        const char *data = json_get_string(m->data, "data"),
                   *file = json_get_string(m->data, "file");

        (void) fputs("Profile of type ", f);
        put_part(f, member_text(m->data, "type", "?"));
        if (file)
                (void) fprintf(f, ", %s bytes, saved as %s", member_text(m->data, "size", "?"),
                               file);
        else
                (void) fprintf(f, ", %zu bytes", data ? strlen(data) : 0);
}

static void human_span(FILE *f, const AxmMessage *m) {
        (void) fputs("Trace span ", f);
        put_part(f, member_text(m->data, "name", value_text(m->data)));
}

static void human_log(FILE *f, const AxmMessage *m) {
        (void) fputs(value_text(m->data), f);
}

static void human_other(FILE *f, const AxmMessage *m) {
        (void) fprintf(f, "Message '%s': %s", m->name, value_text(m->data));
}

char *axm_message_human(const AxmMessage *m) {
        static void (*const table[_AXM_TYPE_MAX])(FILE *, const AxmMessage *) = {
                [AXM_OTHER] = human_other,
                [AXM_CONFIGURATION] = human_configuration,
                [AXM_ACTION] = human_action,
                [AXM_MONITOR] = human_monitor,
                [AXM_REPLY] = human_reply,
                [AXM_SCOPED_STREAM] = human_reply,
                [AXM_SCOPED_ERROR] = human_reply,
                [AXM_SCOPED_END] = human_reply,
                [AXM_EXCEPTION] = human_exception,
                [AXM_EVENT] = human_event,
                [AXM_TRANSACTION] = human_transaction,
                [AXM_DEPENDENCIES] = human_dependencies,
                [AXM_PROFILING] = human_profiling,
                [AXM_TRACE_SPAN] = human_span,
                [AXM_LOG_OUT] = human_log,
                [AXM_LOG_ERR] = human_log,
        };
        _cleanup_(freep) char *text = NULL;
        bool exception = m->type == AXM_EXCEPTION;
        size_t size;
        FILE *f;

        assert(m->type >= 0 && m->type < _AXM_TYPE_MAX);

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        table[m->type](f, m);
        if (fclose(f) != 0)
                return NULL;
        return escape_cut(text, exception ? AXM_EXCEPTION_MAX : AXM_HUMAN_MAX, exception);
}
