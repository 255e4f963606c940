/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/report.h"

#include <syslog.h>

#include "axm/human.h"
#include "axm/message-id.h"
#include "basic/clock.h"
#include "basic/string-util.h"
#include "journal/send.h"

static int send_entry(Report *r, int priority, const char *message_id, const char *message,
                      const AxmMessage *m) {
        const char priority_text[] = { (char) ('0' + priority), 0 };
        const JournalField fields[] = {
                { "MESSAGE", message },
                { "PRIORITY", priority_text },
                { "SYSLOG_IDENTIFIER", r->id },
                { "PM2_MODULE", r->module },
                { "MESSAGE_ID", message_id },
                { "AXM_TYPE", m ? m->name : NULL },
                { "AXM_DATA", m ? json_text(m->data) : NULL },
        };

        r->sent_usec = now_usec();
        return journal_send(fields, ELEMENTSOF(fields));
}

int report_message(Report *r, const AxmMessage *m) {
        _cleanup_(freep) char *human = axm_message_human(m);

        if (!human)
                return -ENOMEM;
        return send_entry(r, axm_type_priority(m->type), axm_type_message_id(m->type), human, m);
}

int report_profile(Report *r, const char *type, uint64_t size, const char *file) {
        AxmMessage m = { .type = AXM_PROFILING, .name = axm_type_to_string(AXM_PROFILING) };
        _cleanup_(json_object_putp) json_object *data = json_object_new_object();
        int k;

        k = data ? json_add_string(data, "type", type) : -ENOMEM;
        if (k >= 0)
                k = json_add_uint(data, "size", size);
        if (k >= 0)
                k = json_add_string(data, "file", file);
        if (k >= 0)
                k = mask_json(r->mask, data, &m.document);
        m.data = m.document;
        if (k >= 0)
                k = report_message(r, &m);
        axm_message_done(&m);
        return k;
}

int report_refused(Report *r, const char *reason) {
        _cleanup_(freep) char *message = NULL;

        if (asprintf(&message, "A message of the module was not taken: %s", reason) < 0) {
                message = NULL;
                return -ENOMEM;
        }
        return send_entry(r, LOG_WARNING, MESSAGE_ID_REFUSED, message, /* m= */ NULL);
}

int report_debug(Report *r, const char *direction, const char *line, size_t size) {
        _cleanup_(freep) char *masked = NULL, *harmless = NULL, *message = NULL;
        _cleanup_(json_object_putp) json_object *o = NULL, *copy = NULL;
        const char *text;
        int k;

        if (!r->debug)
                return 0;
        if (json_parse(line, size, /* e= */ NULL, &o) >= 0) {
                k = mask_json(r->mask, o, &copy);
                text = k >= 0 ? json_text(copy) : NULL;
        } else {
                k = mask_string(r->mask, line, &masked);
                text = masked;
        }
        if (k < 0)
                return k;

        harmless = text ? escape_control(text, /* keep_newlines= */ false) : NULL;
        if (!harmless || asprintf(&message, "%s %s", direction, harmless) < 0) {
                message = NULL;
                return -ENOMEM;
        }
        return send_entry(r, LOG_DEBUG, /* message_id= */ NULL, message, /* m= */ NULL);
}
