/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/report.h"

#include <syslog.h>

#include "axm/channel.h"
#include "axm/human.h"
#include "axm/mask.h"
#include "axm/message-id.h"
#include "axm/message.h"
#include "basic/clock.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "journal/send.h"

static int send_entry(Report *report, int priority, const char *message_id, const char *message,
                      const AxmMessage *m) {
        const char priority_text[] = { (char) ('0' + priority), 0 };
        const JournalField fields[] = {
                { "MESSAGE", message },
                { "PRIORITY", priority_text },
                { "SYSLOG_IDENTIFIER", report->id },
                { "PM2_MODULE", report->module },
                { "MESSAGE_ID", message_id },
                { "AXM_TYPE", m ? m->name : NULL },
                { "AXM_DATA", m ? json_text(m->data) : NULL },
        };

        report->sent_usec = now_usec();
        return journal_send(fields, ELEMENTSOF(fields));
}

int report_message(Report *report, const AxmMessage *m) {
        _cleanup_(freep) char *human = NULL;

        assert(report);
        assert(m);

        human = axm_message_human(m);
        if (!human)
                return -ENOMEM;
        return send_entry(report, axm_type_priority(m->type), axm_type_message_id(m->type), human,
                          m);
}

int report_profile(Report *report, const char *type, uint64_t size, const char *file) {
        _cleanup_(axm_message_done) AxmMessage m = {
                .type = AXM_PROFILING,
                .name = axm_type_to_string(AXM_PROFILING),
        };
        _cleanup_(json_object_putp) json_object *data = json_object_new_object();
        int r;

        assert(report);
        assert(type);
        assert(file);

        if (!data)
                return -ENOMEM;
        r = json_add_string(data, "type", type);
        if (r < 0)
                return r;
        r = json_add_uint(data, "size", size);
        if (r < 0)
                return r;
        r = json_add_string(data, "file", file);
        if (r < 0)
                return r;
        r = mask_json(report->mask, data, &m.document);
        if (r < 0)
                return r;
        m.data = m.document;
        return report_message(report, &m);
}

int report_refused(Report *report, const char *reason) {
        _cleanup_(freep) char *message = NULL;
        int r;

        assert(report);
        assert(reason);

        r = strdupf(&message, "Refused a message of the module: %s", reason);
        if (r < 0)
                return r;
        return send_entry(report, LOG_WARNING, MESSAGE_ID_REFUSED, message, /* m= */ NULL);
}

/* A line without its secrets: as JSON if it is. */
static int mask_line(const Report *report, const char *line, size_t size, char **ret) {
        _cleanup_(json_object_putp) json_object *o = NULL, *masked = NULL;
        const char *text;
        int r;

        if (json_parse(line, size, /* e= */ NULL, &o) < 0)
                return mask_string(report->mask, line, ret);
        r = mask_json(report->mask, o, &masked);
        if (r < 0)
                return r;
        text = json_text(masked);
        *ret = text ? strdup(text) : NULL;
        return *ret ? 0 : -ENOMEM;
}

int report_debug(Report *report, const char *direction, const char *line, size_t size) {
        _cleanup_(freep) char *masked = NULL, *harmless = NULL, *message = NULL;
        int r;

        assert(report);
        assert(direction);
        assert(line);

        if (!report->debug)
                return 0;
        r = mask_line(report, line, size, &masked);
        if (r < 0)
                return r;
        harmless = escape_control(masked, /* keep_newlines= */ false);
        if (!harmless)
                return -ENOMEM;
        r = strdupf(&message, "%s %s", direction, harmless);
        if (r < 0)
                return r;
        return send_entry(report, LOG_DEBUG, /* message_id= */ NULL, message, /* m= */ NULL);
}

int report_and_send(Report *report, Channel *channel, const char *line) {
        assert(channel);
        assert(line);

        (void) report_debug(report, "Module was sent:", line, strlen(line));
        return channel_send(channel, line);
}
