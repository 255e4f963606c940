/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/calendar.h"
#include "tap.h"

static void test_taken(void) {
        static const struct {
                const char *cron, *first, *second;
        } table[] = {
                { "* * * * *", "*-*-* *:*:00", NULL },
                { "* * * * * *", "*-*-* *:*:*", NULL },
                { "  0  3 * * * ", "*-*-* 03:00:00", NULL },
                { "*/15 9-17 * * 1-5",
                  "Mon,Tue,Wed,Thu,Fri *-*-* "
                  "09,10,11,12,13,14,15,16,17:00,15,30,45:00",
                  NULL },
                { "5/20 0 1 * *", "*-*-01 00:05,25,45:00", NULL },
                { "30 0 0 1,15 jan,JUL *", "*-01,07-01,15 00:00:30", NULL },
                { "0 0 L 2 *", "*-02~1 00:00:00", NULL },
                /* both days given: either counts */
                { "0 4 13 * Fri", "*-*-13 04:00:00", "Fri *-*-* 04:00:00" },
                { "0 0 L * 7", "*-*~1 00:00:00", "Sun *-*-* 00:00:00" },
                { "0 0 * * 5-7", "Sun,Fri,Sat *-*-* 00:00:00", NULL },
                { "0 0 * * 0-7", "*-*-* 00:00:00", NULL },
                { "0-59 * * * *", "*-*-* *:*:00", NULL },
                { "@daily", "*-*-* 00:00:00", NULL },
                { "@Hourly", "*-*-* *:00:00", NULL },
                { "@weekly", "Sun *-*-* 00:00:00", NULL },
                { "@yearly", "*-01-01 00:00:00", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(strv_freep) char **events = NULL;
                Error e = ERROR_NULL;

                ok(cron_to_calendar(table[i].cron, &e, &events) == 0);
                ok_str(events ? events[0] : NULL, table[i].first);
                ok_str(events && events[0] ? events[1] : NULL, table[i].second);
                error_clear(&e);
        }
}

static void test_refused(void) {
        static const struct {
                const char *cron, *clause;
        } table[] = {
                { "", "five or six parts" },
                { "* * * *", "five or six parts" },
                { "* * * * * * 2030", "five or six parts" },
                { "@reboot", "five or six parts" },
                { "60 * * * *", "minute out of range" },
                { "* 24 * * *", "hour out of range" },
                { "* * 0 * *", "day out of range" },
                { "* * * 13 *", "month out of range" },
                { "* * * * 8", "weekday out of range" },
                { "5-3 * * * *", "minute out of range" },
                { "*/0 * * * *", "minute out of range" },
                { "*/4294967296 * * * *", "minute out of range" },
                { "99999999999999999999999 * * * *", "out of range" },
                { "0 0 15W * *", "'15W' for the day" },
                { "0 0 * * 5#2", "'5#2' for the weekday" },
                { "0 0 * * 5L", "'5L' for the weekday" },
                { "0 0 ? * *", "'?' for the day" },
                { "a * * * *", "'a' for the minute" },
                { "1, * * * *", "'1,' for the minute" },
                { "*/ * * * *", "'*/' for the minute" },
                { "-1 * * * *", "'-1' for the minute" },
                { "* * * *\n*", "control characters" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char **events = NULL;
                Error e = ERROR_NULL;

                ok(cron_to_calendar(table[i].cron, &e, &events) == -EINVAL);
                ok(e.message && strstr(e.message, table[i].clause));
                if (!e.message || !strstr(e.message, table[i].clause))
                        printf("# '%s': %s\n", table[i].cron, e.message);
                ok(!events);
                error_clear(&e);
        }
}

int main(void) {
        test_taken();
        test_refused();
        return tap_done();
}
