/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What comes over a channel, in pieces of a size that the first byte tells: the lines are those
 * that were sent, and a line that is too long is told in full to who wants it, whatever the pieces.
 */

#include "axm/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_MAX_SIZE 20000U
#define LONG          15000 /* what a byte 0xff stands for */

typedef struct Text {
        char *bytes;
        size_t size;
} Text;

static void check(bool holds) {
        if (!holds)
                abort();
}

static void overflow(void *userdata, uint64_t skipped, const char *piece, size_t size) {
        Text *line = userdata;

        check(skipped == line->size);
        line->bytes = realloc(line->bytes, line->size + size);
        check(line->bytes);
        memcpy(line->bytes + line->size, piece, size);
        line->size += size;
}

/* Compares each line that is there with what was sent, from *at on. */
static void take_lines(Channel *c, Text *skipped, const Text *sent, size_t *at) {
        uint64_t size;
        char *line;
        int r;

        while ((r = channel_next(c, &line, &size)) != 0) {
                const char *expected = sent->bytes + *at;
                const char *newline = memchr(expected, '\n', sent->size - *at);

                check(newline && size == (uint64_t) (newline - expected));
                check(r == (size > LINE_MAX_SIZE ? -EFBIG : 1));
                check(memcmp(r > 0 ? line : skipped->bytes, expected, size) == 0);
                check(r > 0 || skipped->size == size);
                skipped->size = 0;
                *at += size + 1;
        }
}

static void check_channel(const Text *sent, size_t piece) {
        _cleanup_(channel_done) Channel c = CHANNEL_EMPTY;
        Text skipped = {};
        size_t at = 0;
        int fd;

        check(channel_open(&c, &fd) >= 0);
        c.max = LINE_MAX_SIZE;
        c.overflow = overflow;
        c.userdata = &skipped;
        for (size_t i = 0; i < sent->size; i += piece) {
                size_t n = MIN2(piece, sent->size - i);

                check(write(fd, sent->bytes + i, n) == (ssize_t) n);
                while (n > 0) {
                        int got = channel_fill(&c);

                        check(got > 0 && (size_t) got <= n);
                        n -= (size_t) got;
                        take_lines(&c, &skipped, sent, &at);
                }
        }
        check(channel_rest(&c) == sent->size - at);
        (void) close(fd);
        check(channel_fill(&c) == 0);
        free(skipped.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        size_t piece = 1 + (size > 0 ? data[0] * (size_t) data[0] : 0), capacity = size;
        Text text = {};

        for (size_t i = 1; i < size; i++)
                capacity += data[i] == 0xff ? LONG : 0;
        if (capacity > 20 * LONG)
                return 0;
        text.bytes = malloc(capacity + 1);
        check(text.bytes);
        for (size_t i = 1; i < size; i++) {
                size_t n = data[i] == 0xff ? LONG : 1;

                memset(text.bytes + text.size, data[i] == 0xff ? 'x' : data[i], n);
                text.size += n;
        }
        /* a byte at a time is not for all of a long text */
        check_channel(&text, MAX2(piece, text.size / 64 + 1));
        free(text.bytes);
        return 0;
}
