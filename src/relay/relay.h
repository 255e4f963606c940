/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Carries what modules say from the journal into their records: the one object of pm2-axm-relay. */

#include <systemd/sd-event.h>

#include "basic/error.h"
#include "basic/macro.h"
#include "model/scope-kind.h"

/* journald tells of new entries with a delay of 250 ms; looking for them this often finds a message
 * within 40 ms and takes 0.2 % of a CPU (measured). */
#define RELAY_POLL_USEC (40 * USEC_PER_MSEC)

/* Entries read before anything else gets its turn: records are written and signals heeded. */
#define RELAY_SLICE 5000

/* How long the place in the journal waits for the rest of a line, or for a line that tells whose a
 * stream is. */
#define RELAY_HOLD_USEC (10 * USEC_PER_SEC)

/* The least time between two complaints about entries that cannot be read. */
#define RELAY_COMPLAIN_USEC (60 * USEC_PER_SEC)

/* How often to look, while nothing comes, whether there is something that is not shown, and whether
 * there is a journal at all. */
#define RELAY_LOOK_USEC (2 * USEC_PER_SEC)

/* Entries after which the journal is opened anew once all are read, to give back memory. */
#define RELAY_REOPEN_ENTRIES 100000

typedef struct RelayOptions {
        ScopeKind scope;
        const char *state;   /* folder of the records and the cursor; made if it is missing */
        const char *journal; /* folder to read in place of the machine's journal, or NULL */
        bool once;           /* end when everything is read */
} RelayOptions;

typedef struct Relay Relay;

/* Opens journal and state, and finds its place. What is wrong is in `e`; what is survived is
 * logged. */
int relay_new(sd_event *event, const RelayOptions *options, Error *e, Relay **ret);

/* Writes what is unwritten. */
Relay *relay_free(Relay *relay);
DEFINE_CLEANUP(Relay *, relay_free);
