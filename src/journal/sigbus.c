/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal/sigbus.h"

#include <signal.h>
#include <sys/mman.h>

static volatile sig_atomic_t happened;
static uintptr_t page_size;

static void on_sigbus(int signal, siginfo_t *info, void *context) {
        void *page = (void *) ((uintptr_t) info->si_addr & ~(page_size - 1));

        /* Anything else than a mapping without file is to kill us, as it would have. */
        if (info->si_code != BUS_ADRERR ||
            mmap(page, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
                    MAP_FAILED) {
                (void) sigaction(SIGBUS, &(struct sigaction) { .sa_handler = SIG_DFL }, NULL);
                return;
        }
        happened = 1;
}

int sigbus_guard(void) {
        struct sigaction sa = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };

        page_size = (uintptr_t) sysconf(_SC_PAGESIZE);
        return sigaction(SIGBUS, &sa, NULL) < 0 ? -errno : 0;
}

bool sigbus_happened(void) {
        bool r = happened;

        happened = 0;
        return r;
}
