/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/own-strings.h"

int own_strings(void *structure, const size_t *offsets, size_t n) {
        bool complete = true;

        for (size_t i = 0; i < n; i++) {
                char **field = (char **) ((char *) structure + offsets[i]);

                if (!*field)
                        continue;
                *field = strdup(*field);
                complete = complete && *field;
        }
        return complete ? 0 : -ENOMEM;
}

void free_strings(void *structure, const size_t *offsets, size_t n) {
        for (size_t i = 0; i < n; i++) {
                char **field = (char **) ((char *) structure + offsets[i]);

                if (*field)
                        explicit_bzero(*field, strlen(*field));
                free(*field);
                *field = NULL;
        }
}
