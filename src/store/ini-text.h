/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How names and values are spelled in an INI file so that libinih gives them back byte for byte.
 *
 * A value is plain where that reads back as it is, else in double quotes with \" \\ \n \r \t \xNN,
 * folded over indented lines by a backslash at the end; nothing else is ever unescaped. A name is a
 * path: parts joined by '.', each plain or in double quotes. A name too long for a line is the
 * value of an entry named "" that stands before the one, named so too, with its value. */

#include "basic/error.h"

#define INI_LONG_NAME "\"\""

/* A value's state as the chunks of its lines come in. */
typedef enum IniChunk {
        INI_CHUNK_LAST, /* the value is complete */
        INI_CHUNK_MORE, /* goes on in the next line; *size leaves the backslash out */
} IniChunk;

/* Looks at a chunk of a quoted value, without the opening quote: what it says, and the `size` of
 * its escaped text. -EBADMSG and the reason. */
int ini_chunk_scan(const char *chunk, Error *e, size_t *ret_size);

/* The text between the quotes → what it means: valid UTF-8 without NUL, or -EBADMSG. */
int ini_unescape(const char *text, size_t size, Error *e, char **ret);

/* An entry's name → its path. -EBADMSG with the reason. */
int ini_path_parse(const char *name, Error *e, char ***ret);

/* The way back. -ENOMEM. */
int ini_path_format(char *const *path, char **ret);

/* The lines of an entry. -ENOMEM. */
int ini_entry_format(const char *name, const char *value, char **ret);
