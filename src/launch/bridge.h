/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The process that stays behind a module: it reads the module's channel until the last end of it is
 * closed, and passes on what is said there. */

typedef struct Channel Channel;
typedef struct Plan Plan;

/* Starts the bridge in a session of its own, adopted by the manager. Takes the bridge's end of the
 * channel. `argv` is the program's: the bridge writes its own name over its copy. */
int bridge_start(Plan *p, char **argv, Channel *channel);
