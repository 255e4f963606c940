/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/fetch.h"

#include <stdarg.h>

#include "basic/address-mask.h"

void fetch_fail(Fetch *f, int r, const Error *e) {
        assert(f);
        assert(r < 0);

        if (f->r == 0) {
                f->r = r;
                (void) error_copy(&f->error, r, e);
        }
        (void) sd_event_exit(f->event, 0);
}

void fetch_continue(Fetch *f) {
        int r;

        assert(f);
        r = sd_event_source_set_enabled(f->next_step, SD_EVENT_ONESHOT);
        if (r < 0)
                fetch_fail(f, r, /* e= */ NULL);
}

void fetch_notice(Fetch *f, const char *format, ...) {
        _cleanup_(freep) char *text = NULL, *masked = NULL;
        va_list ap;
        int n;

        assert(f);
        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0) {
                text = NULL;
                return;
        }
        masked = mask_addresses(text);
        if (!f->notices)
                f->notices = json_object_new_array();
        if (masked && f->notices && json_object_array_length(f->notices) < NOTICES_MAX)
                (void) json_object_array_add(f->notices, json_object_new_string(masked));
}
