/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The packages' own install scripts: preinstall, install (or node-gyp's rebuild where there is a
 * binding.gyp) and postinstall of everything in the tree, in npm's order and environment. This is
 * untrusted code: it runs in a unit of its own. */

#include "basic/error.h"

/* Runs them in the tree, `home` as HOME and for temporary files. Their output goes to standard
 * error. An optional package whose script fails is taken out of the tree, as npm does; any other is
 * -EIO with a clause. */
int install_scripts_run(const char *tree, const char *home, Error *e);
