/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/bridge-internal.h"

#include <malloc.h>

#include "basic/log.h"

/* Messages and their parts leave holes in the heap; after this many bytes of them they are given
 * back, which takes less time than one message does. */
#define TRIM_SIZE 65536U

static int pass_on(Bridge *b, const AxmMessage *m) {
        _cleanup_(axm_message_done) AxmMessage masked = { .type = m->type };
        int r;

        if (m->type == AXM_MONITOR) {
                r = monitor_update(&b->monitor, b->mask, m->data);
                return r > 0 ? report_refused(&b->report, "it has more metrics than are kept") : r;
        }

        r = mask_json(b->mask, m->document, &masked.document);
        if (r < 0)
                return r;
        masked.name = json_get_string(masked.document, "type");
        masked.data = json_get(masked.document, "data");
        control_server_take(&b->control, m, &masked);
        return report_message(&b->report, &masked);
}

/* A profile that has come to its end: the journal gets the name of its file. */
static int save_profile(Bridge *b) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        SavedProfile saved = {};
        int r;

        r = profile_saver_save(&b->profile, &e, &saved);
        if (r < 0)
                return report_refused(&b->report, error_text(&e, r));
        r = report_profile(&b->report, saved.type, saved.size, saved.file);
        free(saved.file);
        return r;
}

void bridge_take_overflow(void *userdata, uint64_t skipped, const char *piece, size_t size) {
        Bridge *b = userdata;
        int r;

        if (!profile_saver_is_open(&b->profile) && !(skipped == 0 && profile_begins(piece, size)))
                return;
        r = profile_saver_take(&b->profile, piece, size);
        if (r < 0)
                (void) log_warning_errno(r, "Failed to save a profile: %m");
}

static int handle_line(Bridge *b, const char *line, size_t size) {
        _cleanup_(axm_message_done) AxmMessage m = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = report_debug(&b->report, "Module sent:", line, size);
        if (r < 0)
                return r;
        lifecycle_take(&b->lifecycle, line);
        r = axm_message_parse(line, size, &e, &m);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return report_refused(&b->report, error_text(&e, r));
        if (r > 0 && m.type == AXM_PROFILING && profile_saver_take(&b->profile, line, size) >= 0)
                return save_profile(b);
        return r > 0 ? pass_on(b, &m) : 0;
}

static int handle_oversize(Bridge *b, uint64_t size) {
        char reason[128];

        if (profile_saver_is_open(&b->profile))
                return save_profile(b);
        (void) snprintf(reason, sizeof(reason), "it has %llu bytes, and %u is the limit",
                        (unsigned long long) size, AXM_MESSAGE_MAX);
        return report_refused(&b->report, reason);
}

void bridge_handle_lines(Bridge *b) {
        uint64_t size;
        char *line;
        int r;

        while ((r = channel_next(&b->channel, &line, &size)) != 0) {
                r = r < 0 ? handle_oversize(b, size) : handle_line(b, line, (size_t) size);
                if (r < 0)
                        (void) log_warning_errno(r, "Failed to pass on a message, ignoring: %m");
                b->handled += size;
                if (b->handled >= TRIM_SIZE) {
                        (void) malloc_trim(0);
                        b->handled = 0;
                }
        }
}
