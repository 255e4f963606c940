/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/heartbeat.h"

#include <systemd/sd-daemon.h>

#include "basic/clock.h"
#include "launch/notify.h"

#define BEATS 3 /* within the time the manager allows */

void heartbeat_init(Heartbeat *h) {
        uint64_t usec;

        assert(h);

        *h = (Heartbeat) {};
        (void) unsetenv("WATCHDOG_PID"); /* names the main process, which leaves it to us */
        if (sd_watchdog_enabled(/* unset_environment= */ 0, &usec) <= 0)
                return;
        h->interval_usec = MAX2(usec / BEATS, USEC_PER_MSEC);
        h->next_usec = now_usec() + h->interval_usec;
}

uint64_t heartbeat_due(const Heartbeat *h) {
        uint64_t now;

        assert(h);

        if (h->interval_usec == 0)
                return USEC_INFINITY;
        now = now_usec();
        return h->next_usec <= now ? 0 : h->next_usec - now;
}

void heartbeat_beat(Heartbeat *h) {
        if (heartbeat_due(h) > 0)
                return;
        (void) notify_send("WATCHDOG=1");
        h->next_usec = now_usec() + h->interval_usec;
}

bool heartbeat_end(Heartbeat *h) {
        assert(h);

        if (h->interval_usec == 0)
                return false;
        h->interval_usec = 0;
        return notify_send("WATCHDOG_USEC=0");
}
