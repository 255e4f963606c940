/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An INI file as its lines, so that a rewrite touches nothing but the entries it is about. */

#include "basic/macro.h"

typedef enum IniKind {
        INI_OTHER, /* a comment or a blank line */
        INI_SECTION,
        INI_ENTRY,
} IniKind;

typedef struct IniLine {
        IniKind kind;
        int section;     /* for the caller */
        unsigned number; /* of its first line in the file; 0 if it came from no file */
        char *text;  /* as it stands in the file, line ends included; a folded entry is several */
        char *name;  /* of a section or an entry, else NULL */
        char *value; /* of an entry: what its text means */
} IniLine;

typedef struct IniFile {
        IniLine *lines;
        size_t n;
} IniFile;

/* Puts a line before lines[at]; takes what it owns, also on failure. -ENOMEM. */
int ini_file_insert(IniFile *f, size_t at, IniLine line);

/* Takes out lines [from, to) without freeing them. */
void ini_file_take(IniFile *f, size_t from, size_t to);

/* All of the text. -ENOMEM. */
int ini_file_text(const IniFile *f, char **ret, size_t *ret_size);

/* Free what they own. */
void ini_line_done(IniLine *line);
void ini_file_done(IniFile *f);

/* Whether a line is a comment, rather than blank. */
bool ini_line_is_comment(const IniLine *line);
