/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/streams.h"

#include "basic/string-util.h"

/* The id chooses the set, in which it takes one of four places. */
#define WAYS 4
#define SETS (STREAMS_MAX / WAYS)

struct Streams {
        Stream *sets[SETS][WAYS];
        uint64_t clock;
        HeldLine held[STREAMS_HELD_MAX]; /* oldest first */
        size_t n_held, held_size;
};

int streams_new(Streams **ret) {
        *ret = calloc(1, sizeof(Streams));
        return *ret ? 0 : -ENOMEM;
}

Streams *streams_free(Streams *s) {
        if (!s)
                return NULL;
        for (size_t i = 0; i < STREAMS_MAX; i++)
                free(s->sets[i / WAYS][i % WAYS]);
        streams_drop_held(s);
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
        Stream **set = set_of(s, entry->stream), **place = set;

        if (streams_find(s, entry->stream))
                return 0;

        for (size_t i = 0; i < WAYS; i++)
                if (!set[i] || (*place && set[i]->used < (*place)->used))
                        place = set + i;
        if (!*place) {
                *place = malloc(sizeof(Stream));
                if (!*place)
                        return -ENOMEM;
        }
        **place = (Stream){ .used = ++s->clock };
        (void) strcpy((*place)->id, entry->stream);
        (void) strcpy((*place)->unit, entry->unit);
        (void) strcpy((*place)->invocation, entry->invocation);
        return 1;
}

/* Takes a line out of the queue. */
static HeldLine take(Streams *s, size_t i) {
        HeldLine line = s->held[i];

        s->n_held--;
        s->held_size -= line.size;
        memmove(s->held + i, s->held + i + 1, (s->n_held - i) * sizeof(HeldLine));
        return line;
}

int streams_hold(Streams *s, const char *id, char *text, size_t size, uint64_t realtime_usec) {
        HeldLine *line;

        if (size > STREAMS_HELD_SIZE_MAX) {
                free(text);
                return -EFBIG;
        }
        while (s->n_held >= STREAMS_HELD_MAX || s->held_size + size > STREAMS_HELD_SIZE_MAX)
                free(take(s, 0).text);

        line = s->held + s->n_held++;
        *line = (HeldLine){ .text = text, .size = size, .realtime_usec = realtime_usec };
        (void) snprintf(line->stream, sizeof(line->stream), "%s", id);
        s->held_size += size;
        return 0;
}

int streams_take_held(Streams *s, const char *id, HeldLine *ret) {
        for (size_t i = 0; i < s->n_held; i++)
                if (streq(s->held[i].stream, id)) {
                        *ret = take(s, i);
                        return 1;
                }
        return 0;
}

size_t streams_count_held(const Streams *s) {
        return s->n_held;
}

void streams_drop_held(Streams *s) {
        while (s->n_held > 0)
                free(take(s, 0).text);
}
