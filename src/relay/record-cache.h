/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Records of units, each in memory only while something is done with it, since others may remove
 * its file at any time: it is read at a message and written soon after, but not for every message
 * of a flood. */

#include "axm/record.h"

typedef struct AxmMessage AxmMessage;
typedef struct Error Error;
typedef struct Mask Mask;

/* Bytes of records kept at a time, roughly; above it they are written at once. */
#define RECORD_CACHE_SIZE_MAX (2U * 1024U * 1024U)

/* The least time between two writes of one record; longer where only metrics have changed. */
#define RECORD_WRITE_USEC   (250 * USEC_PER_MSEC)
#define RECORD_METRICS_USEC (1 * USEC_PER_SEC)

typedef struct CachedRecord CachedRecord;

typedef struct RecordCache {
        int dir_fd; /* of the files; borrowed */
        Mask *mask;
        CachedRecord *loaded;
        size_t weight; /* of those */
} RecordCache;

struct CachedRecord {
        const char *unit;                       /* borrowed: named in what is logged */
        char *file;                             /* owned */
        uint64_t written_usec, complained_usec; /* 0: never */
        bool recorded;                          /* there is a file */

        /* while it is in memory */
        CachedRecord *next;
        Record record;
        size_t weight;
        bool loaded, dirty, urgent; /* urgent: more than metrics has changed */
};

/* -ENOMEM. */
int record_cache_init(RecordCache *ret, int dir_fd);
void record_cache_done(RecordCache *cache);

/* Takes note that the unit said something, if there is a record. -ENOMEM. */
int record_cache_touch(RecordCache *cache, CachedRecord *c, const RecordSource *source);

/* Applies a message. What is wrong with it or with the record's file is logged, now and then.
 * -ENOMEM. */
int record_cache_apply(RecordCache *cache, CachedRecord *c, const RecordSource *source,
                       const AxmMessage *m);

/* Writes the records whose time has come, or with `all` every changed one. Returns how many changes
 * are still unwritten. */
size_t record_cache_flush(RecordCache *cache, bool all);

/* Logs a warning about the unit, at most once a minute for each. */
void cached_record_complain(CachedRecord *c, int r, const Error *e, const char *what);

/* It must not be loaded any more, or the cache must not be used any more. */
void cached_record_done(CachedRecord *c);
