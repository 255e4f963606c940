/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/ini-file.h"

void ini_line_done(IniLine *line) {
        free(line->text);
        free(line->name);
        free(line->value);
        *line = (IniLine) {};
}

void ini_file_done(IniFile *f) {
        for (size_t i = 0; i < f->n; i++)
                ini_line_done(f->lines + i);
        free(f->lines);
        *f = (IniFile) {};
}

bool ini_line_is_comment(const IniLine *line) {
        return line->kind == INI_OTHER && strchr(";#", line->text[strspn(line->text, " \t\r\f\v")]);
}

int ini_file_insert(IniFile *f, size_t at, IniLine line) {
        assert(at <= f->n);

        /* Room for a power of two, so that reading a file is not quadratic. */
        if ((f->n & (f->n - 1)) == 0) {
                IniLine *grown = reallocarray(f->lines, f->n ? f->n * 2 : 1, sizeof(IniLine));

                if (!grown) {
                        ini_line_done(&line);
                        return -ENOMEM;
                }
                f->lines = grown;
        }
        memmove(f->lines + at + 1, f->lines + at, (f->n - at) * sizeof(IniLine));
        f->lines[at] = line;
        f->n++;
        return 0;
}

void ini_file_take(IniFile *f, size_t from, size_t to) {
        assert(from <= to && to <= f->n);

        memmove(f->lines + from, f->lines + to, (f->n - to) * sizeof(IniLine));
        f->n -= to - from;
}

int ini_file_text(const IniFile *f, char **ret, size_t *ret_size) {
        size_t size = 0;
        char *text, *t;

        for (size_t i = 0; i < f->n; i++)
                size += strlen(f->lines[i].text);
        text = t = malloc(size + 1);
        if (!text)
                return -ENOMEM;
        for (size_t i = 0; i < f->n; i++)
                t = stpcpy(t, f->lines[i].text);
        *t = 0;

        *ret = text;
        *ret_size = size;
        return 0;
}
