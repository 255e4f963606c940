/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/modules.h"

#include "basic/macro.h"
#include "store/installed.h"
#include "store/store.h"
#include "unit/bus.h"
#include "unit/notice.h"

static void leftover_note(void *userdata, const Leftover *leftover) {
        module_note(userdata, &(ModuleNote) { .kind = MODULE_NOTE_LEFTOVER,
                                              .path = leftover->path,
                                              .aside = leftover->aside,
                                              .remedy = leftover->remedy,
                                              .r = leftover->r,
                                              .clause = leftover->clause });
}

static void unit_note(void *userdata, const UnitNotice *notice) {
        static const ModuleNoteKind kinds[] = {
                [UNIT_NOTICE_KILLED] = MODULE_NOTE_UNIT_KILLED,
                [UNIT_NOTICE_PROPERTY_IGNORED] = MODULE_NOTE_PROPERTY_IGNORED,
        };

        module_note(userdata, &(ModuleNote) { .kind = kinds[notice->kind],
                                              .unit = notice->unit,
                                              .phase = notice->phase,
                                              .property = notice->property,
                                              .limit_usec = notice->limit_usec });
}

int modules_open(const ModulesOptions *options, Error *e, Modules *ret) {
        Modules modules = {
                .settle_usec = MAX2(options->settle_usec, (uint64_t) MODULE_SETTLE_USEC),
                .records_fd = -EBADF,
                .note = options->note,
                .progress = options->progress,
                .userdata = options->userdata,
        };
        int r;

        r = scope_init(options->kind, e, &modules.scope);
        if (r < 0)
                return r;
        modules.scope.leftover = (LeftoverHandler) { leftover_note, ret };
        unit_notices_handle((UnitNoticeHandler) { unit_note, ret });
        *ret = modules;
        return 0;
}

void modules_close(Modules *modules) {
        unit_notices_forget(modules);
        if (modules->bus)
                bus_close(modules->bus);
        modules->bus = NULL;
        modules->store = store_close(modules->store);
        modules->records_fd = safe_close(modules->records_fd);
        scope_done(&modules->scope);
}

int modules_open_store(Modules *modules, bool create, Error *e) {
        return modules->store ? 0 : store_open(&modules->scope, create, e, &modules->store);
}

int modules_installed(Modules *modules, Error *e, char ***ret) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        int r;

        *ret = NULL;
        r = modules_open_store(modules, /* create= */ false, &why);
        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return error_copy(e, r, &why);
        r = store_names(modules->store, &why, ret);
        if (r == -ENOENT)
                return 0;
        return r < 0 ? error_copy(e, r, &why) : 0;
}

int modules_open_bus(Modules *modules, Error *e) {
        return modules->bus ? 0 : bus_open(modules->scope.kind, e, &modules->bus);
}

int modules_open_bus_or_none(Modules *modules, Error *e) {
        int r = modules_open_bus(modules, e);

        if (r != -EHOSTDOWN || modules->scope.kind != SCOPE_USER)
                return r;
        error_clear(e);
        return 0;
}

int modules_open_bus_or_note(Modules *modules, Error *e) {
        int r = modules_open_bus(modules, e);

        if (r != -EHOSTDOWN || modules->scope.kind != SCOPE_USER)
                return r;
        (void) module_note_failure(modules, (ModuleNote) { .kind = MODULE_NOTE_NO_MANAGER }, r, e);
        error_clear(e);
        return 0;
}

void module_note(const Modules *modules, const ModuleNote *note) {
        if (modules->note)
                modules->note(modules->userdata, note);
}

int module_note_failure(const Modules *modules, ModuleNote note, int r, const Error *e) {
        note.r = r;
        note.clause = error_text(e, r);
        module_note(modules, &note);
        return r;
}

void module_progress(const Modules *modules, const ModuleProgress *progress) {
        if (modules->progress)
                modules->progress(modules->userdata, progress);
}
