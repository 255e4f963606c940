/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit's axm messages come to: its options, actions, metrics and last error since it was
 * started. Written by the relay alone, read by pm2ctl: one file per unit. A record remembers up to
 * where in the journal it has read, so that reading an entry twice changes nothing. */

#include "model/journal-position.h"

typedef struct json_object json_object;

/* What a module may make us keep of it, by number and by approximate bytes of memory. A large
 * configuration has 50 options and weighs 20 KiB. */
#define RECORD_OPTIONS_MAX     1024
#define RECORD_ACTIONS_MAX     256
#define RECORD_METRICS_MAX     1024
#define RECORD_PACKAGES_MAX    4096
#define RECORD_PART_WEIGHT_MAX (512U * 1024U)

/* Longest name of an option, action or metric, and longest texts of an error that are kept. */
#define RECORD_NAME_MAX  256
#define RECORD_ERROR_MAX 1024
#define RECORD_STACK_MAX 8192

/* Which run of a unit sent a message, and when, as journald saw it. */
typedef struct RecordSource {
        const char *invocation; /* of the unit; NULL if journald did not know */
        const char *stream;     /* standard output it came through, or NULL */
        uint64_t realtime_usec;
        JournalPosition position;
} RecordSource;

typedef struct Record {
        /* of the unit whose messages these are, "" if unknown; of the one before, whose last lines
         * may still come in; and the last standard output known to be the former's */
        char invocation[ID128_TEXT_MAX + 1];
        char previous[ID128_TEXT_MAX + 1];
        char stream[ID128_TEXT_MAX + 1];

        JournalPosition position;
        uint64_t updated_usec;     /* time of the last message that counted, since the epoch */
        json_object *options;      /* object */
        json_object *actions;      /* array of objects with a string "action_name" */
        json_object *monitor;      /* object: the last axm:monitor's data */
        json_object *dependencies; /* object: package → version */
        json_object *error; /* object with "name", "message", "stack", "time" (µs); NULL if none */
        uint64_t n_errors;  /* since the unit was started */

        size_t options_weight, actions_weight; /* kept along, not in the file */
} Record;

/* An empty record. -ENOMEM. End it with record_done(). */
int record_init(Record *ret);
void record_done(Record *record);

/* Computes the weights after the parts were replaced. */
void record_measure(Record *record);

/* Approximate bytes of memory that its parts take. */
size_t record_weight(const Record *record);
