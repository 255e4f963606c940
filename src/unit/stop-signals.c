/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/stop-signals.h"

static const int signals[STOP_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };

int stop_signals_catch(StopSignals *s, sd_event *event, sd_event_signal_handler_t handler,
                       void *userdata) {
        sigset_t block;
        int r;

        assert(s);
        assert(!s->masked);
        assert(handler);

        (void) sigemptyset(&block);
        (void) sigaddset(&block, SIGCHLD);
        for (size_t i = 0; i < STOP_SIGNALS; i++)
                (void) sigaddset(&block, signals[i]);
        s->masked = sigprocmask(SIG_BLOCK, &block, &s->mask) == 0;
        for (size_t i = 0; i < STOP_SIGNALS; i++) {
                r = sd_event_add_signal(event, s->sources + i, signals[i], handler, userdata);
                if (r < 0)
                        return r;
        }
        return 0;
}

void stop_signals_detach(StopSignals *s) {
        for (size_t i = 0; i < STOP_SIGNALS; i++)
                s->sources[i] = sd_event_source_unref(s->sources[i]);
}

void stop_signals_done(StopSignals *s) {
        stop_signals_detach(s);
        if (s->masked)
                (void) sigprocmask(SIG_SETMASK, &s->mask, NULL);
        s->masked = false;
}

void stop_signals_reset(void) {
        for (size_t i = 0; i < STOP_SIGNALS; i++)
                if (signal(signals[i], SIG_DFL) == SIG_IGN)
                        (void) signal(signals[i], SIG_IGN);
}
