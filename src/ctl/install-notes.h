/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sentences for what installs note on the way: called by note_print(). */

#include "module/note.h"

void install_note_print(const ModuleNote *note);
