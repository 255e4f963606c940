/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One connection to the control socket of a unit's bridge, which is asked for an action there. No
 * function of it waits. */

#include "axm/channel.h"
#include "axm/control.h"
#include "basic/error.h"

typedef struct ActionCall {
        Channel channel;   /* its `fd` is to be polled */
        bool asked;        /* the module was handed the request */
        uint64_t received; /* bytes */
} ActionCall;

#define ACTION_CALL_EMPTY ((ActionCall) { .channel = CHANNEL_EMPTY })

/* Connects to the socket in a unit's runtime folder and sends the request. The folder belongs to
 * the module: nothing in it is followed, and the process that listens must run as the folder's
 * owner. -ENOENT: the unit does not run; -ECONNREFUSED: its bridge is gone; -EACCES: the caller
 * may not open the folder; -EAGAIN: the connection is not taken now; -EPERM: another user listens;
 * each with a clause. */
int action_call_open(const char *folder, const ControlRequest *request, Error *e, ActionCall *ret);
void action_call_done(ActionCall *call);

/* Reads once, if there is something to read. -ENOTCONN where the module or its bridge is gone,
 * -EMSGSIZE where it has sent more than answers may have. */
int action_call_read(ActionCall *call, Error *e);

/* 1 and the next event that was read, 0 if there is none; -EBADMSG for what is not an event. */
int action_call_next(ActionCall *call, Error *e, ControlEvent *ret);
