/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One run of pm2-fetch in a unit of its own, from the request to the answer. For
 * module/fetch-tree.h. */

#include "module/fetch-request.h"

/* What pm2-fetch does in a unit. */
typedef struct FetchStep {
        const char *mode; /* pm2-fetch's word, and the unit's */
        const char *description;
        bool network;
        bool cache; /* has the downloads, and runs no foreign code: one user will do for all */
} FetchStep;

/* Runs it to its end: on return nothing of it runs any more. Where a user has no manager, it is a
 * child of this process. `stdin_path` is a file for its standard input, or NULL. What it says on
 * standard error comes as progress; where it fails, its last lines are notes, MODULE_NOTE_OUTPUT.
 * `request` gets what the step tells of itself. -EIO and what pm2-fetch says is wrong; -EBADMSG for
 * an answer that is none; else as of oneshot_run(). The answer is the caller's to free. */
int fetch_step_run(Modules *modules, const FetchStep *step, const Staging *staging,
                   const char *stdin_path, FetchRequest *request, Error *e, json_object **ret);

/* Parses the one JSON line in which pm2-fetch answers; a package may have tampered with it. -EIO
 * with the error that it tells of; -EBADMSG. */
int fetch_answer_parse(const char *text, size_t size, Error *e, json_object **ret);
