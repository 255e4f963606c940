/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A module's bridge asked for an action: one connection to its control socket. */

#include "axm/channel.h"
#include "axm/control.h"
#include "basic/error.h"

typedef struct Call {
        Channel channel;
        bool asked;        /* the module was handed the request */
        uint64_t received; /* bytes */
} Call;

#define CALL_EMPTY ((Call){ .channel = CHANNEL_EMPTY })

/* Connects to the socket in a module's runtime folder and sends the request. The folder belongs to
 * the module: nothing in it is followed, and who listens has to be who owns it. -ENOENT where
 * nothing runs, -EACCES where the caller may not, -EAGAIN where the connection is not taken now,
 * else another errno, with a clause. Never waits, nor does anything that follows. */
int call_open(const char *folder, const ControlRequest *request, Error *e, Call *ret);
void call_done(Call *call);

/* Reads once, if there is something to read. -ENOTCONN where the module or its bridge is gone,
 * -EFBIG where it has sent more than answers may have. */
int call_read(Call *call, Error *e);

/* 1 and the next event that was read, 0 if there is none; -EBADMSG for what is no event. */
int call_next(Call *call, Error *e, ControlEvent *ret);
