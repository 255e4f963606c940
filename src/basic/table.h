/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Rows first, rendering last: a verb fills an array of JSON objects with values in base units
 * (bytes, µs); text and --json are two printers of the same rows. */

#include "basic/json.h"

typedef enum JsonMode {
        JSON_OFF,
        JSON_SHORT,
        JSON_PRETTY,
        _JSON_MODE_MAX,
        _JSON_MODE_INVALID = -EINVAL,
} JsonMode;

/* _JSON_MODE_INVALID for an unknown one. */
JsonMode json_mode_from_string(const char *s);

typedef enum CellFormat {
        CELL_TEXT,
        CELL_NUMBER,   /* right-aligned */
        CELL_BYTES,    /* 12.3M */
        CELL_DURATION, /* µs → 2d 3h */
        CELL_PERCENT,  /* 0.3% */
        CELL_STATE,    /* coloured: active green, failed red */
} CellFormat;

typedef struct Column {
        const char *key; /* member of the row */
        const char *title;
        CellFormat format;
} Column;

typedef struct TableStyle {
        JsonMode json;
        bool legend;         /* the line of titles */
        const char *nothing; /* said (to standard error) where there are no rows and the mode is
                                text; may be NULL */
} TableStyle;

/* Prints an array of objects to standard output. On a narrow terminal long texts are cut, and the
 * last columns left out. A negative errno if that fails. */
int table_print(const Column *columns, size_t n, json_object *rows, const TableStyle *style);

/* Prints one document as --json asks (JSON_PRETTY or JSON_SHORT). */
int json_print(json_object *o, JsonMode mode);

/* Flushes standard output. A negative errno if anything could not be written, now or before. */
int output_flush(void);

/* One value as text, in the caller's buffer or borrowed from the value; "-" for NULL. */
const char *cell_text(json_object *value, CellFormat format, char *buffer, size_t size);

/* Whether standard output is a terminal that takes colours ($NO_COLOR, TERM=dumb). */
bool colours_wanted(void);
