/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Running git on an untrusted repository: without prompts, hooks and the user's configuration, and
 * with a time limit. */

#include "basic/error.h"

typedef struct Npmrc Npmrc;

/* One repository that git works on. */
typedef struct GitRun {
        char **env;
        char *git_dir;         /* absolute */
        const char *host;      /* for messages, borrowed */
        uint64_t silence_usec; /* how long a server may send nothing */
} GitRun;

/* What a run is for. */
typedef enum GitErrand {
        GIT_LOCAL, /* talks to no server */
        GIT_LIST,  /* of a server's branches and tags */
        GIT_FETCH,
} GitErrand;

/* Sets `env`, from npm's configuration and our own environment, and `silence_usec`. git's
 * configuration file is written to the folder. */
int git_run_prepare(GitRun *g, const Npmrc *npmrc, int folder_fd, const char *folder, Error *e);
void git_run_done(GitRun *g);

/* Runs git with these words (ending with NULL) in the repository. `ret_output`, which may be NULL,
 * is its standard output. -EIO with git's own message if it failed, -ETIMEDOUT, -ENOENT if there is
 * no git, each with a clause. */
int git_run(const GitRun *g, GitErrand errand, const char *const *words, Error *e,
            char **ret_output);
#define GIT_RUN(g, errand, e, ret_output, ...) \
        git_run(g, errand, (const char *const[]) { __VA_ARGS__, NULL }, e, ret_output)
