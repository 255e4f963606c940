/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is worth telling a person while something is done to modules, and is neither its outcome nor
 * a reason to end it. Whoever opened the Modules is called with each note, as it happens. */

#include "basic/error.h"

typedef enum ModuleNoteKind {
        MODULE_NOTE_NO_MANAGER, /* clause: a user's manager is not there, so that nothing runs */
        _MODULE_NOTE_MAX,
} ModuleNoteKind;

/* What the kind does not mention is NULL or 0. All of it is borrowed, for the call alone. */
typedef struct ModuleNote {
        ModuleNoteKind kind;
        const char *module; /* name */
        const char *unit;
        int r;              /* negative errno of what did not work */
        const char *clause; /* why, for a sentence; never NULL where `r` is set */
} ModuleNote;

/* Must not call anything that changes what it is called for, and cannot fail. */
typedef void (*ModuleNoteHandler)(void *userdata, const ModuleNote *note);

typedef struct Modules Modules;

/* For this layer: calls the handler, if there is one. */
void module_note(const Modules *modules, const ModuleNote *note);

/* The same for what did not work; `module` or `unit` may be NULL. Returns `r`. */
int module_note_error(const Modules *modules, ModuleNoteKind kind, const char *module,
                      const char *unit, int r, const Error *e);
