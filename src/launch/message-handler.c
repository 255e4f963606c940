/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/message-handler.h"

#include <malloc.h>

#include "axm/channel.h"
#include "axm/mask.h"
#include "axm/message.h"
#include "basic/error.h"
#include "basic/json.h"
#include "basic/log.h"
#include "launch/control-server.h"
#include "launch/lifecycle.h"
#include "launch/monitor.h"
#include "launch/profile-saver.h"
#include "launch/report.h"

/* Messages and their parts leave holes in the heap; after this many bytes of them they are given
 * back, which takes less time than one message does. */
#define TRIM_SIZE 65536U

static int pass_on(MessageHandler *h, const AxmMessage *m) {
        _cleanup_(axm_message_done) AxmMessage masked = { .type = m->type };
        int r;

        if (m->type == AXM_MONITOR) {
                r = monitor_update(h->monitor, h->mask, m->data);
                return r > 0 ? report_refused(h->report, "it has more metrics than are kept") : r;
        }

        r = mask_json(h->mask, m->document, &masked.document);
        if (r < 0)
                return r;
        masked.name = json_get_string(masked.document, "type");
        masked.data = json_get(masked.document, "data");
        control_server_take(h->control, m, &masked);
        return report_message(h->report, &masked);
}

/* A profile that has come to its end: the journal gets the name of its file. */
static int save_profile(MessageHandler *h) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        SavedProfile saved = {};
        int r;

        r = profile_saver_save(h->profile, &e, &saved);
        if (r < 0)
                return report_refused(h->report, error_text(&e, r));
        r = report_profile(h->report, saved.type, saved.size, saved.file);
        free(saved.file);
        return r;
}

void message_handler_take_overflow(void *handler, uint64_t skipped, const char *piece,
                                   size_t size) {
        MessageHandler *h = handler;
        int r;

        assert(h);
        assert(piece);

        if (!profile_saver_is_open(h->profile) && !(skipped == 0 && profile_begins(piece, size)))
                return;
        r = profile_saver_take(h->profile, piece, size);
        if (r < 0)
                (void) log_warning_errno(r, "Failed to save a profile: %m");
}

static int handle_line(MessageHandler *h, const char *line, size_t size) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = report_debug(h->report, "Module sent:", line, size);
        if (r < 0)
                return r;
        lifecycle_take_line(h->lifecycle, line);
        r = axm_message_parse(line, size, &e, &m);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return report_refused(h->report, error_text(&e, r));
        if (r == 0)
                return 0;
        if (m.type == AXM_PROFILING && profile_saver_take(h->profile, line, size) >= 0)
                return save_profile(h);
        return pass_on(h, &m);
}

static int handle_oversize(MessageHandler *h, uint64_t size) {
        char reason[128];

        if (profile_saver_is_open(h->profile))
                return save_profile(h);
        (void) snprintf(reason, sizeof(reason), "it has %llu bytes, more than %u",
                        (unsigned long long) size, AXM_MESSAGE_MAX);
        return report_refused(h->report, reason);
}

void message_handler_take_lines(MessageHandler *h) {
        uint64_t size;
        char *line;
        int r;

        assert(h);

        while ((r = channel_next(h->channel, &line, &size)) != 0) {
                r = r < 0 ? handle_oversize(h, size) : handle_line(h, line, (size_t) size);
                if (r < 0)
                        (void) log_warning_errno(r, "Failed to pass on a message, ignoring: %m");
                h->handled += size;
                if (h->handled >= TRIM_SIZE) {
                        (void) malloc_trim(0);
                        h->handled = 0;
                }
        }
}
