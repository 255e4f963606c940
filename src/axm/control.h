/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What pm2ctl and a module's bridge say to each other over the control socket, and what the bridge
 * then says to the module. Each frame is one JSON object on one line. A connection carries one
 * request, then events up to the one that ends it; the bridge closes it. Neither
 * side trusts the frames of the other. Pure. */

#include "basic/macro.h"

typedef struct Error Error;
typedef struct json_object json_object;

/* In the module's runtime folder. */
#define CONTROL_SOCKET "control.sock"

/* Longest name of an action, as in a record, and longest parameter: what its channel takes at once.
 */
#define CONTROL_ACTION_MAX    256
#define CONTROL_PARAMETER_MAX (64U * 1024U)

/* Longest lines. Escaped, a parameter may have six times its size; and masking may make a module's
 * message longer. */
#define CONTROL_REQUEST_MAX (512U * 1024U)
#define CONTROL_EVENT_MAX   (1024U * 1024U)

/* A module that has just been started announces its actions one by one: for this long after its
 * start, none is unknown. */
#define CONTROL_YOUNG_USEC (5 * USEC_PER_SEC)

typedef struct ControlRequest {
        const char *action;
        const char *parameter; /* NULL: none */
        json_object *document; /* owned, of a request that was parsed: what the others point to */
} ControlRequest;

typedef enum ControlEventKind {
        CONTROL_SENT,    /* the module was sent the request; more will come */
        CONTROL_STREAM,  /* what a scoped action reports meanwhile: data */
        CONTROL_REPLY,   /* the answer: data, and the end, like all that follow */
        CONTROL_END,     /* of a scoped action: data */
        CONTROL_ERROR,   /* a scoped action failed: data */
        CONTROL_UNKNOWN, /* no such action; data is an array of those there are */
        CONTROL_REFUSED, /* data is a clause that says why */
        _CONTROL_EVENT_MAX,
        _CONTROL_EVENT_INVALID = -EINVAL,
} ControlEventKind;

typedef struct ControlEvent {
        ControlEventKind kind;
        json_object *data;     /* NULL: none, or null */
        json_object *document; /* owned, of an event that was parsed: what data belongs to */
} ControlEvent;

/* "sent" and so on; NULL for what is not a kind. */
const char *control_event_to_string(ControlEventKind kind);
ControlEventKind control_event_from_string(const char *s);

/* Whether nothing follows it. */
bool control_event_is_last(ControlEventKind kind);

/* A line, without its newline; the caller frees it. -EINVAL with a clause for a request that breaks
 * a limit, -E2BIG for an event that would. */
int control_request_format(const ControlRequest *request, Error *e, char **ret);
int control_event_format(const ControlEvent *event, char **ret);

/* The reverse; `text` is terminated. -EBADMSG with a clause. */
int control_request_parse(const char *text, size_t size, Error *e, ControlRequest *ret);
int control_event_parse(const char *text, size_t size, Error *e, ControlEvent *ret);

void control_request_done(ControlRequest *request);
void control_event_done(ControlEvent *event);

/* What is sent to the module: the bare name of the action as a string; with a parameter an object,
 * as PM2 sends it; for a scoped action one with `uuid` (else NULL), which comes back with all that
 * the action says. */
int control_message_format(const ControlRequest *request, const char *module, const char *uuid,
                           char **ret);
