/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/streams.h"

#include "basic/string-util.h"

/* The id chooses the set, in which it takes one of four slots. */
#define WAYS 4
#define SETS (STREAMS_MAX / WAYS)

struct Streams {
        Stream *sets[SETS][WAYS];
        uint64_t clock;
        DeferredLine deferred[STREAMS_DEFERRED_MAX]; /* oldest first */
        size_t n_deferred, deferred_size;
};

int streams_new(Streams **ret) {
        assert(ret);

        *ret = calloc(1, sizeof(Streams));
        return *ret ? 0 : -ENOMEM;
}

Streams *streams_free(Streams *s) {
        if (!s)
                return NULL;
        for (size_t i = 0; i < STREAMS_MAX; i++)
                free(s->sets[i / WAYS][i % WAYS]);
        streams_drop_deferred(s);
        free(s);
        return NULL;
}

static Stream **set_of(Streams *s, const char *id) {
        unsigned hash = 5381;

        for (; *id; id++)
                hash = hash * 33 + (unsigned char) *id;
        return s->sets[hash % SETS];
}

const Stream *streams_find(Streams *s, const char *id) {
        Stream **set = set_of(s, id);

        for (size_t i = 0; i < WAYS; i++)
                if (set[i] && streq(set[i]->id, id)) {
                        set[i]->used = ++s->clock;
                        return set[i];
                }
        return NULL;
}

int streams_learn(Streams *s, const JournalEntry *entry) {
        Stream **set = set_of(s, entry->stream), **slot = set;

        assert(entry->stream[0]);
        assert(entry->unit[0]);

        if (streams_find(s, entry->stream))
                return 0;

        for (size_t i = 0; i < WAYS; i++)
                if (!set[i] || (*slot && set[i]->used < (*slot)->used))
                        slot = set + i;
        if (!*slot) {
                *slot = malloc(sizeof(Stream));
                if (!*slot)
                        return -ENOMEM;
        }
        **slot = (Stream) { .used = ++s->clock };
        (void) strcpy((*slot)->id, entry->stream);
        (void) strcpy((*slot)->unit, entry->unit);
        (void) strcpy((*slot)->invocation, entry->invocation);
        return 1;
}

/* -- deferred lines ---------------------------------------------------------------------------- */

static DeferredLine dequeue_line(Streams *s, size_t i) {
        DeferredLine line = s->deferred[i];

        s->n_deferred--;
        s->deferred_size -= line.size;
        memmove(s->deferred + i, s->deferred + i + 1, (s->n_deferred - i) * sizeof(DeferredLine));
        return line;
}

int streams_defer(Streams *s, const char *id, char *text, size_t size, uint64_t realtime_usec) {
        DeferredLine *line;

        assert(s);
        assert(id);
        assert(text);

        if (size > STREAMS_DEFERRED_SIZE_MAX) {
                free(text);
                return -EFBIG;
        }
        while (s->n_deferred >= STREAMS_DEFERRED_MAX ||
               s->deferred_size + size > STREAMS_DEFERRED_SIZE_MAX)
                free(dequeue_line(s, 0).text);

        line = s->deferred + s->n_deferred++;
        *line = (DeferredLine) { .text = text, .size = size, .realtime_usec = realtime_usec };
        (void) snprintf(line->stream, sizeof(line->stream), "%s", id);
        s->deferred_size += size;
        return 0;
}

int streams_take_deferred(Streams *s, const char *id, DeferredLine *ret) {
        assert(ret);

        for (size_t i = 0; i < s->n_deferred; i++)
                if (streq(s->deferred[i].stream, id)) {
                        *ret = dequeue_line(s, i);
                        return 1;
                }
        return 0;
}

size_t streams_count_deferred(const Streams *s) {
        return s->n_deferred;
}

void streams_drop_deferred(Streams *s) {
        while (s->n_deferred > 0)
                free(dequeue_line(s, 0).text);
}
