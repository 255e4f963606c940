/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/package-print.h"

int package_print(const Arguments *arg, json_object *answer) {
        static const Column columns[] = {
                { "size", "SIZE", CELL_BYTES },
                { "path", "FILE", CELL_TEXT },
        };
        const TableStyle style = table_style(arg, NULL);

        if (arg->json != JSON_OFF)
                return json_print(answer, arg->json);
        if (arg->quiet)
                return 0;
        return table_print(columns, ELEMENTSOF(columns), json_get(answer, "files"), &style);
}
