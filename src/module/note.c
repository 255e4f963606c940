/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/note.h"

#include "module/modules.h"

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
