/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The environment that a module finds, and the directory for its data. */

typedef struct Error Error;
typedef struct Plan Plan;

/* The step between plan_settings() and program_build(): makes the data directory and builds the
 * environment. On failure `e` has a clause, except for -ENOMEM. */
int plan_environment(Plan *p, Error *e);
