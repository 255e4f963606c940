/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Applying messages to a record, in the order of the journal: what was applied before changes
 * nothing, and a unit that was started anew begins with an empty record. */

#include "axm/message.h"

typedef struct Mask Mask;
typedef struct Record Record;
typedef struct RecordSource RecordSource;

/* Whether messages of a type leave anything in a record. */
bool record_wants(AxmType type);

/* Applies a message: options are replaced key by key, of actions of one name the first counts,
 * metrics, dependencies and error are replaced. What the mask takes for a secret is not kept. 1 if
 * that changed the record; 0 if not (nothing to record, or applied before); negative, with the
 * reason, if the message is refused: nothing of it is in the record then. */
int record_apply(Record *record, const RecordSource *source, const Mask *mask, const AxmMessage *m,
                 Error *e);

/* Takes note that a unit said something, if only plain text: another invocation than the recorded
 * one empties the record. 1 if it did. A message in that entry is applied thereafter. */
int record_touch(Record *record, const RecordSource *source);
