/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* INI files read through libinih (nothing else includes <ini.h>). A distribution's libinih cuts
 * lines at about 200 bytes and repeated names at 49, joins indented lines to the one above and takes
 * " ;" as a comment, all without a word. So the lines are seen here first: what it would cut or join
 * is an error that names the line, and each line is kept as it stands, so that a rewrite touches
 * nothing but the entries it is about. */

#include "basic/error.h"
#include "basic/macro.h"

#define INI_FILE_MAX (1024U * 1024U) /* systemd takes no more as a unit's credentials */

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

/* Reads a whole file, all or nothing. -EBADMSG and a clause that names the line. */
int ini_file_parse(const char *text, size_t size, Error *e, IniFile *ret);

/* Puts a line before lines[at]; takes what it owns, also on failure. -ENOMEM. */
int ini_file_insert(IniFile *f, size_t at, IniLine line);

/* Takes out lines [from, to) without freeing them. */
void ini_file_take(IniFile *f, size_t from, size_t to);

/* All of the text. -ENOMEM. */
int ini_file_text(const IniFile *f, char **ret, size_t *ret_size);

void ini_line_done(IniLine *line);
void ini_file_done(IniFile *f);

/* Whether a line is a comment, rather than blank. */
bool ini_line_is_comment(const IniLine *line);
