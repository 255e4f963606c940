/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The program that a module's unit becomes: script, interpreter, arguments. */

typedef struct Error Error;
typedef struct Plan Plan;

/* Finds the script's file, and the name of its interpreter. Closes the package's folder. On failure
 * `e` has a clause, except for -ENOMEM. */
int program_find_script(Plan *p, Error *e);

/* Finds the interpreter's file and puts the arguments together, once the environment is known. The
 * same errors. */
int program_build(Plan *p, Error *e);
