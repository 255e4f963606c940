/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a message of each type changes in a record, with the limits of each part. */

#include "axm/message.h"

typedef struct Record Record;
typedef struct RecordSource RecordSource;

/* Whether messages of a type change anything. */
bool record_part_exists(AxmType type);

/* Applies a message's data, without secrets, whatever the record's position is: 1 if that changed
 * the record, 0 if not; negative, with a clause, if the message is refused, and nothing of it is in
 * the record. */
int record_part_apply(Record *record, const RecordSource *source, AxmType type, json_object *data,
                      Error *e);
