/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/ini-text.h"

#include <ctype.h>

#include "basic/string-util.h"
#include "basic/strv.h"

#define LINE_MAX_WRITTEN 110 /* far below libinih's 197: a person reads them too */
#define NAME_MAX_WRITTEN 60  /* leaves room for a value; longer names get a line of their own */
#define INDENT           "        "

/* What follows a backslash for the character it stands for. */
static const struct {
        char escape, character;
} escapes[] = {
        { '"', '"' }, { '\\', '\\' }, { 'n', '\n' }, { 'r', '\r' }, { 't', '\t' },
};

int ini_chunk_scan(const char *chunk, Error *e, size_t *ret_size) {
        const char *p;

        for (p = chunk; *p && *p != '"'; p++)
                if (*p == '\\') {
                        if (!p[1]) {
                                *ret_size = (size_t) (p - chunk);
                                return INI_CHUNK_MORE;
                        }
                        p++;
                }

        if (!*p)
                return error_set(e, -EBADMSG,
                                 "a double quote is not closed (is there a ';' after a blank? It "
                                 "starts a comment; write \\x3b)");
        if (p[1])
                return error_set(e, -EBADMSG, "unexpected text after the closing double quote");
        *ret_size = (size_t) (p - chunk);
        return INI_CHUNK_LAST;
}

static int hex_digit(char c) {
        static const char digits[] = "0123456789abcdef";
        const char *p = c ? strchr(digits, tolower((unsigned char) c)) : NULL;

        return p ? (int) (p - digits) : -EINVAL;
}

/* Decodes what follows a backslash; returns how many bytes that is, 0 if it is not an escape. */
static size_t decode_escape(const char *s, size_t size, char *ret) {
        if (size >= 3 && s[0] == 'x' && hex_digit(s[1]) >= 0 && hex_digit(s[2]) >= 0) {
                *ret = (char) (hex_digit(s[1]) << 4 | hex_digit(s[2]));
                return 3;
        }
        for (size_t i = 0; size > 0 && i < ELEMENTSOF(escapes); i++)
                if (s[0] == escapes[i].escape) {
                        *ret = escapes[i].character;
                        return 1;
                }
        return 0;
}

int ini_unescape(const char *text, size_t size, Error *e, char **ret) {
        _cleanup_(freep) char *value = malloc(size + 1);
        char *t = value;

        if (!value)
                return -ENOMEM;

        for (size_t i = 0; i < size; i++) {
                size_t n;

                if (text[i] != '\\') {
                        *t++ = text[i];
                        continue;
                }
                n = decode_escape(text + i + 1, size - i - 1, t++);
                if (n == 0)
                        return error_set(
                                e, -EBADMSG,
                                "'\\%c' is not a valid escape (write \\\\ for a backslash, "
                                "or no double quotes)",
                                i + 1 < size ? text[i + 1] : ' ');
                i += n;
        }

        if (memchr(value, 0, (size_t) (t - value)) || !utf8_is_valid(value, (size_t) (t - value)))
                return error_set(e, -EBADMSG, "the escapes do not make a valid UTF-8 text");
        *t = 0;
        *ret = TAKE_PTR(value);
        return 0;
}

/* Bytes of a name's part up to '.' or the end. */
static int take_part(const char **s, Error *e, char **ret) {
        const char *p = *s;
        int r;

        if (*p == '"') {
                for (p++; *p && *p != '"'; p++)
                        if (*p == '\\' && p[1])
                                p++;
                if (!*p)
                        return error_set(e, -EBADMSG,
                                         "a double quote in the key is not closed (write \\x3d for "
                                         "'=', \\x3a for ':')");
                r = ini_unescape(*s + 1, (size_t) (p - *s) - 1, e, ret);
                if (r < 0)
                        return r;
                p++;
        } else {
                p += strcspn(p, ".\"");
                *ret = strndup(*s, (size_t) (p - *s));
                if (!*ret)
                        return -ENOMEM;
        }

        if (*p && *p != '.')
                return error_set(e, -EBADMSG, "a double quote is in the middle of the key");
        if (!(*ret)[0])
                return error_set(e, -EBADMSG, "a part of the key is empty");
        *s = p;
        return 0;
}

int ini_path_parse(const char *name, Error *e, char ***ret) {
        _cleanup_(strv_freep) char **path = NULL;
        int r;

        for (;; name++) {
                _cleanup_(freep) char *part = NULL;

                r = take_part(&name, e, &part);
                if (r < 0)
                        return r;
                r = strv_consume(&path, TAKE_PTR(part));
                if (r < 0)
                        return r;
                if (!*name)
                        break;
        }
        *ret = TAKE_PTR(path);
        return 0;
}

/* Spells one character: as it is, or as an escape if it is a control character, a quote, a
 * backslash or one of `special`. Returns the bytes it took from s. */
static size_t spell_character(const char *s, const char *special, char ret[static 5]) {
        size_t n;

        for (size_t i = 0; i < ELEMENTSOF(escapes); i++)
                if (s[0] == escapes[i].character) {
                        ret[0] = '\\';
                        ret[1] = escapes[i].escape;
                        ret[2] = 0;
                        return 1;
                }

        n = utf8_sequence_length(s, strnlen(s, 4));
        if (n == 0 || (n == 1 && (iscntrl((unsigned char) s[0]) || strchr(special, s[0])))) {
                (void) snprintf(ret, 5, "\\x%02x", (uint8_t) s[0]);
                return 1;
        }
        memcpy(ret, s, n);
        ret[n] = 0;
        return n;
}

int ini_path_format(char *const *path, char **ret) {
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789_-";
        size_t size = 1;
        char *name, *t;

        STRV_FOREACH(part, path)
                size += 4 * strlen(*part) + 3;
        name = t = malloc(size);
        if (!name)
                return -ENOMEM;

        STRV_FOREACH(part, path) {
                if (part != path)
                        *t++ = '.';
                if ((*part)[0] && strspn(*part, plain) == strlen(*part)) {
                        t = stpcpy(t, *part);
                        continue;
                }
                *t++ = '"';
                for (const char *s = *part; *s; t += strlen(t))
                        s += spell_character(s, "=:;", t);
                *t++ = '"';
        }
        *t = 0;
        *ret = name;
        return 0;
}

/* Whether libinih gives the value back as it stands after "NAME = ". */
static bool value_is_plain(const char *value, size_t room) {
        size_t size = strlen(value);

        if (size == 0 || size > room || value[0] == '"' || value[0] == ';')
                return false;
        if (isspace((unsigned char) value[0]) || isspace((unsigned char) value[size - 1]))
                return false;
        return !has_control(value) && !strstr(value, " ;");
}

/* Writes the value behind what stands in the line already. */
static void put_value(FILE *f, size_t column, const char *value) {
        if (value_is_plain(value, LINE_MAX_WRITTEN - column)) {
                fprintf(f, "%s\n", value);
                return;
        }

        fputc('"', f);
        column++;
        for (size_t n; *value; value += n) {
                char spelled[5];

                n = spell_character(value, ";", spelled);
                /* One byte stays free for the quote or the backslash at the end. A line that goes
                 * on must not seem to begin with blanks or a comment. */
                if (column + strlen(spelled) >= LINE_MAX_WRITTEN) {
                        fputs("\\\n" INDENT, f);
                        column = strlen(INDENT);
                        n = spell_character(value, " #;", spelled);
                }
                fputs(spelled, f);
                column += strlen(spelled);
        }
        fputs("\"\n", f);
}

static void put_entry(FILE *f, const char *name, const char *value) {
        fprintf(f, "%s = ", name);
        put_value(f, strlen(name) + 3, value);
}

int ini_entry_format(const char *name, const char *value, char **ret) {
        char *text = NULL;
        size_t size;
        bool failed;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return -ENOMEM;

        if (strlen(name) <= NAME_MAX_WRITTEN)
                put_entry(f, name, value);
        else {
                put_entry(f, INI_LONG_NAME, name);
                put_entry(f, INI_LONG_NAME, value);
        }

        failed = ferror(f);
        if (fclose(f) != 0 || failed) {
                free(text);
                return -ENOMEM;
        }
        *ret = text;
        return 0;
}
