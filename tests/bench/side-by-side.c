/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs commands in turn, A B A B …, and prints for each the medians of wall time and peak memory:
 *
 *   side-by-side RUNS LABEL=COMMAND…
 *
 * A command is split at blanks and run without a shell, its output thrown away. One run of each
 * goes before and does not count. What it prints is for people; nothing here judges. */

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "basic/macro.h"

#define RUNS_MAX     1000
#define COMMANDS_MAX 16
#define WORDS_MAX    64

typedef struct Series {
        const char *label;
        char *argv[WORDS_MAX + 1];
        double msec[RUNS_MAX];
        double mib[RUNS_MAX];
        unsigned failed;
} Series;

static double now_msec(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static void run_once(Series *s, unsigned i, bool counts) {
        struct rusage usage;
        double start = now_msec();
        int status;
        pid_t pid;

        pid = vfork();
        if (pid == 0) {
                int null = open("/dev/null", O_RDWR);

                if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
                    dup2(null, STDERR_FILENO) >= 0)
                        (void) execvp(s->argv[0], s->argv);
                _exit(127);
        }
        if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
                perror("side-by-side");
                exit(1);
        }
        if (!counts)
                return;
        s->msec[i] = now_msec() - start;
        s->mib[i] = (double) usage.ru_maxrss / 1024;
        s->failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static int compare(const void *a, const void *b) {
        const double *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static double median(double *values, unsigned n) {
        qsort(values, n, sizeof(double), compare);
        return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void parse(char *word, Series *s) {
        char *equals = strchr(word, '=');
        size_t n = 0;

        if (!equals) {
                (void) fprintf(stderr, "side-by-side: '%s' is not LABEL=COMMAND\n", word);
                exit(2);
        }
        *equals = 0;
        s->label = word;
        for (char *w = strtok(equals + 1, " "); w && n < WORDS_MAX; w = strtok(NULL, " "))
                s->argv[n++] = w;
}

int main(int argc, char **argv) {
        static Series series[COMMANDS_MAX];
        unsigned runs = argc > 1 ? (unsigned) atoi(argv[1]) : 0;
        int n = argc - 2;

        if (runs < 1 || runs > RUNS_MAX || n < 1 || n > COMMANDS_MAX) {
                (void) fprintf(stderr, "usage: side-by-side RUNS LABEL=COMMAND…\n");
                return 2;
        }
        for (int k = 0; k < n; k++)
                parse(argv[k + 2], series + k);
        for (unsigned i = 0; i <= runs; i++)
                for (int k = 0; k < n; k++)
                        run_once(series + k, i - 1, i > 0);

        printf("%-28s %10s %10s %10s %10s\n", "", "median ms", "min", "max", "peak MiB");
        for (int k = 0; k < n; k++) {
                double middle = median(series[k].msec, runs);

                printf("%-28s %10.2f %10.2f %10.2f %10.1f", series[k].label, middle,
                       series[k].msec[0], series[k].msec[runs - 1], median(series[k].mib, runs));
                if (series[k].failed)
                        printf("   %u of %u runs failed", series[k].failed, runs);
                putchar('\n');
        }
        return 0;
}
