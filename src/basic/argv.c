/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/argv.h"

#include "basic/strv.h"

int argv_take(int argc, char **argv, char ***ret) {
        _cleanup_(strv_freep) char **copy = calloc((size_t) argc + 1, sizeof(char *));

        if (!copy)
                return -ENOMEM;
        for (int i = 0; i < argc; i++) {
                copy[i] = strdup(argv[i]);
                if (!copy[i])
                        return -ENOMEM;
                if (i > 0)
                        (void) memset(argv[i], 'x', strlen(argv[i]));
        }
        *ret = TAKE_PTR(copy);
        return 0;
}

void argv_show(int argc, char **argv, char *const *copy,
               bool (*is_secret)(const char *word, const void *userdata), const void *userdata) {
        for (int i = 1; i < argc; i++)
                if (!is_secret(copy[i], userdata))
                        (void) memcpy(argv[i], copy[i], strlen(copy[i]));
}
