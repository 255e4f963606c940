/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds what an unpacked package brings along, in its folder. */

#include "npm/tree/contents.h"

/* Reads them from an unpacked package's folder: the shrinkwrap if it is one of those that have one
 * (npm says so in the registry), else what is in node_modules. Follows no links. -EBADMSG and a
 * clause. */
int contents_read(int dir_fd, bool has_shrinkwrap, Error *e, Contents *ret);
