/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One property of a unit in a message to systemd. Every string goes through property_check():
 * systemd writes most of them raw into a unit file, where a newline would start a line of its own
 * and be root's command at the next daemon-reload. */

#include <systemd/sd-bus.h>

typedef struct Error Error;

/* What a field is, and when it is unset: NULL, false, 0, a negative descriptor, no members; an
 * amount of UNIT_UNSET. */
typedef enum PropertyKind {
        PROPERTY_TEXT,          /* char *, for people: made harmless where others are refused */
        PROPERTY_STRING,        /* char * */
        PROPERTY_STRINGS,       /* char ** */
        PROPERTY_WORDS_ALLOWED, /* char **, an allow-list */
        PROPERTY_WORDS_DENIED,  /* char **, taken from an allow-list that was sent before */
        PROPERTY_BOOL,          /* bool */
        PROPERTY_COUNT,         /* unsigned */
        PROPERTY_AMOUNT,        /* uint64_t */
        PROPERTY_NUMBER,        /* int */
        PROPERTY_COMMAND,       /* char **, argv */
        PROPERTY_FIELDS,        /* char **, "NAME=value" */
        PROPERTY_STATUSES,      /* UnitStatuses */
        PROPERTY_SOURCES,       /* UnitCredentials: the files */
        PROPERTY_FALLBACKS,     /* UnitCredentials: what a missing file arrives as */
        PROPERTY_FD,            /* int */
        PROPERTY_CALENDAR,      /* char **, calendar events of a timer */
        PROPERTY_MOUNTS,        /* char **, paths and mount options in turn */
        PROPERTY_PREFIXES,      /* char **, "ADDRESS/LENGTH" */
        _PROPERTY_KIND_MAX,
} PropertyKind;

/* Appends "(sv)" unless the field is unset. -EINVAL with a clause that names the property. */
int property_append(sd_bus_message *m, const char *name, PropertyKind kind, const void *field,
                    Error *e);
