/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An entry is about what a module said, not about which line of ours sent it. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include "journal/send.h"

#include <sys/uio.h>
#include <systemd/sd-journal.h>

int journal_send(const JournalField *fields, size_t n) {
        struct iovec iov[JOURNAL_FIELDS_MAX] = {};
        size_t used = 0;
        int r = 0;

        assert(n <= JOURNAL_FIELDS_MAX);

        for (size_t i = 0; i < n; i++) {
                char *text;
                int size;

                if (!fields[i].value)
                        continue;
                size = asprintf(&text, "%s=%s", fields[i].name, fields[i].value);
                if (size < 0) {
                        r = -ENOMEM;
                        break;
                }
                iov[used++] = (struct iovec){ text, (size_t) size };
        }
        if (r >= 0)
                r = sd_journal_sendv(iov, (int) used);

        while (used > 0)
                free(iov[--used].iov_base);
        return r;
}
