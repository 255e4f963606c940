/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/terminal.h"

#include "tap.h"

static void test_text(void) {
        static const struct {
                const char *text, *plain, *coloured; /* NULL: as the plain one */
        } table[] = {
                { "", "", NULL },
                { "● a\n  b\tc\n", "● a\n  b\tc\n", NULL },
                /* systemd's own colours */
                { "\033[0mx", "\\x1b[0mx", "\033[0mx" },
                { "\033[0;1;32m●\033[0m", "\\x1b[0;1;32m●\\x1b[0m", "\033[0;1;32m●\033[0m" },
                { "\033[0;38;5;245m", "\\x1b[0;38;5;245m", "\033[0;38;5;245m" },
                { "\033[0;38:5:245m", "\\x1b[0;38:5:245m", "\033[0;38:5:245m" },
                { "\033[0;1;39m\033[0;4m", "\\x1b[0;1;39m\\x1b[0;4m", "\033[0;1;39m\033[0;4m" },
                /* others, and what is like them */
                { "\033[31mX", "\\x1b[31mX", NULL },
                { "\033[mX", "\\x1b[mX", NULL },
                { "\033[0;8m", "\\x1b[0;8m", NULL },
                { "\033[0;30m", "\\x1b[0;30m", NULL },
                { "\033[0;47m", "\\x1b[0;47m", NULL },
                { "\033[0;38;5;16m", "\\x1b[0;38;5;16m", NULL },
                { "\033[0;38;5;231m", "\\x1b[0;38;5;231m", NULL },
                { "\033[0;38;2;0;0;0m", "\\x1b[0;38;2;0;0;0m", NULL },
                { "\033[0;38;5;m", "\\x1b[0;38;5;m", NULL },
                { "\033[0;;1m", "\\x1b[0;;1m", NULL },
                { "\033[0;1", "\\x1b[0;1", NULL },
                { "\033[0;99999999999999999999m", "\\x1b[0;99999999999999999999m", NULL },
                { "\033[0J\033[0H\033[0K", "\\x1b[0J\\x1b[0H\\x1b[0K", NULL },
                { "\033", "\\x1b", NULL },
                { "\033\033[0m", "\\x1b\\x1b[0m", "\\x1b\033[0m" },
                { "\033]8;;http://x\033\\L", "\\x1b]8;;http://x\\x1b\\L", NULL },
                { "\033]0;t\a", "\\x1b]0;t\\x07", NULL },
                { "\033c\033(0\016", "\\x1bc\\x1b(0\\x0e", NULL },
                { "\r\b\v\f\177", "\\x0d\\x08\\x0b\\x0c\\x7f", NULL },
                { "\302\23331m", "\\u009b31m", NULL },
                { "\23331m", "\\x9b31m", NULL },
                { "\342\200\256x\342\201\246", "\\u202ex\\u2066", NULL },
                { "\033[0\302\2331m", "\\x1b[0\\u009b1m", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *plain = terminal_text(table[i].text, false),
                                      *coloured = terminal_text(table[i].text, true);

                ok_str(plain, table[i].plain);
                ok_str(coloured, table[i].coloured ?: table[i].plain);
        }
}

int main(void) {
        test_text();
        return tap_done();
}
