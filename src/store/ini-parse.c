/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/ini-parse.h"

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
        int r; /* the first error */
} Reader;

static void reader_done(Reader *r) {
        free(r->name);
        free(r->long_name);
        free(r->chunks);
        ini_file_done(&r->file);
}

/* libinih does not stop at an error of ours, so the first one is kept; it names the line. */
static bool reader_failed(Reader *r, int error) {
        if (error >= 0)
                return false;
        r->r = error;
        if (error == -EBADMSG)
                (void) error_prefix(r->e, error, "line %u", r->number);
        return true;
}

static int reader_refuse(Reader *r, const char *reason) {
        return error_set(r->e, -EBADMSG, "%s", reason);
}

/* -- lines ------------------------------------------------------------------------------------- */

/* Keeps what stands in the file from `start` to the end of libinih's line. Takes what the line
 * owns. */
static int keep_line(Reader *r, const char *start, IniLine line) {
        size_t size = (size_t) (r->line + r->size - start);
        bool whole = size > 0 && start[size - 1] == '\n';

        line.text = malloc(size + 2);
        if (!line.text) {
                ini_line_done(&line);
                return -ENOMEM;
        }
        memcpy(line.text, start, size);
        (void) strcpy(line.text + size, whole ? "" : "\n");
        return ini_file_insert(&r->file, r->file.n, line);
}

/* "[NAME] ; comment": libinih gives section names cut, and ignores what follows. */
static int take_section(Reader *r, const char *start, const char *stop) {
        const char *close = memchr(start, ']', (size_t) (stop - start));
        const char *rest = close ? close + 1 : stop;
        char *name;

        if (!close)
                return reader_refuse(r, "a section's name is not closed by ']'");
        while (rest < stop && strchr(BLANKS "\n", *rest))
                rest++;
        if (rest < stop && *rest != ';' && *rest != '#')
                return reader_refuse(r, "unexpected text after a section's name");

        name = strndup(start, (size_t) (close - start));
        if (!name)
                return -ENOMEM;
        r->in_section = true;
        r->continues = false;
        return keep_line(r, r->line,
                         (IniLine) { .kind = INI_SECTION, .number = r->number, .name = name });
}

/* An entry that was begun and that this line does not go on with. */
static int refuse_unfinished(Reader *r) {
        if (r->open)
                return reader_refuse(
                        r, "the value in double quotes above must go on here, in an indented "
                           "line");
        return r->long_name ? reader_refuse(r, "the value of the long key above is missing") : 0;
}

/* Settles what the line was that libinih has done with. */
static int finish_line(Reader *r) {
        const char *p = r->line, *stop = p + r->size;
        int k;

        if (r->handled || r->number == 0)
                return 0;
        k = refuse_unfinished(r);
        if (k < 0)
                return k;
        while (p < stop && strchr(BLANKS "\n", *p))
                p++;
        if (p == stop || *p == ';' || *p == '#')
                return keep_line(r, r->line, (IniLine) { .number = r->number });
        if (*p == '[')
                return take_section(r, p + 1, stop);
        return reader_refuse(r, "expected a [section], a comment or KEY = VALUE");
}

/* Finds the next line and refuses what libinih would cut. */
static int next_line(Reader *r, size_t room) {
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
                return error_set(r->e, -EBADMSG,
                                 "longer than %zu bytes (put the value into double quotes and fold "
                                 "it with a '\\' at the end of the line)",
                                 room - 3);
        if (memchr(r->line, 0, size))
                return reader_refuse(r, "it contains a NUL byte");
        return utf8_is_valid(r->line, size) ? 0 : reader_refuse(r, "it is not valid UTF-8");
}

/* Called by libinih like fgets(). */
static char *read_line(char *line, int room, void *userdata) {
        Reader *r = userdata;

        if (r->r < 0 || reader_failed(r, finish_line(r)) || r->rest == r->end ||
            reader_failed(r, next_line(r, (size_t) room)))
                return NULL;

        memcpy(line, r->line, r->size);
        line[r->size - (r->line[r->size - 1] == '\n')] = 0;
        return line;
}

/* -- entries ----------------------------------------------------------------------------------- */

/* A value is complete; takes it. */
static int close_value(Reader *r, char *value) {
        bool is_long = streq(r->name, INI_LONG_NAME);

        if (is_long && !r->long_name) {
                r->long_name = value;
                return 0;
        }
        return keep_line(r, r->entry,
                         (IniLine) {
                                 .kind = INI_ENTRY,
                                 .number = r->entry_number,
                                 .name = is_long ? TAKE_PTR(r->long_name) : TAKE_PTR(r->name),
                                 .value = value,
                         });
}

/* A chunk of a quoted value; the first one without its quote. */
static int take_chunk(Reader *r, const char *chunk) {
        char *value;
        size_t size;
        int state, k;

        state = ini_chunk_scan(chunk, r->e, &size);
        if (state < 0)
                return state;
        memcpy(r->chunks + r->n_chunks, chunk, size);
        r->n_chunks += size;
        r->open = state == INI_CHUNK_MORE;
        if (r->open)
                return 0;

        k = ini_unescape(r->chunks, r->n_chunks, r->e, &value);
        r->n_chunks = 0;
        return k < 0 ? k : close_value(r, value);
}

static int take_entry(Reader *r, const char *name, const char *value) {
        char *copy;
        int k;

        if (!r->in_section)
                return reader_refuse(r, "an entry stands before the first [section]");
        if (!name[0])
                return reader_refuse(r, "there is no key");
        if (r->open || (r->long_name && !streq(name, INI_LONG_NAME)))
                return refuse_unfinished(r);

        r->continues = true;
        if (!r->long_name) {
                r->entry = r->line;
                r->entry_number = r->number;
        }
        k = free_and_strdup(&r->name, name);
        if (k < 0)
                return k;
        if (value[0] == '"')
                return take_chunk(r, value + 1);
        copy = strdup(value);
        return copy ? close_value(r, copy) : -ENOMEM;
}

/* Whether the line has what only newer versions of libinih take as a comment in such a place. */
static bool has_comment(const Reader *r) {
        for (size_t i = 1; i < r->size; i++)
                if (r->line[i] == ';' && strchr(BLANKS, r->line[i - 1]))
                        return true;
        return false;
}

static int take_indented(Reader *r, const char *value) {
        if (!r->open)
                return reader_refuse(
                        r, "it is indented, which would join it to the line above; remove "
                           "the blanks in front");
        if (has_comment(r))
                return reader_refuse(r,
                                     "a ';' after a blank starts a comment, which a folded value "
                                     "cannot have; write \\x3b");
        return take_chunk(r, value);
}

/* Called by libinih for an entry, and for an indented line after one. */
static int handle_entry(void *userdata, const char *section, const char *name, const char *value) {
        Reader *r = userdata;
        bool indented = r->continues && strchr(BLANKS, r->line[0]);

        r->handled = true;
        if (r->r >= 0) /* an error of before stays */
                (void) reader_failed(r, indented ? take_indented(r, value)
                                                 : take_entry(r, name, value));
        return 1;
}

/* -- the file ---------------------------------------------------------------------------------- */

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

static int refuse_end(Reader *r) {
        if (r->open)
                return reader_refuse(r, "the file ends within a value in double quotes");
        return r->long_name ? reader_refuse(r, "the value of the long key is missing") : 0;
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
        if (r.r < 0 || reader_failed(&r, refuse_end(&r)))
                return r.r;
        if (line < 0)
                return -ENOMEM;
        if (line > 0)
                return error_set(e, -EBADMSG, "line %d: libinih cannot read it", line);
        *ret = TAKE_STRUCT(r.file);
        return 0;
}
