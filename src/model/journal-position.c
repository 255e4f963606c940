/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/journal-position.h"

#include "basic/string-util.h"

/* More entries and a later time (the year 2112) than any journal has. */
#define NUMBER_MAX (1ULL << 48)
#define USEC_MAX   (1ULL << 52)

static const char hex[] = "0123456789abcdef";

/* Takes ";name=" and a number off the text. */
static int take_number(const char **text, const char *name, uint64_t *ret) {
        const char *digits = startswith(*text, name);
        char *end;

        if (!digits || strspn(digits, hex) == 0)
                return -EINVAL;
        errno = 0;
        *ret = strtoull(digits, &end, 16);
        if (errno != 0 || (*end && *end != ';'))
                return -EINVAL;
        *text = end;
        return 0;
}

static int take_id(const char **text, const char *name, char ret[static ID128_TEXT_MAX + 1]) {
        const char *id = startswith(*text, name);

        if (!id || strspn(id, hex) != ID128_TEXT_MAX)
                return -EINVAL;
        memcpy(ret, id, ID128_TEXT_MAX);
        ret[ID128_TEXT_MAX] = 0;
        *text = id + ID128_TEXT_MAX;
        return 0;
}

int journal_position_from_cursor(const char *cursor, JournalPosition *ret) {
        JournalPosition position = {};
        int r;

        assert(cursor);
        assert(ret);

        r = take_id(&cursor, "s=", position.series);
        if (r < 0)
                return r;
        r = take_number(&cursor, ";i=", &position.number);
        if (r < 0)
                return r;
        if (take_id(&cursor, ";b=", position.boot) < 0 ||
            take_number(&cursor, ";m=", &position.monotonic_usec) < 0 ||
            take_number(&cursor, ";t=", &position.realtime_usec) < 0)
                position.boot[0] = 0;
        if (position.number > NUMBER_MAX || position.monotonic_usec > USEC_MAX ||
            position.realtime_usec > USEC_MAX)
                return -EBADMSG;
        *ret = position;
        return 0;
}

static bool is_same_series(const JournalPosition *p, const JournalPosition *than) {
        return p->series[0] && streq(p->series, than->series);
}

static bool is_same_boot(const JournalPosition *p, const JournalPosition *than) {
        return p->boot[0] && streq(p->boot, than->boot);
}

/* In one boot by both clocks, since either may be damaged, and one may be set back. */
static bool is_earlier(const JournalPosition *p, const JournalPosition *than) {
        return p->realtime_usec < than->realtime_usec &&
               (p->monotonic_usec < than->monotonic_usec || !is_same_boot(p, than));
}

bool journal_position_strayed(const JournalPosition *p, const JournalPosition *than) {
        return is_same_series(p, than) && p->number > than->number && is_same_boot(p, than) &&
               is_earlier(p, than);
}

bool journal_position_reached(const JournalPosition *p, const JournalPosition *than) {
        if (is_same_boot(p, than) && is_earlier(p, than))
                return true;
        if (!is_same_series(p, than))
                return false;
        /* The number it has reached is damaged, else no record would change until there are others
         * as high. */
        if (than->boot[0] && is_earlier(than, p))
                return false;
        return p->number == than->number ? p->part <= than->part : p->number < than->number;
}
