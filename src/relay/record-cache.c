/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/record-cache.h"

#include <fcntl.h>

#include "axm/mask.h"
#include "axm/message.h"
#include "axm/record-apply.h"
#include "axm/record-file.h"
#include "basic/clock.h"
#include "basic/error.h"
#include "basic/log.h"

#define COMPLAINT_USEC (60 * USEC_PER_SEC)

int record_cache_init(RecordCache *ret, int dir_fd) {
        assert(ret);
        assert(dir_fd >= 0);

        *ret = (RecordCache) { .dir_fd = dir_fd };
        return mask_new(&ret->mask);
}

void record_cache_done(RecordCache *cache) {
        (void) mask_free(cache->mask);
        *cache = (RecordCache) {};
}

void cached_record_done(CachedRecord *c) {
        record_done(&c->record);
        free(c->file);
        *c = (CachedRecord) {};
}

void cached_record_complain(CachedRecord *c, int r, const Error *e, const char *what) {
        uint64_t now = now_usec();

        if (c->complained_usec > 0 && now - c->complained_usec < COMPLAINT_USEC)
                return;
        c->complained_usec = now;
        (void) log_warning_cause(r, e, "%s: %s", c->unit, what);
}

/* -- reading ----------------------------------------------------------------------------------- */

static void update_weight(RecordCache *cache, CachedRecord *c) {
        cache->weight -= c->weight;
        c->weight = record_weight(&c->record);
        cache->weight += c->weight;
}

static void unload_record(RecordCache *cache, CachedRecord *c) {
        cache->weight -= c->weight;
        c->weight = 0;
        record_done(&c->record);
        c->loaded = c->dirty = c->urgent = false;
}

/* What record_load_at() returns; a damaged file is removed. */
static int read_record(RecordCache *cache, CachedRecord *c, Error *e) {
        int r;

        r = record_load_at(cache->dir_fd, c->file, e, &c->record);
        if (r != -EBADMSG || unlinkat(cache->dir_fd, c->file, 0) < 0)
                return r;
        /* it can be made again, and damaged it would be in the way for ever */
        (void) log_warning_cause(r, e, "%s: its record is damaged, starting a new one", c->unit);
        return 0;
}

/* 1 and the record in memory; 0 if it has no file and `create` is not asked for. */
static int load_record(RecordCache *cache, CachedRecord *c, bool create) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        if (c->loaded)
                return 1;

        if (cache->weight > RECORD_CACHE_SIZE_MAX && record_cache_flush(cache, /* all= */ true) > 0)
                r = -ENOBUFS;
        else
                r = read_record(cache, c, &e);
        if (r < 0) {
                cached_record_complain(c, r, &e, "failed to record its messages");
                return r;
        }
        c->recorded = r > 0;
        if (r == 0) {
                if (!create)
                        return 0;
                r = record_init(&c->record);
                if (r < 0)
                        return r;
        }

        c->loaded = true;
        c->next = cache->loaded;
        cache->loaded = c;
        update_weight(cache, c);
        return 1;
}

/* -- changing ---------------------------------------------------------------------------------- */

int record_cache_touch(RecordCache *cache, CachedRecord *c, const RecordSource *source) {
        int r;

        assert(cache);
        assert(c);
        assert(source);

        r = load_record(cache, c, /* create= */ false);
        if (r > 0)
                r = record_touch(&c->record, source);
        if (r > 0)
                c->dirty = c->urgent = true;
        return r == -ENOMEM ? r : 0;
}

int record_cache_apply(RecordCache *cache, CachedRecord *c, const RecordSource *source,
                       const AxmMessage *m) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        assert(cache);
        assert(c);
        assert(source);
        assert(m);

        if (!record_wants(m->type))
                return 0;
        r = load_record(cache, c, /* create= */ true);
        if (r < 0)
                return r == -ENOMEM ? r : 0;

        r = record_apply(&c->record, source, cache->mask, m, &e);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                cached_record_complain(c, r, &e, "refused a message");
        if (r <= 0)
                return 0;
        c->dirty = true;
        c->urgent |= m->type != AXM_MONITOR;
        update_weight(cache, c);
        return 0;
}

/* -- writing ----------------------------------------------------------------------------------- */

static bool is_due(const CachedRecord *c, uint64_t now) {
        uint64_t wait = c->urgent ? RECORD_WRITE_USEC : RECORD_METRICS_USEC;

        return c->written_usec == 0 || now - c->written_usec >= wait;
}

static int write_record(RecordCache *cache, CachedRecord *c, uint64_t now) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        /* Removed since it was read: the module was uninstalled, and this was its last message. */
        if (c->recorded && faccessat(cache->dir_fd, c->file, F_OK, 0) < 0 && errno == ENOENT) {
                c->recorded = false;
                return 0;
        }

        c->written_usec = now;
        r = record_save_at(cache->dir_fd, c->file, &c->record, &e);
        if (r < 0) {
                cached_record_complain(c, r, &e, "failed to write its record, trying again");
                return r;
        }
        c->recorded = true;
        return 0;
}

size_t record_cache_flush(RecordCache *cache, bool all) {
        uint64_t now = cache->loaded ? now_usec() : 0;
        CachedRecord *waiting = NULL, *next;
        size_t n = 0;

        for (CachedRecord *c = cache->loaded; c; c = next) {
                next = c->next;
                if (c->dirty && ((!all && !is_due(c, now)) || write_record(cache, c, now) < 0)) {
                        c->next = waiting;
                        waiting = c;
                        n++;
                } else
                        unload_record(cache, c);
        }
        cache->loaded = waiting;
        return n;
}
