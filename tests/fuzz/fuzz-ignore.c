/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An ignore file, applied to one path: its last line. */

#include "npm/pack/ignore.h"

#define STEPS 20000 /* so that an input is done in a moment */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const char *text = (const char *) data, *line = size > 0 ? memrchr(text, '\n', size) : NULL;
        size_t rules = line ? (size_t) (line - text) : 0, n = 0;
        GlobText parts[16] = {};
        unsigned steps = STEPS;
        Ignore ignore = {};
        IgnorePath path = { .parts = parts, .folder = true, .deeper = true };
        Error e = ERROR_NULL;

        if (ignore_add_text(&ignore, text, rules, &e) < 0 && !e.message)
                abort();
        for (const char *s = line ? line + 1 : text; n < ELEMENTSOF(parts) - 2;) {
                size_t left = (size_t) (text + size - s);
                const char *slash = left > 0 ? memchr(s, '/', left) : NULL;
                size_t length = slash ? (size_t) (slash - s) : left;

                if (glob_text(&ignore.arena, s, length, parts + ++n) < 0)
                        abort();
                if (!slash)
                        break;
                s = slash + 1;
        }
        path.n = n;
        parts[n + 1] = (GlobText) {};
        (void) ignore_apply(&ignore, &path, true, &steps);
        (void) ignore_apply(&ignore, &path, false, &steps);
        ignore_done(&ignore);
        error_clear(&e);
        return 0;
}
