/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/cleanup.h"

#include "basic/string-util.h"
#include "model/name.h"
#include "module/fetch-units.h"
#include "module/remove.h"
#include "store/installed.h"
#include "store/removal.h"
#include "store/staging.h"

static int end_abandoned(void *userdata, const char *entry, Error *e) {
        const char *folder = startswith(entry, STAGING_REMOVED);
        _cleanup_(freep) char *name = NULL;
        Modules *modules = userdata;
        Module m = {};
        int r;

        if (!folder)
                return fetch_units_stop(modules, entry, e);

        r = module_name_from_folder(folder, &name);
        if (r < 0)
                return r == -EINVAL ? 0 : r;
        r = store_load(modules->store, name, e, &m);
        module_done(&m);
        if (r > 0) /* it was installed again, and what is there is its own */
                return 0;
        return r < 0 ? r : module_remove_traces(modules, name, e);
}

int modules_clean_up(Modules *modules, Error *e) {
        return staging_clear(modules->store, &modules->scope, end_abandoned, modules, e);
}

void modules_try_clean_up(Modules *modules) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = modules_clean_up(modules, &e);
        if (r < 0 && r != -EACCES && r != -EROFS)
                (void) module_note_failure(
                        modules, (ModuleNote) { .kind = MODULE_NOTE_CLEANUP_FAILED }, r, &e);
}
