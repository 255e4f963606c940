/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* INI files read through libinih (nothing else includes <ini.h>). A distribution's libinih cuts
 * lines at about 200 bytes and repeated names at 49, joins indented lines to the one above and
 * takes " ;" as a comment, all without an error. So the lines are checked here first: what it would
 * cut or join is an error that names the line, and each line is kept as it stands, so that a
 * rewrite touches nothing but the entries it is about. */

#include "basic/error.h"
#include "store/ini-file.h"

#define INI_FILE_MAX (1024U * 1024U) /* systemd takes no more as a unit's credentials */

/* Reads a whole file, all or nothing. -EBADMSG and a clause that names the line. */
int ini_file_parse(const char *text, size_t size, Error *e, IniFile *ret);
