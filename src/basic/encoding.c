/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/encoding.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_encode(const void *data, size_t size, char **ret) {
        const uint8_t *b = data;
        char *text;

        text = malloc(size * 2 + 1);
        if (!text)
                return -ENOMEM;

        for (size_t i = 0; i < size; i++) {
                text[i * 2] = hex_digits[b[i] >> 4];
                text[i * 2 + 1] = hex_digits[b[i] & 15];
        }
        text[size * 2] = 0;
        *ret = text;
        return 0;
}

static int hex_value(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        c |= 0x20;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -EINVAL;
}

int hex_decode(const char *text, void *data, size_t size) {
        uint8_t *b = data;

        if (strlen(text) != size * 2)
                return -EINVAL;

        for (size_t i = 0; i < size; i++) {
                int high = hex_value(text[i * 2]), low = hex_value(text[i * 2 + 1]);

                if (high < 0 || low < 0)
                        return -EINVAL;
                b[i] = (uint8_t) (high << 4 | low);
        }
        return 0;
}

int base64_encode(const void *data, size_t size, char **ret) {
        const uint8_t *b = data;
        char *text, *t;

        text = t = malloc((size + 2) / 3 * 4 + 1);
        if (!text)
                return -ENOMEM;

        for (size_t i = 0; i < size; i += 3) {
                size_t n = MIN2(size - i, (size_t) 3);
                uint32_t v = (uint32_t) b[i] << 16;

                v |= n > 1 ? (uint32_t) b[i + 1] << 8 : 0;
                v |= n > 2 ? b[i + 2] : 0;
                *t++ = base64_digits[v >> 18];
                *t++ = base64_digits[v >> 12 & 63];
                *t++ = n > 1 ? base64_digits[v >> 6 & 63] : '=';
                *t++ = n > 2 ? base64_digits[v & 63] : '=';
        }
        *t = 0;
        *ret = text;
        return 0;
}

static int base64_value(char c) {
        const char *p;

        if (c == '-' || c == '_')
                c = c == '-' ? '+' : '/';
        p = c ? strchr(base64_digits, c) : NULL;
        return p ? (int) (p - base64_digits) : -EINVAL;
}

int base64_decode(const char *text, char **ret, size_t *ret_size) {
        _cleanup_(freep) char *data = NULL;
        size_t length = strlen(text), n = 0;
        uint32_t v = 0;

        assert(ret && ret_size);

        for (unsigned padding = 0; padding < 2 && length > 0 && text[length - 1] == '='; padding++)
                length--;
        if (length % 4 == 1)
                return -EINVAL;

        data = malloc(length / 4 * 3 + 3);
        if (!data)
                return -ENOMEM;

        for (size_t i = 0; i < length; i++) {
                int digit = base64_value(text[i]);

                if (digit < 0)
                        return -EINVAL;
                v = v << 6 | (uint32_t) digit;
                if (i % 4 > 0)
                        data[n++] = (char) (uint8_t) (v >> (6 - i % 4 * 2));
        }

        data[n] = 0;
        *ret = TAKE_PTR(data);
        *ret_size = n;
        return 0;
}
