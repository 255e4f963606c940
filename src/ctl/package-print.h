/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "basic/json.h"
#include "ctl/ctl.h"

/* Prints the files of a package as a table, or with --json the whole answer of package_pack() or
 * package_publish(). */
int package_print(const Arguments *arg, json_object *answer);
