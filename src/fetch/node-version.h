/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The version of the `node` in PATH, "20.1.0", which decides what its packages run on. NULL if
 * there is none, or no memory: then every package is taken. The caller frees. */
char *node_version_find(void);
