/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command that a module's unit becomes: script, interpreter, arguments. */

#include "launch/plan.h"

/* Finds the script's file and what interprets it, by name. */
int command_find_script(Plan *p, Error *e);

/* Finds the interpreter's file and puts the arguments together, once the environment is known. */
int command_build(Plan *p, Error *e);
