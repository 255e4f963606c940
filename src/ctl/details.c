/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/details.h"

#include <fcntl.h>

#include "axm/mask.h"
#include "axm/record.h"
#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "ctl/rows.h"
#include "model/environment.h"
#include "model/name.h"
#include "store/settings.h"
#include "unit/query.h"

#define MONITOR_FILE_MAX (512U * 1024U) /* the bridge takes no larger message */

/* Takes `value` (NULL: null). */
static int add_or_null(json_object *o, const char *key, json_object *value) {
        if (json_object_object_add(o, key, value) < 0) {
                (void) json_object_put(value);
                return -ENOMEM;
        }
        return 0;
}

static int add_masked(json_object *o, const char *key, const Mask *mask, json_object *value) {
        json_object *masked = NULL;
        int r;

        if (value) {
                r = mask_json(mask, value, &masked);
                if (r < 0)
                        return r;
        }
        return add_or_null(o, key, masked);
}

static int add_apps(json_object *o, const Package *p, const char *unit) {
        json_object *apps = json_object_new_array(), *app = json_object_new_object();
        int r;

        r = json_add(o, "apps", apps);
        if (r < 0 || !app || json_object_array_add(apps, app) < 0)
                return -ENOMEM;
        r = json_add_string(app, "unit", unit);
        if (r >= 0)
                r = json_add_string(app, "name", p->apps[0].name);
        if (r >= 0)
                r = json_add_string(app, "script", p->apps[0].script);
        if (r >= 0)
                r = json_add_string(app, "interpreter", p->apps[0].interpreter);
        return r;
}

static int note_secret(char *const *path, json_object *value, bool secret, void *userdata) {
        return secret ? mask_add(userdata, value) : 0;
}

/* The settings as the module gets them, and what of them is secret. */
static int add_settings(Context *c, json_object *o, const Package *p, Mask *mask, Error *e) {
        _cleanup_(settings_freep) Settings *global = NULL, *module = NULL;
        _cleanup_(json_object_putp) json_object *document = NULL;
        int r;

        r = settings_load(&c->scope, NULL, e, &global);
        if (r >= 0)
                r = settings_load(&c->scope, p->name, e, &module);
        if (r == -EACCES || r == -EPERM) {
                error_clear(e);
                return add_or_null(o, "settings", NULL);
        }
        if (r >= 0)
                r = settings_foreach(global, note_secret, mask);
        if (r >= 0)
                r = settings_foreach(module, note_secret, mask);
        if (r >= 0)
                r = environment_document(
                        &(EnvironmentSource){
                                .package = p,
                                .app = p->apps,
                                .global = settings_tree(global),
                                .module = settings_tree(module),
                        },
                        &document, /* ret_origins= */ NULL);
        return r < 0 ? r : add_masked(o, "settings", mask, document);
}

/* The metrics that the bridge keeps in the module's runtime folder, which the module may have put
 * anything into. */
static json_object *read_monitor(Context *c, const char *folder) {
        _cleanup_(freep) char *path = path_join(c->scope.runtime, folder), *text = NULL;
        _cleanup_(closep) int fd = -EBADF;
        json_object *monitor = NULL;
        size_t size;

        fd = path ? open_folder(AT_FDCWD, path) : -ENOMEM;
        if (fd < 0 || read_file_at(fd, "monitor.json", MONITOR_FILE_MAX, &text, &size) < 0 ||
            json_parse(text, size, /* e= */ NULL, &monitor) < 0)
                return NULL;
        if (json_object_is_type(monitor, json_type_object))
                return monitor;
        (void) json_object_put(monitor);
        return NULL;
}

static int load_record(Context *c, const char *name, Error *e, Record *ret) {
        _cleanup_(freep) char *path = path_join(c->scope.state, "axm"), *file = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        if (!path)
                return -ENOMEM;
        r = record_file_name(name, /* app= */ NULL, 0, &file);
        if (r < 0)
                return r;
        fd = open_folder(AT_FDCWD, path);
        if (fd == -ENOENT || fd == -EACCES)
                return 0;
        return fd < 0 ? fd : record_load_at(fd, file, e, ret);
}

static int add_record(Context *c, json_object *o, const char *name, const Mask *mask, Error *e) {
        _cleanup_(json_object_putp) json_object *monitor = NULL;
        _cleanup_(freep) char *folder = NULL;
        Record record = {};
        int r;

        r = module_folder_from_name(name, &folder);
        if (r >= 0)
                r = load_record(c, name, e, &record);
        if (r < 0)
                return r;
        monitor = read_monitor(c, folder);

        r = add_masked(o, "options", mask, record.options);
        if (r >= 0)
                r = add_masked(o, "actions", mask, record.actions);
        if (r >= 0)
                r = add_masked(o, "monitor", mask, monitor ? monitor : record.monitor);
        if (r >= 0)
                r = add_masked(o, "error", mask, record.error);
        record_done(&record);
        return r;
}

static int add_origin(json_object *o, const Module *m, const UnitState *state) {
        int r;

        r = json_add_string(o, "spec", m->spec);
        if (r >= 0)
                r = json_add_string(o, "integrity", m->integrity);
        if (r >= 0)
                r = json_add_string(o, "link", m->link);
        if (r >= 0)
                r = json_add_string(o, "folder", m->home);
        if (r >= 0)
                r = json_add_uint(o, "installed", m->installed_usec);
        if (r >= 0 && state && !isempty(state->status_text))
                r = json_add_string(o, "status", state->status_text);
        return r;
}

static int collect(Context *c, const Module *m, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        _cleanup_(mask_freep) Mask *mask = NULL;
        _cleanup_(freep) char *unit = NULL;
        UnitState state = {};
        Package p = {};
        int r, loaded;

        r = module_unit_name(m->name, /* app= */ NULL, 0, &unit);
        if (r >= 0)
                r = mask_new(&mask);
        if (r >= 0)
                r = context_bus(c, e);
        if (r >= 0)
                r = loaded = unit_query(c->bus, unit, e, &state);
        if (r >= 0)
                r = row_new(m, loaded ? &state : NULL, &o);
        if (r >= 0)
                r = add_origin(o, m, loaded ? &state : NULL);
        if (r >= 0)
                r = store_read_package(m, e, &p);
        if (r >= 0)
                r = add_apps(o, &p, unit);
        if (r >= 0)
                r = add_settings(c, o, &p, mask, e);
        if (r >= 0)
                r = add_record(c, o, m->name, mask, e);
        package_done(&p);
        unit_state_done(&state);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

int details_collect(Context *c, const char *name, Error *e, json_object **ret) {
        Module m = {};
        int r;

        r = context_store(c, /* create= */ false, e);
        if (r >= 0)
                r = store_load(c->store, name, e, &m);
        if (r <= 0)
                return r;
        r = collect(c, &m, e, ret);
        module_done(&m);
        return r < 0 ? r : 1;
}
