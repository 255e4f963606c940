/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ctrl-C and its like while something is half done: they are noted, and looked at between steps, so
 * that what was begun can be taken back. A second one ends the program at once. */

#include "basic/error.h"

/* From here on SIGINT, SIGTERM and SIGHUP are noted; a reader that goes away (SIGPIPE) does not end
 * us either. */
void interrupt_catch(void);

/* Notes a signal that was taken in another way; 0: none. */
void interrupt_note(int signal);

/* Forgets the signal and returns it, 0 if there was none: for taking back what was begun. */
int interrupt_suspend(void);

bool interrupted(void);

/* 0, or -EINTR with a clause. */
int interrupt_check(Error *e);

/* Ends the program by the signal that was noted, so that a caller's shell learns of it; returns if
 * there was none. */
void interrupt_end(void);
