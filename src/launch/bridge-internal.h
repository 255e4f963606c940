/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the two files of the bridge share: its process and its loop, and what becomes of the lines
 * that the module sends. */

#include "axm/channel.h"
#include "launch/control-server.h"
#include "launch/heartbeat.h"
#include "launch/lifecycle.h"
#include "launch/monitor.h"
#include "launch/profile-saver.h"
#include "launch/report.h"

typedef struct Bridge {
        Channel channel;
        Report report;
        Monitor monitor;
        ControlServer control;
        ProfileSaver profile;
        Lifecycle lifecycle;
        Heartbeat heartbeat;
        Mask *mask;
        uint64_t handled; /* bytes since the heap was trimmed */
} Bridge;

/* Handles the lines that were read. Whatever befalls one message, the next one is read: only a
 * closed channel ends the bridge. */
void bridge_handle_lines(Bridge *b);

/* Gets the pieces of a line that is too long to be a message: it may be a profile. */
void bridge_take_overflow(void *userdata, uint64_t skipped, const char *piece, size_t size);
