/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/note.h"

#include "module/modules.h"

void module_note(const Modules *modules, const ModuleNote *note) {
        if (modules->note)
                modules->note(modules->userdata, note);
}

int module_note_error(const Modules *modules, ModuleNoteKind kind, const char *module,
                      const char *unit, int r, const Error *e) {
        module_note(modules, &(ModuleNote){
                                     .kind = kind,
                                     .module = module,
                                     .unit = unit,
                                     .r = r,
                                     .clause = error_text(e, r),
                             });
        return r;
}
