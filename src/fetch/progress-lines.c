/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/progress-lines.h"

#include "basic/address-mask.h"
#include "basic/clock.h"

#define PROGRESS_USEC   (100 * USEC_PER_MSEC)
#define WAITING_USEC    (200 * USEC_PER_MSEC) /* between two looks while nothing comes */
#define WAITING_SECONDS 2                     /* of silence, before it is worth a line */

static void write_waiting(const ProgressLines *p) {
        const Fetch *f = p->fetch;
        const char *host = f->repositories > 0 ? f->repository : registry_waiting_for(f->registry);
        const uint64_t seconds = (now_usec() - p->changed_usec) / USEC_PER_SEC;
        _cleanup_(freep) char *shown = host ? mask_address(host) : NULL;

        if (shown && seconds >= WAITING_SECONDS)
                fprintf(stderr, "waiting %llu %s\n", (unsigned long long) seconds, shown);
}

static bool statistics_differ(const RegistryStatistics *a, const RegistryStatistics *b) {
        return a->bytes != b->bytes || a->packuments_done != b->packuments_done ||
               a->tarballs_done != b->tarballs_done;
}

static int on_time(sd_event_source *s, uint64_t usec, void *userdata) {
        ProgressLines *p = userdata;
        RegistryStatistics now;
        bool changed;
        int r;

        registry_statistics(p->fetch->registry, &now);
        changed = statistics_differ(&now, &p->shown);
        if (changed) {
                p->changed_usec = now_usec();
                fprintf(stderr, "progress %u %u %u %llu\n", now.packuments_done, now.tarballs_done,
                        now.tarballs, (unsigned long long) now.bytes);
        } else
                write_waiting(p);
        p->shown = now;

        r = sd_event_source_set_time_relative(s, changed ? PROGRESS_USEC : WAITING_USEC);
        return r < 0 ? r : sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
}

int progress_lines_begin(ProgressLines *p, const Fetch *f) {
        assert(p);
        assert(f);

        *p = (ProgressLines) { .fetch = f, .changed_usec = now_usec() };
        return sd_event_add_time_relative(f->event, NULL, CLOCK_MONOTONIC, PROGRESS_USEC, 0,
                                          on_time, p);
}
