/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Follows the journal: what modules say goes into their records, and the checkpoint says up to
 * where that is done. It has neither an event loop nor a clock of its own: `now` is a time in
 * microseconds that only goes forward. */

#include "basic/macro.h"
#include "model/scope-kind.h"

typedef struct Error Error;

/* Entries read before anything else gets its turn: writing records, signals. */
#define FOLLOWER_SLICE 5000

/* How long the checkpoint waits for the rest of a line, or for a line that tells which unit a
 * stream belongs to. */
#define FOLLOWER_DEFER_USEC (10 * USEC_PER_SEC)

/* The least time between two warnings about entries that cannot be read. */
#define FOLLOWER_COMPLAIN_USEC (60 * USEC_PER_SEC)

/* How often to look, while nothing comes, whether there is something that is not shown, and whether
 * there is a journal at all. */
#define FOLLOWER_IDLE_USEC (2 * USEC_PER_SEC)

/* Entries after which the journal is opened anew once all are read, to give back memory. */
#define FOLLOWER_REOPEN_ENTRIES 100000

typedef enum FollowerState {
        FOLLOWER_READING,   /* there is more to read */
        FOLLOWER_FOLLOWING, /* all is read */
        FOLLOWER_BLIND,     /* there is no journal that we may read */
} FollowerState;

typedef struct Follower Follower;

/* Opens the journal (`journal`: a folder to read in its place, or NULL) and goes to the checkpoint.
 * Records and checkpoint are files in folder `state`, made if it is missing. On failure `e` has a
 * clause, except for -ENOMEM; what is survived is logged. */
int follower_open(ScopeKind scope, const char *journal, const char *state, Error *e,
                  Follower **ret);

/* Without writing anything. */
Follower *follower_close(Follower *f);
DEFINE_CLEANUP(Follower *, follower_close);

/* Reads some entries: 1 if there may be more, 0 if not. */
int follower_read(Follower *f, uint64_t now);

/* Writes records and checkpoint where their time has come; all of them with `final`. */
void follower_write(Follower *f, uint64_t now, bool final);

/* As of the last follower_read(). */
FollowerState follower_state(const Follower *f);
