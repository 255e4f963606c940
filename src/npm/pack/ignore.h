/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rules of one ignore file, and what they make of a path. Pure. */

#include "npm/pack/glob.h"

#define IGNORE_TEXT_MAX  (256U * 1024U) /* bytes of one .npmignore or .gitignore */
#define IGNORE_RULES_MAX 10000U

typedef struct Ignore {
        Arena arena;
        Glob *rules;
        size_t n, size;
} Ignore;

/* Adds the lines of a file, without empty ones and comments. -E2BIG with a clause. */
int ignore_add_text(Ignore *ignore, const char *text, size_t size, Error *e);

/* Adds one rule, formatted: what it fits is left out, or with "!" taken after all. */
int ignore_addf(Ignore *ignore, Error *e, const char *format, ...) _printf_(3, 4);

void ignore_done(Ignore *ignore);

/* A path below the folder that the rules are about. */
typedef struct IgnorePath {
        const GlobText *parts; /* "", its names, "": so that a slash at either end can be had */
        size_t n;              /* names */
        bool slash;            /* it is written with a slash at its end */
        bool folder;           /* also the rules for what may lie in it are asked */
        bool deeper; /* the last name lies in a folder further down, where single names fit */
} IgnorePath;

/* Whether the path is taken, having been so (or not) before these rules. */
bool ignore_apply(const Ignore *ignore, const IgnorePath *path, bool taken, unsigned *steps);
