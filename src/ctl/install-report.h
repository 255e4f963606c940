/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verbs say that install, update and roll back. */

#include "ctl/ctl.h"
#include "module/install-outcome.h"

/* The options of the command line. */
FetchOptions install_fetch_options(const Arguments *arg);
InstallOptions install_options(const Arguments *arg);

/* Says what became of a module: in words, and with --json as one object on standard output. `word`
 * is what it was called on the command line, and stands for a name that is not known. Returns the
 * outcome's result, or what went wrong with the saying. */
int install_report(Context *c, const char *word, const InstallOutcome *outcome);
