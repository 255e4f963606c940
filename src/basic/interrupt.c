/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/interrupt.h"

#include <signal.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
static volatile sig_atomic_t noted;

void interrupt_note(int signal) {
        noted = signal;
}

void interrupt_catch(void) {
        /* without SA_RESTART, so that waiting for a lock ends too */
        struct sigaction note = { .sa_handler = interrupt_note, .sa_flags = (int) SA_RESETHAND },
                         ignore = { .sa_handler = SIG_IGN }, old;

        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                /* nohup and shells in the background have them ignored: that stays */
                if (sigaction(signals[i], NULL, &old) >= 0 && old.sa_handler != SIG_IGN)
                        (void) sigaction(signals[i], &note, NULL);
        (void) sigaction(SIGPIPE, &ignore, NULL);
}

int interrupt_suspend(void) {
        int signal = noted;

        noted = 0;
        return signal;
}

bool interrupted(void) {
        return noted != 0;
}

int interrupt_check(Error *e) {
        return interrupted() ? error_set(e, -EINTR, "it was interrupted") : 0;
}

void interrupt_end(void) {
        if (!interrupted())
                return;
        (void) signal(noted, SIG_DFL);
        (void) raise(noted);
}
