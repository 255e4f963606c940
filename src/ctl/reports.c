/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/reports.h"

#include <fcntl.h>
#include <limits.h>

#include "axm/message.h"
#include "axm/record-file.h"
#include "axm/record-text.h"
#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "model/name.h"
#include "store/settings-file.h"
#include "store/settings.h"
#include "unit/process.h"

#define MONITOR_FILE "monitor.json"

/* As many metrics as a bridge keeps, and their names. */
#define MONITOR_FILE_MAX (2U * 1024U * 1024U)

/* -- secrets ----------------------------------------------------------------------------------- */

static int note_secret(char *const *path, json_object *value, bool secret, void *userdata) {
        return secret ? mask_add(userdata, value) : 0;
}

int reports_add_secrets(Context *c, const char *module, Error *e, Mask *mask) {
        _cleanup_(settings_freep) Settings *global = NULL, *own = NULL;
        int r;

        r = settings_load(&c->modules.scope, NULL, e, &global);
        if (r >= 0)
                r = settings_load(&c->modules.scope, module, e, &own);
        if (r >= 0)
                r = settings_foreach(global, note_secret, mask);
        return r < 0 ? r : settings_foreach(own, note_secret, mask);
}

/* -- records and metrics ----------------------------------------------------------------------- */

/* The folder with the records, and the name of a unit's. */
static int find_record(Context *c, const char *unit, char **ret_file) {
        _cleanup_(freep) char *name = NULL, *app = NULL, *path = NULL;
        unsigned instance;
        int r;

        if (c->modules.records_fd < 0) {
                path = path_join(c->modules.scope.state, "axm");
                c->modules.records_fd = path ? open_folder(AT_FDCWD, path) : -ENOMEM;
        }
        if (c->modules.records_fd < 0)
                return c->modules.records_fd;
        r = module_from_unit_name(unit, &name, &app, &instance);
        return r < 0 ? r : record_file_name(name, app, instance, ret_file);
}

int reports_record(Context *c, const char *unit, Error *e, Record *ret) {
        _cleanup_(freep) char *file = NULL;
        int r;

        r = find_record(c, unit, &file);
        if (r == -ENOENT || r == -EACCES)
                return 0;
        if (r >= 0)
                r = record_load_at(c->modules.records_fd, file, e, ret);
        if (r == -EBADMSG)
                return error_prefix(e, r,
                                    "its record is damaged; restart the module, or remove "
                                    "the file");
        return r;
}

json_object *reports_monitor(Context *c, const char *unit) {
        _cleanup_(freep) char *name = NULL, *app = NULL, *folder = NULL, *path = NULL, *text = NULL;
        _cleanup_(json_object_putp) json_object *monitor = NULL;
        _cleanup_(closep) int fd = -EBADF;
        unsigned instance;
        size_t size;

        if (module_from_unit_name(unit, &name, &app, &instance) < 0 ||
            module_unit_folder(name, app, instance, &folder) < 0)
                return NULL;
        path = path_join(c->modules.scope.runtime, folder);
        fd = path ? open_folder(AT_FDCWD, path) : -ENOMEM;
        if (fd < 0 || read_file_at(fd, MONITOR_FILE, MONITOR_FILE_MAX, &text, &size) < 0 ||
            axm_json_parse(text, size, MONITOR_FILE_MAX, /* e= */ NULL, &monitor) < 0)
                return NULL;
        return json_object_is_type(monitor, json_type_object) ? TAKE_PTR(monitor) : NULL;
}

int reports_add_monitor(Context *c, json_object *row, const char *unit) {
        _cleanup_(json_object_putp) json_object *monitor = reports_monitor(c, unit);
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(mask_freep) Mask *mask = NULL;
        json_object *masked = NULL;
        Record record = {};
        int r = 0;

        /* What came over the channel was masked by the bridge; what was printed was not. */
        if (!monitor) {
                r = mask_new(&mask);
                if (r >= 0 && reports_record(c, unit, &e, &record) > 0 &&
                    json_object_object_length(record.monitor) > 0 &&
                    reports_add_secrets(c, json_get_string(row, "name"), &e, mask) >= 0)
                        r = mask_json(mask, record.monitor, &masked);
                record_done(&record);
        }
        if (r < 0)
                return r;
        if (json_object_object_add(row, "monitor", monitor ? TAKE_PTR(monitor) : masked) < 0)
                return -ENOMEM;
        return 0;
}

/* -- what is measured -------------------------------------------------------------------------- */

json_object *reports_internal(json_object *options, const char *key) {
        json_object *internals = json_get(options, "internals");

        return json_has(internals, key) ? json_get(internals, key) : json_get(options, key);
}

static int replace_amounts(json_object *row, const ProcessState *usage) {
        int r;

        if (usage) {
                r = json_add_uint(row, "memory", usage->memory);
                return r < 0 ? r : json_add_uint(row, "cpu", usage->cpu_nsec / NSEC_PER_USEC);
        }
        if (json_object_object_add(row, "memory", NULL) < 0 ||
            json_object_object_add(row, "cpu", NULL) < 0)
                return -ENOMEM;
        return 0;
}

int reports_measure(json_object *row, json_object *options) {
        json_object *asked = reports_internal(options, "pid"), *measured;
        int64_t pid = json_object_is_type(asked, json_type_int) ? json_object_get_int64(asked) : 0;
        ProcessState state;
        int r;

        if (!asked || !json_get(row, "pid") || pid == json_get_int(row, "pid", 0))
                return json_object_object_add(row, "measured", NULL) < 0 ? -ENOMEM : 0;

        measured = json_object_new_object();
        r = json_add(row, "measured", measured);
        if (r >= 0)
                r = json_add(measured, "pid", json_object_get(asked));
        if (r < 0)
                return r;
        if (pid <= 0 || pid > INT_MAX) {
                r = json_add_string(measured, "reason", "that is no number of a process");
                return r < 0 ? r : replace_amounts(row, NULL);
        }
        r = process_state((pid_t) pid, &state);
        if (r == -ESRCH) {
                r = json_add_string(measured, "reason", "that process is gone");
                return r < 0 ? r : replace_amounts(row, NULL);
        }
        if (r >= 0 && utf8_is_valid(state.name, strlen(state.name)))
                r = json_add_string(measured, "name", state.name);
        return r < 0 ? r : replace_amounts(row, &state);
}

int reports_measure_unit(Context *c, json_object *row, const char *unit) {
        static const char key[] = "\"pid\":";
        _cleanup_(freep) char *file = NULL, *text = NULL;
        Record record = {};
        size_t size;
        int r;

        /* Few modules ask for it, and to parse the records of all would take longer than the rest
         * of `list`. */
        if (find_record(c, unit, &file) >= 0 &&
            read_file_at(c->modules.records_fd, file, RECORD_FILE_MAX, &text, &size) >= 0 &&
            memmem(text, size, key, strlen(key)))
                (void) record_parse(text, size, /* e= */ NULL, &record);
        r = reports_measure(row, record.options);
        record_done(&record);
        return r;
}
