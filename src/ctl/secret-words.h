/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which words of a command line may hold a secret. */

#include "ctl/ctl.h"

typedef struct CommandLine {
        const Verb *verb;
        char *const *words; /* the verb's name and what follows it */
        const Arguments *arg;
} CommandLine;

/* For argv_show(), with a CommandLine as userdata: values of settings, parameters of actions,
 * one-time passwords, and addresses with a password or a token in them. */
bool word_may_be_secret(const char *word, const void *userdata);
