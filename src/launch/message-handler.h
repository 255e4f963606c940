/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What becomes of the lines that the module sends over its channel: metrics, entries of the
 * journal, replies to actions, files of profiles. */

#include "basic/macro.h"

typedef struct Channel Channel;
typedef struct ControlServer ControlServer;
typedef struct Lifecycle Lifecycle;
typedef struct Mask Mask;
typedef struct Monitor Monitor;
typedef struct ProfileSaver ProfileSaver;
typedef struct Report Report;

/* All borrowed. */
typedef struct MessageHandler {
        Channel *channel;
        const Mask *mask;
        Report *report;
        Monitor *monitor;
        ControlServer *control;
        ProfileSaver *profile;
        Lifecycle *lifecycle;
        uint64_t handled; /* bytes since the heap was trimmed */
} MessageHandler;

/* Handles the lines that were read. What fails for one message is logged, and the next one is read:
 * only a closed channel ends the bridge. */
void message_handler_take_lines(MessageHandler *h);

/* The channel's overflow(): gets the pieces of a line that is too long to be a message, which may
 * be a profile. */
void message_handler_take_overflow(void *handler, uint64_t skipped, const char *piece, size_t size);
