/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Records in files of one folder: one per unit. */

#include "basic/macro.h"

typedef struct Error Error;
typedef struct Record Record;

/* Longest file of a record; RECORD_PART_WEIGHT_MAX's worth of text of each part stays below it. */
#define RECORD_FILE_MAX (4U * 1024U * 1024U)

/* "<folder of the module>[@app[@instance]].json", to be freed. -EINVAL if `module` is not a
 * module's name. */
int record_file_name(const char *module, const char *app, unsigned instance, char **ret);

/* 1 and the record in file `name`, 0 if there is none, negative, with a clause that names the file
 * with its whole path, if it cannot be read. -EBADMSG if it is damaged, and of no use any more;
 * -EPROTONOSUPPORT if a newer pm2ctl wrote it. */
int record_load_at(int dir_fd, const char *name, Error *e, Record *ret);

/* Replaces the file in one step, 0640. The clause names the file. */
int record_save_at(int dir_fd, const char *name, const Record *record, Error *e);

/* Removes the records of all of a module's units. 0 if there are none. */
int record_remove_at(int dir_fd, const char *module, Error *e);
