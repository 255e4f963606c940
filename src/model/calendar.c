/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/calendar.h"

#include <ctype.h>
#include <strings.h>

#include "basic/string-util.h"
#include "basic/strv.h"

#define CRON_TEXT_MAX 256

typedef enum Part {
        PART_SECOND,
        PART_MINUTE,
        PART_HOUR,
        PART_DAY,
        PART_MONTH,
        PART_WEEKDAY,
        _PART_MAX,
} Part;

static const struct {
        const char *title;
        unsigned first, last;
        const char *const *names; /* of the numbers from `first` on */
} parts[_PART_MAX] = {
        [PART_SECOND] = { "second", 0, 59, NULL },
        [PART_MINUTE] = { "minute", 0, 59, NULL },
        [PART_HOUR] = { "hour", 0, 23, NULL },
        [PART_DAY] = { "day", 1, 31, NULL },
        [PART_MONTH] = { "month", 1, 12,
                         (const char *const[]) { "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                                 "AUG", "SEP", "OCT", "NOV", "DEC", NULL } },
        /* 7 is Sunday again */
        [PART_WEEKDAY] = { "weekday", 0, 7,
                           (const char *const[]) { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat",
                                                   NULL } },
};

static const struct {
        const char *name, *text;
} nicknames[] = {
        { "@yearly", "0 0 1 1 *" }, { "@annually", "0 0 1 1 *" }, { "@monthly", "0 0 1 * *" },
        { "@weekly", "0 0 * * 0" }, { "@daily", "0 0 * * *" },    { "@midnight", "0 0 * * *" },
        { "@hourly", "0 * * * *" },
};

/* The numbers that a part allows, as bits. */
typedef struct Cron {
        uint64_t set[_PART_MAX];
        bool last_day; /* the day is "L", the month's last */
} Cron;

static uint64_t all_of(Part part) {
        unsigned n = parts[part].last - parts[part].first + 1;

        return ((UINT64_C(1) << n) - 1) << parts[part].first;
}

/* A number or a name; moves on behind it. */
static int parse_value(const char **s, Part part, unsigned *ret) {
        const char *const *names = parts[part].names;
        char *end;
        unsigned long n;

        for (unsigned i = 0; names && names[i]; i++)
                if (strncasecmp(*s, names[i], strlen(names[i])) == 0) {
                        *s += strlen(names[i]);
                        *ret = parts[part].first + i;
                        return 0;
                }
        if (!isdigit((unsigned char) **s))
                return -EINVAL;
        errno = 0;
        n = strtoul(*s, &end, 10);
        if (errno || n < parts[part].first || n > parts[part].last)
                return -ERANGE;
        *s = end;
        *ret = (unsigned) n;
        return 0;
}

/* "*", "3" or "3-5"; what "/" follows goes on to the end. */
static int parse_range(const char **s, Part part, unsigned *ret_from, unsigned *ret_to) {
        int r;

        *ret_from = parts[part].first;
        *ret_to = parts[part].last;
        if (**s == '*') {
                (*s)++;
                return 0;
        }
        r = parse_value(s, part, ret_from);
        if (r < 0)
                return r;
        if (**s == '-') {
                (*s)++;
                return parse_value(s, part, ret_to);
        }
        if (**s != '/')
                *ret_to = *ret_from;
        return 0;
}

/* "/2", or nothing. */
static int parse_step(const char **s, Part part, unsigned *ret) {
        unsigned long n;
        char *end;

        *ret = 1;
        if (**s != '/')
                return 0;
        if (!isdigit((unsigned char) (*s)[1]))
                return -EINVAL;
        errno = 0;
        n = strtoul(*s + 1, &end, 10);
        if (errno || n == 0 || n > parts[part].last)
                return -ERANGE;
        *ret = (unsigned) n;
        *s = end;
        return 0;
}

/* "*", "3", "3-5", each with "/2" behind it. */
static int parse_item(const char **s, Part part, uint64_t *set) {
        unsigned from, to, step;
        int r;

        r = parse_range(s, part, &from, &to);
        if (r < 0)
                return r;
        r = parse_step(s, part, &step);
        if (r < 0)
                return r;
        if (from > to)
                return -ERANGE;
        for (uint64_t i = from; i <= to; i += step)
                *set |= UINT64_C(1) << i;
        return 0;
}

static int parse_part(const char *text, Part part, Error *e, Cron *c) {
        const char *s = text;
        int r;

        if (part == PART_DAY && streq(text, "L")) {
                c->last_day = true;
                return 0;
        }
        for (;;) {
                r = parse_item(&s, part, c->set + part);
                if (r == -ERANGE)
                        return error_set(e, -EINVAL, "has a %s out of range: '%s'",
                                         parts[part].title, text);
                if (r < 0 || (*s && *s != ','))
                        return error_set(
                                e, -EINVAL,
                                "has '%s' for the %s, which systemd has no equivalent for; "
                                "use numbers, names, '*', '-', '/' and ','",
                                text, parts[part].title);
                if (!*s++)
                        return 0;
        }
}

static int parse_cron(const char *text, Error *e, Cron *c) {
        _cleanup_(freep) char *copy = strdup(text);
        char *words[_PART_MAX + 1], *save = NULL;
        size_t n = 0;
        int r;

        if (!copy)
                return -ENOMEM;
        for (char *w = strtok_r(copy, " \t", &save); w && n < ELEMENTSOF(words);
             w = strtok_r(NULL, " \t", &save))
                words[n++] = w;
        if (n != _PART_MAX && n != _PART_MAX - 1)
                return error_set(e, -EINVAL,
                                 "must have five or six parts, [SECOND] MINUTE HOUR DAY MONTH "
                                 "WEEKDAY, not '%s'",
                                 text);

        if (n < _PART_MAX)
                c->set[PART_SECOND] = 1;
        for (size_t i = 0; i < n; i++) {
                r = parse_part(words[i], (Part) (i + _PART_MAX - n), e, c);
                if (r < 0)
                        return r;
        }
        if (c->set[PART_WEEKDAY] & (1U << 7))
                c->set[PART_WEEKDAY] = (c->set[PART_WEEKDAY] | 1) & ~(UINT64_C(1) << 7);
        return 0;
}

static bool is_all(const Cron *c, Part part) {
        return part == PART_WEEKDAY ? c->set[part] == 0x7f : c->set[part] == all_of(part);
}

/* "*", or the numbers (or names) with commas between them. */
static int add_numbers(const Cron *c, Part part, char ***words) {
        _cleanup_(strv_freep) char **numbers = NULL;
        int r;

        if (is_all(c, part))
                return strv_extend(words, "*");
        for (unsigned i = parts[part].first; i <= parts[part].last; i++) {
                if (!(c->set[part] & (UINT64_C(1) << i)))
                        continue;
                r = part == PART_WEEKDAY ? strv_extend(&numbers, parts[part].names[i])
                                         : strv_extendf(&numbers, "%02u", i);
                if (r < 0)
                        return r;
        }
        return strv_consume(words, strv_join(numbers, ","));
}

static int add_event(const Cron *c, bool by_weekday, bool by_day, char ***events) {
        static const Part order[] = { PART_WEEKDAY, PART_MONTH,  PART_DAY,
                                      PART_HOUR,    PART_MINUTE, PART_SECOND };
        _cleanup_(strv_freep) char **w = NULL;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(order); i++) {
                r = order[i] == PART_DAY && (!by_day || c->last_day)
                            ? strv_extend(&w, c->last_day && by_day ? "1" : "*")
                            : add_numbers(c, order[i], &w);
                if (r < 0)
                        return r;
        }
        return strv_extendf(events, "%s%s*-%s%c%s %s:%s:%s", by_weekday ? w[0] : "",
                            by_weekday ? " " : "", w[1], c->last_day && by_day ? '~' : '-', w[2],
                            w[3], w[4], w[5]);
}

int cron_to_calendar(const char *text, Error *e, char ***ret) {
        _cleanup_(strv_freep) char **events = NULL;
        Cron c = {};
        bool days, weekdays;
        int r;

        assert(text);
        assert(ret);

        if (has_control(text) || strlen(text) > CRON_TEXT_MAX)
                return error_set(e, -EINVAL, "has control characters or more than %d bytes",
                                 CRON_TEXT_MAX);
        for (size_t i = 0; i < ELEMENTSOF(nicknames); i++)
                if (strcasecmp(text, nicknames[i].name) == 0)
                        text = nicknames[i].text;
        r = parse_cron(text, e, &c);
        if (r < 0)
                return r;

        days = c.last_day || !is_all(&c, PART_DAY);
        weekdays = !is_all(&c, PART_WEEKDAY);
        if (days || !weekdays) {
                r = add_event(&c, /* by_weekday= */ false, days, &events);
                if (r < 0)
                        return r;
        }
        if (weekdays) {
                r = add_event(&c, /* by_weekday= */ true, /* by_day= */ false, &events);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(events);
        return 0;
}
