/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/finding.h"

#include <stdarg.h>

static const char *const finding_level_table[_FINDING_MAX] = {
        [FINDING_ERROR] = "error",
        [FINDING_WARNING] = "warning",
};

const char *finding_level_to_string(FindingLevel level) {
        return level >= 0 && level < _FINDING_MAX ? finding_level_table[level] : NULL;
}

int finding_add(json_object *findings, FindingLevel level, const char *field, const char *remedy,
                const char *format, ...) {
        json_object *o = json_object_new_object();
        _cleanup_(freep) char *problem = NULL;
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(&problem, format, ap);
        va_end(ap);
        if (r < 0)
                problem = NULL;
        if (!problem || !o || json_object_array_add(findings, o) < 0) {
                (void) json_object_put(o);
                return -ENOMEM;
        }

        const struct {
                const char *key, *text;
        } texts[] = {
                { "level", finding_level_to_string(level) },
                { "file", "package.json" },
                { "field", field },
                { "problem", problem },
                { "remedy", remedy },
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                r = json_add_string(o, texts[i].key, texts[i].text);
                if (r < 0)
                        return r;
        }
        return 0;
}
