/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stands in for libFuzzer: gives a fuzz target each file of its corpus, $top_srcdir/tests/fuzz/
 * corpus/NAME for the program fuzz-NAME, or the files named on the command line. TAP. */

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"

#define INPUT_MAX (16U * 1024U * 1024U)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned count;

/* The input in memory of just its size, so that a sanitizer sees each byte read beyond it. */
static int replay(int dir_fd, const char *path) {
        _cleanup_(freep) char *text = NULL, *exact = NULL;
        size_t size;
        int r;

        r = read_file_at(dir_fd, path, INPUT_MAX, &text, &size);
        if (r < 0) {
                fprintf(stderr, "Cannot read %s: %s\n", path, strerror(-r));
                return r;
        }
        exact = malloc(size);
        if (size > 0 && !exact)
                return -ENOMEM;
        if (size > 0)
                memcpy(exact, text, size);
        (void) LLVMFuzzerTestOneInput((const uint8_t *) exact, size);
        printf("ok %u - %s\n", ++count, path);
        return 0;
}

static int replay_folder(const char *path) {
        _cleanup_(closedirp) DIR *d = opendir(path);
        int r = 0;

        if (!d) {
                fprintf(stderr, "Cannot open %s: %m\n", path);
                return -errno;
        }
        for (struct dirent *e; r >= 0 && (e = readdir(d));)
                if (e->d_name[0] != '.')
                        r = replay(dirfd(d), e->d_name);
        return r;
}

int main(int argc, char **argv) {
        const char *source = getenv("top_srcdir"), *name = path_basename(argv[0]);
        _cleanup_(freep) char *folder = NULL;
        int r = 0;

        for (int i = 1; r >= 0 && i < argc; i++)
                r = replay(AT_FDCWD, argv[i]);
        if (argc == 1) {
                if (asprintf(&folder, "%s/tests/fuzz/corpus/%s", source ? source : ".",
                             name + strlen("fuzz-")) < 0)
                        return EXIT_FAILURE;
                r = replay_folder(folder);
        }
        printf("1..%u\n", count);
        return r < 0 || count == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
