/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/settings-check.h"

#include "store/settings.h"

int module_check_settings(const Modules *modules, const char *name, Error *e) {
        const char *const files[] = { NULL, name };

        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_(settings_freep) Settings *s = NULL;
                int r;

                r = settings_load(&modules->scope, files[i], e, &s);
                if (r == -EACCES || r == -EPERM) /* the launcher may read it all the same */
                        error_clear(e);
                else if (r < 0)
                        return r;
        }
        return 0;
}
