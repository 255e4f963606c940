/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/profile.h"

#include <limits.h>

#include "basic/string-util.h"

#define REPLACEMENT 0xfffdU /* for half a pair of UTF-16 */

bool profile_begins(const char *text, size_t size) {
        static const char head[] = "{\"type\":\"profilings\"";

        return size >= strlen(head) && memcmp(text, head, strlen(head)) == 0;
}

const char *profile_suffix(const char *type) {
        static const struct {
                const char *type, *suffix;
        } table[] = {
                { "cpuprofile", ".cpuprofile" },
                { "heapprofile", ".heapprofile" },
                { "heapdump", ".heapsnapshot" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (streq(table[i].type, type))
                        return table[i].suffix;
        return ".profile";
}

/* -- strings ----------------------------------------------------------------------------------- */

static void put_bytes(ProfileParser *p, const char *s, size_t n) {
        if (p->payload) {
                (void) fwrite(s, 1, n, p->out);
                p->size += n;
                return;
        }
        if (n <= PROFILE_TEXT_MAX && p->n_text + n <= PROFILE_TEXT_MAX)
                (void) memcpy(p->text + p->n_text, s, n);
        p->n_text = MIN2(p->n_text + n, (size_t) PROFILE_TEXT_MAX + 1);
}

static void put_character(ProfileParser *p, uint32_t c) {
        char buffer[4] = {};

        put_bytes(p, buffer, c == 0 ? 1 : utf8_encode(c, buffer));
}

/* Half a pair that the other half does not follow. */
static void put_half(ProfileParser *p) {
        if (p->high)
                put_character(p, REPLACEMENT);
        p->high = 0;
}

static void put_unit(ProfileParser *p, uint32_t unit) {
        bool low = unit >= 0xdc00 && unit < 0xe000;

        if (p->high && low) {
                put_character(p, 0x10000 + ((p->high - 0xd800) << 10) + (unit - 0xdc00));
                p->high = 0;
                return;
        }
        put_half(p);
        if (unit >= 0xd800 && unit < 0xdc00)
                p->high = unit;
        else
                put_character(p, low ? REPLACEMENT : unit);
}

static bool is_at(const ProfileParser *p, const char *key) {
        return p->depth == 2 && p->value && streq(p->keys[0], "data") && streq(p->keys[1], key);
}

static void begin_string(ProfileParser *p) {
        p->state = PROFILE_STRING;
        p->payload = is_at(p, "data") && !p->found;
        p->found |= p->payload;
        p->n_text = 0;
}

static void end_string(ProfileParser *p) {
        put_half(p);
        p->state = PROFILE_OUTSIDE;
        if (p->payload) {
                p->payload = false;
                return;
        }
        p->text[p->n_text <= PROFILE_TEXT_MAX ? p->n_text : 0] = 0;
        if (!p->value && p->depth >= 1 && p->depth <= 2)
                (void) memcpy(p->keys[p->depth - 1], p->text, sizeof(p->text));
        else if (is_at(p, "type"))
                (void) memcpy(p->type, p->text, sizeof(p->text));
}

/* Up to what ends the string or escapes something. */
static size_t take_plain(ProfileParser *p, const char *s, size_t size) {
        size_t n = 0;

        while (n < size && s[n] != '"' && s[n] != '\\')
                n++;
        if (n > 0) {
                put_half(p);
                put_bytes(p, s, n);
        }
        return n;
}

static void take_escape(ProfileParser *p, char c) {
        static const char names[] = "bfnrt", characters[] = "\b\f\n\r\t";
        const char *found = c ? strchr(names, c) : NULL;

        if (c == 'u') {
                p->state = PROFILE_HEX;
                p->n_digits = p->unit = 0;
                return;
        }
        p->state = PROFILE_STRING;
        put_half(p);
        put_bytes(p, found ? characters + (found - names) : &c, 1);
}

static void take_digit(ProfileParser *p, char c) {
        static const char digits[] = "0123456789abcdef";
        const char *found = c ? strchr(digits, c | 0x20) : NULL;

        p->unit = p->unit << 4 | (found ? (uint32_t) (found - digits) : 0);
        if (++p->n_digits == 4) {
                p->state = PROFILE_STRING;
                put_unit(p, p->unit);
        }
}

/* -- the document ------------------------------------------------------------------------------ */

static void take_structure(ProfileParser *p, char c) {
        switch (c) {
        case '"':
                begin_string(p);
                break;
        case ':':
                p->value = true;
                break;
        case '{':
        case '[':
                /* gigabytes of brackets may come */
                p->depth += p->depth < UINT_MAX;
                if (p->depth <= 2)
                        p->keys[p->depth - 1][0] = 0;
                p->value = false;
                break;
        case '}':
        case ']':
                p->depth -= p->depth > 0;
                p->value = false;
                break;
        case ',':
                p->value = false;
                break;
        default: /* numbers, names and blanks say nothing of interest */
                break;
        }
}

void profile_parse(ProfileParser *p, const char *text, size_t size) {
        assert(p->out);
        assert(text || size == 0);

        for (size_t i = 0; i < size; i++)
                switch (p->state) {
                case PROFILE_OUTSIDE:
                        take_structure(p, text[i]);
                        break;
                case PROFILE_ESCAPE:
                        take_escape(p, text[i]);
                        break;
                case PROFILE_HEX:
                        take_digit(p, text[i]);
                        break;
                case PROFILE_STRING:
                        i += take_plain(p, text + i, size - i);
                        if (i >= size)
                                break;
                        if (text[i] == '"')
                                end_string(p);
                        else
                                p->state = PROFILE_ESCAPE;
                        break;
                }
}
