/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What runs a script. */

#include "basic/error.h"

typedef struct App App;

/* A script that is executed itself. */
#define INTERPRETER_NONE "none"

/* How much of a script has to be looked at. */
#define INTERPRETER_HEAD_SIZE 256

/* The interpreter of an app: the one declared, else by the script's extension, else by its first
 * bytes (`head`, may be NULL): a binary, and an executable script that names an interpreter other
 * than node, run themselves; all else is node's. A name to look up in PATH, a path, or
 * INTERPRETER_NONE; borrowed from `app` or constant. */
const char *interpreter_of(const App *app, const void *head, size_t size, bool executable);

/* Whether a script that is not in the package, of an app without an interpreter (or "none"), may
 * be a command of the PATH, such as "npm": it has no slash, and no extension of a script. With a
 * blank in it, it is a line for a shell. */
bool script_may_be_command(const App *app);
bool script_is_shell_line(const App *app);

/* What runs that line. */
#define COMMAND_SHELL "bash"

/* What to try where an interpreter found by extension is not installed (node strips types itself
 * since 22.18); NULL if there is nothing. */
const char *interpreter_instead_of(const char *interpreter);

/* Says that a PATH does not have it; `set`: that PATH is a setting of the administrator. -ENOENT.
 */
int interpreter_missing(const char *interpreter, const char *path, bool set, Error *e);

/* Whether it is node by its name, so that it takes node's options. */
bool interpreter_is_node(const char *interpreter);
