/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The check before anything is changed: can this package be run as a module here? */

#include "basic/error.h"
#include "basic/json.h"
#include "basic/macro.h"
#include "model/package.h"
#include "model/scope-kind.h"

/* The package lies in the folder `fd`. -EINVAL and a clause with field and remedy, of the first
 * thing that is wrong. */
int preflight(int fd, const Package *p, ScopeKind scope, Error *e);

/* Whether an app declares the environment that --env asks for; NULL is fine. */
int preflight_env(const Package *p, const char *env, Error *e);

/* One notice for all fields of the package's apps that have no effect here. */
void preflight_notice_ignored(const Package *p);

/* -- everything that is wrong: an array of {"level", "field", "problem", "remedy"} ------------ */

typedef enum FindingLevel {
        FINDING_ERROR,   /* it cannot be run, or not be installed */
        FINDING_WARNING, /* it can, but not as it is written there */
        _FINDING_MAX,
        _FINDING_INVALID = -EINVAL,
} FindingLevel;

const char *finding_level_to_string(FindingLevel level);

/* Adds one; `field` may be NULL. Takes no ownership. -ENOMEM. */
int finding_add(json_object *findings, FindingLevel level, const char *field, const char *remedy,
                const char *format, ...) _printf_(5, 6);

/* Checks the package's name and every app. */
int preflight_findings(int fd, const Package *p, ScopeKind scope, json_object *findings);

/* "apps[1].script": where an app's field is declared. The caller frees. */
char *preflight_field(const Package *p, size_t app, const char *field);
