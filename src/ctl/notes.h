/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sentences for what src/module notes on the way. */

#include "module/note.h"

/* A ModuleNoteHandler; `userdata` is the Context. */
void note_print(void *userdata, const ModuleNote *note);
