/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/journal-position.h"

#include "basic/string-util.h"

/* What journald may take in at once, all of it with the same time. */
#define BATCH_MAX 65536

int journal_position_from_cursor(const char *cursor, JournalPosition *ret) {
        JournalPosition position = {};
        const char *series, *number, *realtime;
        char *end;

        series = startswith(cursor, "s=");
        if (!series || strspn(series, "0123456789abcdef") != ID128_TEXT_MAX)
                return -EINVAL;
        number = startswith(series + ID128_TEXT_MAX, ";i=");
        if (!number || strspn(number, "0123456789abcdef") == 0)
                return -EINVAL;

        errno = 0;
        position.number = strtoull(number, &end, 16);
        if (errno != 0 || (*end && *end != ';'))
                return -EINVAL;
        memcpy(position.series, series, ID128_TEXT_MAX);
        realtime = strstr(end, ";t=");
        if (realtime)
                position.realtime_usec = strtoull(realtime + strlen(";t="), NULL, 16);
        *ret = position;
        return 0;
}

bool journal_position_strayed(const JournalPosition *p, const JournalPosition *than) {
        uint64_t usec = 0;

        if (!p->series[0] || !streq(p->series, than->series) || p->number <= than->number ||
            p->realtime_usec == 0 || than->realtime_usec == 0)
                return false;
        /* No journald writes an entry in each microsecond. */
        if (p->realtime_usec > than->realtime_usec)
                usec = p->realtime_usec - than->realtime_usec;
        return p->number - than->number > usec && p->number - than->number - usec > BATCH_MAX;
}

bool journal_position_reached(const JournalPosition *p, const JournalPosition *than) {
        if (!p->series[0] || !streq(p->series, than->series))
                return false;
        return p->number == than->number ? p->part <= than->part : p->number < than->number;
}
