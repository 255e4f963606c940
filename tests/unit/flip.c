/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* flip A B: exchanges two names as fast as it can until its standard input ends, and leaves them as
 * they were. For tests of what is looked up by path. */

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>

#define TURN 1000 /* exchanges between two looks at standard input: an even number */

int main(int argc, char **argv) {
        struct pollfd input = { .fd = 0, .events = POLLIN };
        unsigned long flips = 0;

        if (argc != 3)
                return 2;
        do
                for (int i = 0; i < TURN; i++, flips++)
                        if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) < 0) {
                                perror("flip");
                                return 1;
                        }
        while (poll(&input, 1, 0) == 0);
        printf("%lu\n", flips);
        return 0;
}
