/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal/home.h"

#include <systemd/sd-id128.h>

static const char *const homes[JOURNAL_HOMES] = { "/run/log/journal", "/var/log/journal" };

bool journal_home_changed(JournalHome *h) {
        bool changed = false;

        for (size_t i = 0; i < JOURNAL_HOMES; i++) {
                struct stat was = h->folders[i], *is = h->folders + i;

                if (stat(homes[i], is) < 0)
                        *is = (struct stat){};
                /* A folder may get the number of the one before, but not its time. */
                changed |= was.st_dev != is->st_dev || was.st_ino != is->st_ino ||
                           was.st_ctim.tv_sec != is->st_ctim.tv_sec ||
                           was.st_ctim.tv_nsec != is->st_ctim.tv_nsec;
        }
        return changed;
}

bool journal_home_is_locked(void) {
        char path[128];
        sd_id128_t id;

        if (sd_id128_get_machine(&id) < 0)
                return false;
        for (size_t i = 0; i < JOURNAL_HOMES; i++) {
                (void) snprintf(path, sizeof(path), "%s/" SD_ID128_FORMAT_STR "/system.journal",
                                homes[i], SD_ID128_FORMAT_VAL(id));
                if (access(path, R_OK) < 0 && errno == EACCES)
                        return true;
        }
        return false;
}
