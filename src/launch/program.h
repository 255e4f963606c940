/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command that a module's unit becomes: script, interpreter, arguments. */

#include "launch/plan.h"

/* Finds the script's file, and the name of its interpreter. The package's folder is closed then. */
int program_find_script(Plan *p, Error *e);

/* Finds the interpreter's file and puts the arguments together, once the environment is known. */
int program_build(Plan *p, Error *e);
