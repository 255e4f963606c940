/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/notes.h"

#include "basic/log.h"
#include "ctl/ctl.h"

static void print_no_manager(Context *c, const ModuleNote *note) {
        if (!c->warned)
                log_warning("No module runs: %s", note->clause);
        c->warned = true;
}

void note_print(void *userdata, const ModuleNote *note) {
        static void (*const printers[_MODULE_NOTE_MAX])(Context * c, const ModuleNote *note) = {
                [MODULE_NOTE_NO_MANAGER] = print_no_manager,
        };

        printers[note->kind](userdata, note);
}
