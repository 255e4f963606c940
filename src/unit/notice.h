/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What this layer did to a unit unasked, and is neither the outcome of an operation nor a reason to
 * end it: for a person to read. */

#include "basic/macro.h"

typedef enum UnitNoticeKind {
        UNIT_NOTICE_KILLED,           /* unit, phase, limit_usec: it was over its time */
        UNIT_NOTICE_PROPERTY_IGNORED, /* property: unknown to this systemd; told once */
} UnitNoticeKind;

/* What the kind does not mention is NULL or 0. All of it is borrowed, for the call alone. */
typedef struct UnitNotice {
        UnitNoticeKind kind;
        const char *unit;
        const char *phase; /* "start" or "stop" */
        const char *property;
        uint64_t limit_usec;
} UnitNotice;

typedef struct UnitNoticeHandler {
        void (*handle)(void *userdata, const UnitNotice *notice); /* may be NULL */
        void *userdata;
} UnitNoticeHandler;

/* The handler is the process's, as the list of unsupported properties is: the last one counts. */
void unit_notices_handle(UnitNoticeHandler handler);

/* Takes the handler of that userdata away, if it still is the one that counts. */
void unit_notices_forget(const void *userdata);

/* For this layer: calls the handler, if there is one. */
void unit_notice(const UnitNotice *notice);
