/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/table.h"

#include <inttypes.h>
#include <sys/ioctl.h>

#include "basic/string-util.h"

#define COLUMNS_MAX    32
#define TEXT_WIDTH_MIN 12 /* what a narrow terminal leaves of a text at least */

#define ANSI_GREEN     "\x1b[0;1;32m"
#define ANSI_RED       "\x1b[0;1;31m"
#define ANSI_YELLOW    "\x1b[0;1;33m"
#define ANSI_UNDERLINE "\x1b[0;4m"
#define ANSI_NORMAL    "\x1b[0m"

static const char *const json_mode_table[_JSON_MODE_MAX] = {
        [JSON_OFF] = "off",
        [JSON_SHORT] = "short",
        [JSON_PRETTY] = "pretty",
};

JsonMode json_mode_from_string(const char *s) {
        for (int i = 0; i < _JSON_MODE_MAX; i++)
                if (streq(json_mode_table[i], s))
                        return (JsonMode) i;
        return _JSON_MODE_INVALID;
}

bool colours_wanted(void) {
        const char *term = getenv("TERM");

        return isatty(STDOUT_FILENO) && isempty(getenv("NO_COLOR")) && term && !streq(term, "dumb");
}

static const char *bytes_text(uint64_t n, char *buffer, size_t size) {
        static const char units[] = "BKMGTPE";
        double value = (double) n;
        size_t i = 0;

        for (; value >= 1024 && units[i + 1]; i++)
                value /= 1024;
        (void) snprintf(buffer, size, i == 0 ? "%.0f%c" : "%.1f%c", value, units[i]);
        return buffer;
}

static const char *duration_text(uint64_t usec, char *buffer, size_t size) {
        static const struct {
                uint64_t seconds;
                const char *unit;
        } steps[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
        uint64_t seconds = usec / USEC_PER_SEC;

        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                if (seconds < steps[i].seconds && i + 1 < ELEMENTSOF(steps))
                        continue;
                if (i + 1 == ELEMENTSOF(steps) || i + 2 == ELEMENTSOF(steps))
                        (void) snprintf(buffer, size, "%" PRIu64 "%s", seconds / steps[i].seconds,
                                        steps[i].unit);
                else
                        (void) snprintf(buffer, size, "%" PRIu64 "%s %" PRIu64 "%s",
                                        seconds / steps[i].seconds, steps[i].unit,
                                        seconds % steps[i].seconds / steps[i + 1].seconds,
                                        steps[i + 1].unit);
                break;
        }
        return buffer;
}

const char *cell_text(json_object *value, CellFormat format, char *buffer, size_t size) {
        if (!value)
                return "-";

        switch (format) {
        case CELL_BYTES:
                return bytes_text(json_object_get_uint64(value), buffer, size);
        case CELL_DURATION:
                return duration_text(json_object_get_uint64(value), buffer, size);
        case CELL_PERCENT:
                (void) snprintf(buffer, size, "%.1f%%", json_object_get_double(value));
                return buffer;
        case CELL_TEXT:
        case CELL_STATE:
        case CELL_NUMBER:
                break;
        }
        if (json_object_is_type(value, json_type_string))
                return json_object_get_string(value);
        if (json_object_is_type(value, json_type_boolean))
                return json_object_get_boolean(value) ? "yes" : "no";
        return json_text(value);
}

static const char *state_colour(const char *text) {
        static const struct {
                const char *state, *colour;
        } table[] = {
                { "active", ANSI_GREEN },      { "failed", ANSI_RED },
                { "activating", ANSI_YELLOW }, { "deactivating", ANSI_YELLOW },
                { "reloading", ANSI_YELLOW },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (streq(table[i].state, text))
                        return table[i].colour;
        return "";
}

static bool is_number(CellFormat format) {
        return format == CELL_NUMBER || format == CELL_BYTES || format == CELL_PERCENT ||
               format == CELL_DURATION;
}

static void print_spaces(int n) {
        while (n-- > 0)
                putchar(' ');
}

static void print_cell(const char *text, int width, CellFormat format, const char *colour,
                       bool last) {
        int pad = width - display_width(text);

        if (is_number(format))
                print_spaces(pad);
        if (*colour)
                fputs(colour, stdout);
        fputs(text, stdout);
        if (*colour)
                fputs(ANSI_NORMAL, stdout);
        if (!last)
                print_spaces(1 + (is_number(format) ? 0 : MAX2(pad, 0)));
}

/* The texts of all cells, row by row. */
typedef struct Grid {
        const Column *columns;
        size_t n_columns, n_rows;
        char **texts;
        int widths[COLUMNS_MAX];
} Grid;

static void grid_done(Grid *g) {
        for (size_t i = 0; g->texts && i < g->n_columns * g->n_rows; i++)
                free(g->texts[i]);
        free(g->texts);
}

static int grid_fill(Grid *g, json_object *rows, bool legend) {
        char **text = g->texts = calloc(g->n_columns * g->n_rows + 1, sizeof(char *));

        if (!text)
                return -ENOMEM;
        for (size_t c = 0; c < g->n_columns; c++)
                g->widths[c] = legend ? display_width(g->columns[c].title) : 0;
        for (size_t i = 0; i < g->n_rows; i++)
                for (size_t c = 0; c < g->n_columns; c++, text++) {
                        json_object *row = json_object_array_get_idx(rows, i);
                        const Column *column = g->columns + c;
                        char buffer[64];

                        *text = escape_control(cell_text(json_get(row, column->key), column->format,
                                                         buffer, sizeof(buffer)),
                                               /* keep_newlines= */ false);
                        if (!*text)
                                return -ENOMEM;
                        g->widths[c] = MAX2(g->widths[c], display_width(*text));
                }
        return 0;
}

/* Puts an ellipsis where a text would be wider than its column. */
static int cut_text(char **text, int width) {
        char *t = *text, *cut;
        size_t n;

        if (display_width(t) <= width)
                return 0;
        n = utf8_fit(t, (size_t) width * 4);
        for (t[n] = 0; n > 0 && display_width(t) > width - 1; t[n] = 0)
                n = utf8_fit(t, n - 1);
        if (strdupf(&cut, "%s…", t) < 0)
                return -ENOMEM;
        free(t);
        *text = cut;
        return 0;
}

/* What of a column can be left out. */
static int column_slack(const Column *column, int width) {
        return column->format == CELL_TEXT ? MAX2(width - TEXT_WIDTH_MIN, 0) : 0;
}

/* Leaves out the last columns that a terminal has no room for, however short texts are cut, then
 * cuts the widest until the rest fits. Returns how many columns there are. */
static size_t fit_columns(const Column *columns, size_t n, int limit, int *widths) {
        int all = (int) n - 1, give = 0;

        for (size_t c = 0; c < n; c++) {
                all += widths[c];
                give += column_slack(columns + c, widths[c]);
        }
        for (; n > 1 && all - give > limit; n--) {
                all -= widths[n - 1] + 1;
                give -= column_slack(columns + n - 1, widths[n - 1]);
        }
        for (; give > 0 && all > limit; all--, give--) {
                size_t widest = n;

                for (size_t c = 0; c < n; c++)
                        if (column_slack(columns + c, widths[c]) > 0 &&
                            (widest == n || widths[c] > widths[widest]))
                                widest = c;
                widths[widest]--;
        }
        return n;
}

static int grid_print(Grid *g, size_t n_shown, bool legend) {
        bool colours = colours_wanted();

        for (size_t c = 0; legend && c < n_shown; c++)
                print_cell(g->columns[c].title, g->widths[c], g->columns[c].format,
                           colours ? ANSI_UNDERLINE : "", c + 1 == n_shown);
        if (legend)
                putchar('\n');
        for (size_t i = 0; i < g->n_rows; i++) {
                for (size_t c = 0; c < n_shown; c++) {
                        char **text = g->texts + i * g->n_columns + c;
                        CellFormat format = g->columns[c].format;
                        int r = cut_text(text, g->widths[c]);

                        if (r < 0)
                                return r;
                        print_cell(*text, g->widths[c], format,
                                   colours && format == CELL_STATE ? state_colour(*text) : "",
                                   c + 1 == n_shown);
                }
                if (putchar('\n') < 0 || ferror(stdout))
                        return -errno;
        }
        return 0;
}

static int print_text(const Column *columns, size_t n, json_object *rows, bool legend) {
        _cleanup_(grid_done) Grid g = { columns, n, json_object_array_length(rows), NULL, {} };
        struct winsize w;
        int r;

        assert(n <= COLUMNS_MAX);

        r = grid_fill(&g, rows, legend);
        if (r < 0)
                return r;
        if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) >= 0 && w.ws_col > 0)
                n = fit_columns(columns, n, w.ws_col, g.widths);
        return grid_print(&g, n, legend);
}

int output_flush(void) {
        if (fflush(stdout) == EOF)
                return -errno;
        if (!ferror(stdout))
                return 0;
        /* An earlier write failed, and its errno is gone. Another one fails for the same reason. */
        clearerr(stdout);
        return putchar('\n') == EOF || fflush(stdout) == EOF ? -errno : -EIO;
}

int json_print(json_object *o, JsonMode mode) {
        int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

        flags |= mode == JSON_PRETTY ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED
                                     : JSON_C_TO_STRING_PLAIN;
        return puts(json_object_to_json_string_ext(o, flags)) < 0 ? -errno : output_flush();
}

int table_print(const Column *columns, size_t n, json_object *rows, const TableStyle *style) {
        int r;

        assert(columns && style);

        if (style->json != JSON_OFF)
                return json_print(rows, style->json);

        if (json_object_array_length(rows) == 0) {
                if (style->nothing)
                        (void) fprintf(stderr, "%s\n", style->nothing);
                return 0;
        }
        r = print_text(columns, n, rows, style->legend);
        return r < 0 ? r : output_flush();
}
