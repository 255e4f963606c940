/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For pack-diff.js. "glob" reads lines ["PATTERN", "PATH"…] and prints for each path whether the
 * pattern fits, and whether the path could be the beginning of one that does. "list" reads folders,
 * one a line, and prints the files of each that are packed as a JSON array, or the reason why not.
 */

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "npm/pack/glob.h"
#include "npm/pack/packlist.h"

#define PARTS_MAX 64

static size_t split(Arena *arena, const char *path, GlobText *parts) {
        size_t n = 0;

        for (const char *s = path;; s++) {
                size_t length = strcspn(s, "/");

                if (n < PARTS_MAX && glob_text(arena, s, length, parts + n) >= 0)
                        n++;
                s += length;
                if (!*s)
                        return n;
        }
}

static int do_glob(const char *line) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        Arena arena = {};
        const char *pattern;
        Glob g;
        int r;

        r = json_parse(line, strlen(line), /* e= */ NULL, &o);
        if (r < 0)
                return r;
        pattern = json_string(json_object_array_get_idx(o, 0));
        r = glob_parse(&arena, pattern, strlen(pattern), /* e= */ NULL, &g);
        if (r >= 0)
                printf("%c%c ", g.negated ? '!' : '.', g.relative ? 'r' : '.');
        for (size_t i = 1; r >= 0 && i < json_object_array_length(o); i++) {
                GlobText parts[PARTS_MAX];
                unsigned steps = GLOB_STEPS_MAX;
                size_t n = split(&arena, json_string(json_object_array_get_idx(o, i)), parts);

                printf("%d%d ", glob_match(&g, parts, n, /* partial= */ false, &steps),
                       glob_match(&g, parts, n, /* partial= */ true, &steps));
        }
        puts(r < 0 ? "refused" : "");
        arena_done(&arena);
        return 0;
}

static int do_list(const char *folder) {
        _cleanup_(json_object_putp) json_object *package = NULL, *files = json_object_new_array();
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int fd = open_folder(AT_FDCWD, folder);
        PackList list = {};
        size_t size;
        int r;

        r = fd < 0 ? fd : read_file_at(fd, "package.json", 1U << 20, &text, &size);
        if (r >= 0)
                r = json_parse(text, size, &e, &package);
        if (r >= 0)
                r = packlist(fd, package, &e, &list);
        if (r < 0) {
                puts(error_text(&e, r));
                return 0;
        }
        for (size_t i = 0; i < list.n; i++)
                json_object_array_add(files, json_object_new_string(list.files[i].path));
        puts(json_text(files));
        packlist_done(&list);
        return 0;
}

int main(int argc, char **argv) {
        _cleanup_(freep) char *line = NULL;
        size_t size = 0;

        if (argc != 2)
                return 2;
        while (getline(&line, &size, stdin) > 0) {
                line[strcspn(line, "\n")] = 0;
                if ((streq(argv[1], "glob") ? do_glob(line) : do_list(line)) < 0)
                        return EXIT_FAILURE;
        }
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
