/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/cache-control.h"

uint64_t cache_control_fresh_usec(const char *control, bool *ret_store) {
        const char *age;

        *ret_store = !control || !strcasestr(control, "no-store");
        if (!control)
                return CACHE_CONTROL_FRESH_USEC;
        if (strcasestr(control, "no-cache"))
                return 0;
        age = strcasestr(control, "max-age=");
        if (age == control || (age && (age[-1] == ' ' || age[-1] == ','))) {
                unsigned long long seconds = strtoull(age + strlen("max-age="), NULL, 10);

                return MIN2(seconds, CACHE_CONTROL_FRESH_MAX / USEC_PER_SEC) * USEC_PER_SEC;
        }
        return CACHE_CONTROL_FRESH_USEC;
}
