/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a oneshot unit does, done by a child: for users without a manager of their own. It keeps
 * nothing apart but what the child's environment would tell. */

typedef struct Error Error;
typedef struct OneshotIO OneshotIO;
typedef struct OneshotResult OneshotResult;
typedef struct UnitSpec UnitSpec;

/* Runs the specification like oneshot_run() and with the same results. What it says about sandboxes
 * is ignored, and there must be no `input`. A credential's file has to be called like it. */
int oneshot_run_child(const UnitSpec *spec, const OneshotIO *io, Error *e, OneshotResult *ret);
