/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* axm messages as a person reads them, in the journal. What comes out of here holds no control
 * character and no invalid UTF-8, whatever the module sent. */

typedef struct AxmMessage AxmMessage;

/* Longest MESSAGE= of an entry, and longest text of an exception, whose stack is worth reading. */
#define AXM_HUMAN_MAX     512
#define AXM_EXCEPTION_MAX 8192

/* The MESSAGE= of a journal entry about the message. Only an exception's stack has line breaks.
 * NULL if out of memory. */
char *axm_message_human(const AxmMessage *m);
