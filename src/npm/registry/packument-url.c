/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/packument-url.h"

#include <ctype.h>

int packument_url(const char *registry, const char *name, char **ret) {
        _cleanup_(freep) char *url = NULL;
        char *p;

        url = malloc(strlen(registry) + strlen(name) * 3 + 1);
        if (!url)
                return -ENOMEM;
        p = stpcpy(url, registry);
        for (; *name; name++)
                if (isalnum((unsigned char) *name) || strchr("-._~@!'()*", *name))
                        *p++ = *name;
                else
                        p += sprintf(p, "%%%02x", (uint8_t) *name);
        *p = 0;
        *ret = TAKE_PTR(url);
        return 0;
}
