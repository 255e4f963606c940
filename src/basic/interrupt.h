/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* SIGINT, SIGTERM and SIGHUP while something is half done: they are noted, and checked between
 * steps, so that what was begun can be undone. A second one ends the program at once. */

#include "basic/error.h"

/* From here on these signals are noted, and SIGPIPE is ignored. */
void interrupt_catch(void);

/* Notes a signal that was caught in another way; 0: none. */
void interrupt_note(int signal);

/* Forgets the signal and returns it, 0 if there was none: for undoing what was begun. */
int interrupt_suspend(void);

/* Whether a signal was noted. */
bool interrupted(void);

/* 0, or -EINTR with a clause if a signal was noted. */
int interrupt_check(Error *e);

/* Ends the program by the signal that was noted, so that the caller's shell sees it; returns if
 * there was none. */
void interrupt_end(void);
