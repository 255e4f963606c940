/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal/directory.h"

#include <systemd/sd-id128.h>

static const char *const directories[JOURNAL_DIRECTORIES] = { "/run/log/journal",
                                                              "/var/log/journal" };

bool journal_directories_changed(JournalDirectories *d) {
        bool changed = false;

        assert(d);

        for (size_t i = 0; i < JOURNAL_DIRECTORIES; i++) {
                struct stat was = d->stats[i], *is = d->stats + i;

                if (stat(directories[i], is) < 0)
                        *is = (struct stat) {};
                /* A directory may get the number of the one before, but not its time. */
                changed |= was.st_dev != is->st_dev || was.st_ino != is->st_ino ||
                           was.st_ctim.tv_sec != is->st_ctim.tv_sec ||
                           was.st_ctim.tv_nsec != is->st_ctim.tv_nsec;
        }
        return changed;
}

bool journal_directory_is_locked(void) {
        char path[128];
        sd_id128_t id;

        if (sd_id128_get_machine(&id) < 0)
                return false;
        for (size_t i = 0; i < JOURNAL_DIRECTORIES; i++) {
                (void) snprintf(path, sizeof(path), "%s/" SD_ID128_FORMAT_STR "/system.journal",
                                directories[i], SD_ID128_FORMAT_VAL(id));
                if (access(path, R_OK) < 0 && errno == EACCES)
                        return true;
        }
        return false;
}
