/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Repositories at the hosting services npm knows by name: "user/repo", "gitlab:group/repo#v1",
 * "https://github.com/user/repo". */

#include "basic/macro.h"

typedef enum HostedForm {
        HOSTED_SHORTCUT,
        HOSTED_SSH,
        HOSTED_HTTPS,
        HOSTED_GIT,
} HostedForm;

typedef struct Hosted {
        const char *service; /* "github", "gitlab", … */
        const char *domain;
        HostedForm form;
        char *user; /* NULL for some gists */
        char *project;
        char *auth;       /* "user:password" as it stood in the address, or NULL */
        char *committish; /* what followed the #, decoded; NULL if nothing did */
} Hosted;

/* 1 if the text names such a repository, 0 if it does not, -ENOMEM. */
int hosted_parse(const char *text, Hosted *ret);

void hosted_done(Hosted *h);

/* The address to clone from, without the committish. NULL if out of memory. */
char *hosted_url(const Hosted *h);
