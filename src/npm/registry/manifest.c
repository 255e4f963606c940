/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/manifest.h"

#include "basic/string-util.h"

Manifest *manifest_free(Manifest *m) {
        if (!m)
                return NULL;
        free(m->name);
        free(m->version);
        free(m->spelled);
        free(m->dependencies);
        free(m->bundled);
        (void) json_object_put(m->json);
        free(m);
        return NULL;
}

bool manifest_bundles(const Manifest *m, const char *name) {
        for (const char **s = m->bundled; s && *s; s++)
                if (streq(*s, name))
                        return true;
        return false;
}
