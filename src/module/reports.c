/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/reports.h"

#include <fcntl.h>

#include "axm/message.h"
#include "axm/record-file.h"
#include "basic/fs.h"
#include "basic/path.h"
#include "model/name.h"
#include "store/settings-file.h"
#include "store/settings.h"

#define MONITOR_FILE "monitor.json"

/* As many metrics as a bridge keeps, and their names. */
#define MONITOR_FILE_MAX (2U * 1024U * 1024U)

/* -- secrets ----------------------------------------------------------------------------------- */

static int note_secret(char *const *path, json_object *value, bool secret, void *userdata) {
        return secret ? mask_add(userdata, value) : 0;
}

int module_add_secrets(const Modules *modules, const char *module, Error *e, Mask *mask) {
        _cleanup_(settings_freep) Settings *global = NULL, *own = NULL;
        int r;

        r = settings_load(&modules->scope, NULL, e, &global);
        if (r < 0)
                return r;
        r = settings_load(&modules->scope, module, e, &own);
        if (r < 0)
                return r;
        r = settings_foreach(global, note_secret, mask);
        return r < 0 ? r : settings_foreach(own, note_secret, mask);
}

/* -- records and metrics ----------------------------------------------------------------------- */

/* Opens the folder with the records, once. */
static int open_records(Modules *modules) {
        _cleanup_(freep) char *path = NULL;

        if (modules->records_fd >= 0)
                return 0;
        path = path_join(modules->scope.state, "axm");
        modules->records_fd = path ? open_folder(AT_FDCWD, path) : -ENOMEM;
        return MIN2(modules->records_fd, 0);
}

static int record_name(const char *unit, char **ret) {
        _cleanup_(freep) char *name = NULL, *app = NULL;
        unsigned instance;
        int r;

        r = module_from_unit_name(unit, &name, &app, &instance);
        return r < 0 ? r : record_file_name(name, app, instance, ret);
}

int unit_record_text(Modules *modules, const char *unit, char **ret, size_t *ret_size) {
        _cleanup_(freep) char *file = NULL;
        int r;

        r = open_records(modules);
        if (r < 0)
                return r;
        r = record_name(unit, &file);
        if (r < 0)
                return r;
        return read_file_at(modules->records_fd, file, RECORD_FILE_MAX, ret, ret_size);
}

int unit_record(Modules *modules, const char *unit, Error *e, Record *ret) {
        _cleanup_(freep) char *file = NULL;
        int r;

        r = open_records(modules);
        if (r == -ENOENT || r == -EACCES)
                return 0;
        if (r < 0)
                return r;
        r = record_name(unit, &file);
        if (r < 0)
                return r;
        r = record_load_at(modules->records_fd, file, e, ret);
        if (r == -EBADMSG)
                return error_prefix(e, r,
                                    "its record is damaged; restart the module, or remove "
                                    "the file");
        return r;
}

json_object *unit_monitor(const Modules *modules, const char *unit) {
        _cleanup_(freep) char *name = NULL, *app = NULL, *folder = NULL, *path = NULL, *text = NULL;
        _cleanup_(json_object_putp) json_object *monitor = NULL;
        _cleanup_(closep) int fd = -EBADF;
        unsigned instance;
        size_t size;

        if (module_from_unit_name(unit, &name, &app, &instance) < 0 ||
            module_unit_folder(name, app, instance, &folder) < 0)
                return NULL;
        path = path_join(modules->scope.runtime, folder);
        fd = path ? open_folder(AT_FDCWD, path) : -ENOMEM;
        if (fd < 0 || read_file_at(fd, MONITOR_FILE, MONITOR_FILE_MAX, &text, &size) < 0 ||
            axm_json_parse(text, size, MONITOR_FILE_MAX, /* e= */ NULL, &monitor) < 0)
                return NULL;
        return json_object_is_type(monitor, json_type_object) ? TAKE_PTR(monitor) : NULL;
}

/* What came over the channel was masked by the bridge; what was printed was not. */
static int recorded_monitor(Modules *modules, const char *module, const char *unit,
                            json_object **ret) {
        _cleanup_(record_done) Record record = {};
        _cleanup_(mask_freep) Mask *mask = NULL;
        int r;

        r = mask_new(&mask);
        if (r < 0)
                return r;
        if (unit_record(modules, unit, /* e= */ NULL, &record) <= 0 ||
            json_object_object_length(record.monitor) == 0 ||
            module_add_secrets(modules, module, /* e= */ NULL, mask) < 0)
                return 0;
        return mask_json(mask, record.monitor, ret);
}

int unit_monitor_or_recorded(Modules *modules, const char *module, const char *unit,
                             json_object **ret) {
        *ret = unit_monitor(modules, unit);
        return *ret ? 0 : recorded_monitor(modules, module, unit, ret);
}

json_object *option_get(json_object *options, const char *key) {
        json_object *internals = json_get(options, "internals");

        return json_has(internals, key) ? json_get(internals, key) : json_get(options, key);
}
