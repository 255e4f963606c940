/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/ini.h"

#include <ini.h>
#include <locale.h>

#include "basic/string-util.h"
#include "store/ini-text.h"

#define BLANKS " \t\r\f\v"

/* One run over a file. libinih asks for a line, then calls the handler if it holds an entry or goes
 * on with one; what the line was is known when it asks for the next. */
typedef struct Reader {
        const char *rest, *end;
        unsigned number;  /* of the line libinih has now; 0 before the first */
        const char *line; /* that line in the file */
        size_t size;      /* and its bytes, line end included */
        bool handled;     /* it was an entry's */
        bool in_section;  /* a section's head has been seen */
        bool continues;   /* an indented line would be joined to an entry */

        const char *entry; /* where the last entry begins in the file */
        unsigned entry_number;
        char *name;      /* as libinih gave it */
        char *long_name; /* the name that stands in its value's place; the value is to come */
        char *chunks;    /* escaped text of the quoted value that is open */
        size_t n_chunks;
        bool open; /* it goes on in the next line */

        IniFile file;
        Error *e;
        int r;
} Reader;

static bool reader_failed(Reader *r, int error) {
        if (error >= 0)
                return false;
        if (r->r < 0)
                return true;
        r->r = error;
        if (error == -EBADMSG)
                (void) error_prefix(r->e, error, "line %u", r->number);
        return true;
}

static bool reader_refuse(Reader *r, const char *reason) {
        return reader_failed(r, error_set(r->e, -EBADMSG, "%s", reason));
}

/* Keeps what stands in the file from `start` to the end of libinih's line. */
static void keep_lines(Reader *r, const char *start, IniLine line) {
        size_t size = (size_t) (r->line + r->size - start);
        bool whole = size > 0 && start[size - 1] == '\n';

        line.text = malloc(size + 2);
        if (!line.text) {
                ini_line_done(&line);
                (void) reader_failed(r, -ENOMEM);
                return;
        }
        memcpy(line.text, start, size);
        (void) strcpy(line.text + size, whole ? "" : "\n");
        (void) reader_failed(r, ini_file_insert(&r->file, r->file.n, line));
}

/* "[NAME] ; comment": libinih gives section names cut, and ignores what follows. */
static void take_section(Reader *r, const char *start, const char *stop) {
        const char *close = memchr(start, ']', (size_t) (stop - start));
        const char *rest = close ? close + 1 : stop;
        char *name;

        while (rest < stop && strchr(BLANKS "\n", *rest))
                rest++;
        if (!close) {
                (void) reader_refuse(r, "a section's name is not closed by ']'");
                return;
        }
        if (rest < stop && *rest != ';' && *rest != '#') {
                (void) reader_refuse(r, "something follows a section's name");
                return;
        }

        name = strndup(start, (size_t) (close - start));
        if (!name) {
                (void) reader_failed(r, -ENOMEM);
                return;
        }
        r->in_section = true;
        r->continues = false;
        keep_lines(r, r->line,
                   (IniLine) { .kind = INI_SECTION, .number = r->number, .name = name });
}

/* Whether an entry was begun that this line does not go on with. */
static bool refuse_unfinished(Reader *r) {
        if (r->open)
                return reader_refuse(
                        r, "the value in double quotes above must go on here, in an indented "
                           "line");
        return r->long_name && reader_refuse(r, "the value of the long key above is missing");
}

/* Settles what the line was that libinih has done with. */
static void finish_line(Reader *r) {
        const char *p, *stop;

        if (r->handled || r->r < 0 || r->number == 0 || refuse_unfinished(r))
                return;
        p = r->line;
        stop = p + r->size;
        while (p < stop && strchr(BLANKS "\n", *p))
                p++;

        if (p == stop || *p == ';' || *p == '#')
                keep_lines(r, r->line, (IniLine) { .number = r->number });
        else if (*p == '[')
                take_section(r, p + 1, stop);
        else
                (void) reader_refuse(r, "this is no [section], no comment and no KEY = VALUE");
}

/* Finds the next line and refuses what libinih would cut. */
static bool next_line(Reader *r, size_t room) {
        const char *newline = memchr(r->rest, '\n', (size_t) (r->end - r->rest));
        size_t size = (size_t) ((newline ? newline : r->end) - r->rest);

        r->line = r->rest;
        r->size = size + (newline != NULL);
        r->rest += r->size;
        r->number++;
        r->handled = false;

        /* ini.h asks for room for CR, LF and NUL; newer versions take a fuller line for a cut one.
         */
        if (size + 3 > room)
                return !reader_failed(
                        r, error_set(r->e, -EBADMSG,
                                     "longer than %zu bytes (put the value into double "
                                     "quotes and fold it with a '\\' at the end of the line)",
                                     room - 3));
        if (memchr(r->line, 0, size))
                return !reader_refuse(r, "it holds a NUL byte");
        if (!utf8_is_valid(r->line, size))
                return !reader_refuse(r, "it is not valid UTF-8");
        return true;
}

/* Called by libinih like fgets(). */
static char *read_line(char *line, int room, void *userdata) {
        Reader *r = userdata;

        finish_line(r);
        if (r->r < 0 || r->rest == r->end || !next_line(r, (size_t) room))
                return NULL;

        memcpy(line, r->line, r->size);
        line[r->size - (r->line[r->size - 1] == '\n')] = 0;
        return line;
}

/* A value is complete; takes it. */
static void close_value(Reader *r, char *value) {
        bool is_long = streq(r->name, INI_LONG_NAME);

        if (is_long && !r->long_name) {
                r->long_name = value;
                return;
        }
        keep_lines(r, r->entry,
                   (IniLine) {
                           .kind = INI_ENTRY,
                           .number = r->entry_number,
                           .name = is_long ? TAKE_PTR(r->long_name) : TAKE_PTR(r->name),
                           .value = value,
                   });
}

/* A chunk of a quoted value; the first one without its quote. */
static void take_chunk(Reader *r, const char *chunk) {
        char *value;
        size_t size;
        int state;

        state = ini_chunk_scan(chunk, r->e, &size);
        if (reader_failed(r, state))
                return;

        memcpy(r->chunks + r->n_chunks, chunk, size);
        r->n_chunks += size;
        r->open = state == INI_CHUNK_MORE;
        if (r->open)
                return;

        if (!reader_failed(r, ini_unescape(r->chunks, r->n_chunks, r->e, &value)))
                close_value(r, value);
        r->n_chunks = 0;
}

static void take_entry(Reader *r, const char *name, const char *value) {
        char *copy;

        if (!r->in_section) {
                (void) reader_refuse(r, "an entry stands before the first [section]");
                return;
        }
        if (!name[0]) {
                (void) reader_refuse(r, "there is no key");
                return;
        }
        if (r->open || (r->long_name && !streq(name, INI_LONG_NAME))) {
                (void) refuse_unfinished(r);
                return;
        }

        r->continues = true;
        if (!r->long_name) {
                r->entry = r->line;
                r->entry_number = r->number;
        }
        if (reader_failed(r, free_and_strdup(&r->name, name)))
                return;
        if (value[0] == '"') {
                take_chunk(r, value + 1);
                return;
        }
        copy = strdup(value);
        if (copy)
                close_value(r, copy);
        else
                (void) reader_failed(r, -ENOMEM);
}

/* Whether the line has what only newer versions of libinih take as a comment in such a place. */
static bool has_comment(const Reader *r) {
        for (size_t i = 1; i < r->size; i++)
                if (r->line[i] == ';' && strchr(BLANKS, r->line[i - 1]))
                        return true;
        return false;
}

/* Called by libinih for an entry, and for an indented line after one. */
static int handle_entry(void *userdata, const char *section, const char *name, const char *value) {
        Reader *r = userdata;
        bool indented = r->continues && strchr(BLANKS, r->line[0]);

        r->handled = true;
        if (r->r < 0)
                return 1;
        if (!indented)
                take_entry(r, name, value);
        else if (r->open && has_comment(r))
                (void) reader_refuse(
                        r, "a ';' after a blank starts a comment, for which there is no place "
                           "in a folded value; write \\x3b");
        else if (r->open)
                take_chunk(r, value);
        else
                (void) reader_refuse(
                        r, "it is indented, which would join it to the line above; remove the "
                           "blanks in front");
        return 1;
}

static void reader_done(Reader *r) {
        free(r->name);
        free(r->long_name);
        free(r->chunks);
        ini_file_done(&r->file);
}

/* What libinih trims as blank is for the locale to say, and a byte of UTF-8 may be one. */
static int run_libinih(Reader *r) {
        locale_t plain = newlocale(LC_CTYPE_MASK, "C", (locale_t) 0), before = uselocale(plain);
        int line;

        line = ini_parse_stream(read_line, r, handle_entry, r);
        (void) uselocale(before);
        if (plain)
                freelocale(plain);
        return line;
}

int ini_file_parse(const char *text, size_t size, Error *e, IniFile *ret) {
        _cleanup_(reader_done) Reader r = { .rest = text, .end = text + size, .e = e };
        int line;

        if (size > INI_FILE_MAX)
                return error_set(e, -EFBIG, "it is larger than %u bytes", INI_FILE_MAX);
        if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
                r.rest += 3;
        r.chunks = malloc(size + 1);
        if (!r.chunks)
                return -ENOMEM;

        line = run_libinih(&r);
        if (r.r < 0)
                return r.r;
        if (r.open || r.long_name) {
                (void) reader_refuse(&r, r.open ? "the file ends within a value in double quotes"
                                                : "the value of the long key is missing");
                return r.r;
        }
        if (line < 0)
                return -ENOMEM;
        if (line > 0)
                return error_set(e, -EBADMSG, "line %d: libinih cannot read it", line);
        *ret = TAKE_STRUCT(r.file);
        return 0;
}
