/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/measured.h"

#include <limits.h>

#include "axm/record-text.h"
#include "module/reports.h"

void measured_done(Measured *measured) {
        (void) json_object_put(measured->asked);
        *measured = (Measured) {};
}

int measured_find(json_object *options, unsigned main_pid, Measured *ret) {
        json_object *asked = option_get(options, "pid");
        int64_t pid = json_object_is_type(asked, json_type_int) ? json_object_get_int64(asked) : 0;
        Measured m = {};
        int r;

        if (!asked || main_pid == 0 || pid == main_pid) {
                *ret = m;
                return 0;
        }
        if (pid <= 0 || pid > INT_MAX)
                m.state = MEASURED_INVALID;
        else {
                r = process_state((pid_t) pid, &m.process);
                if (r < 0 && r != -ESRCH)
                        return r;
                m.state = r < 0 ? MEASURED_GONE : MEASURED_PROCESS;
        }
        m.asked = json_object_get(asked);
        *ret = m;
        return 0;
}

int measured_find_recorded(Modules *modules, const char *unit, unsigned main_pid, Measured *ret) {
        static const char key[] = "\"pid\":";
        _cleanup_(record_done) Record record = {};
        _cleanup_(freep) char *text = NULL;
        size_t size;

        /* Few modules ask for it, and to parse the records of all would take longer than the rest
         * of `list`. */
        if (unit_record_text(modules, unit, &text, &size) >= 0 &&
            memmem(text, size, key, strlen(key)))
                (void) record_parse(text, size, /* e= */ NULL, &record);
        return measured_find(record.options, main_pid, ret);
}
