/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The check before anything is changed: can this package be run as a module here? It only looks at
 * files: interpreters are looked for where a unit of the scope finds them, in the user scope by the
 * caller's $PATH. */

#include "basic/error.h"
#include "basic/json.h"
#include "model/package.h"
#include "model/scope-kind.h"

typedef struct Modules Modules;

/* The package lies in the directory `fd`. -EINVAL and a clause with field and remedy, of the first
 * thing that is wrong. */
int preflight(int fd, const Package *p, ScopeKind scope, Error *e);

/* -EINVAL if no app of the package declares the environment; NULL is always fine. */
int preflight_env(const Package *p, const char *env, Error *e);

/* -EINVAL for arguments (NULL: none) of a package with several apps, and for those that are not
 * UTF-8, or longer than MODULE_ARGS_MAX bytes together. */
#define MODULE_ARGS_MAX \
        (32U * 1024U) /* they are kept in module.json, and copied into every start */
int preflight_args(const Package *p, char *const *args, Error *e);

/* Everything that is wrong, with the package's name and each app, as findings (module/finding.h)
 * that are added to the array. -ENOMEM. */
int preflight_findings(int fd, const Package *p, ScopeKind scope, json_object *findings);

/* "apps[1].script": where an app's field is declared. The caller frees; NULL if out of memory. */
char *preflight_field(const Package *p, size_t app, const char *field);

/* MODULE_NOTE_FIELDS_IGNORED, if apps of the package declare any fields that have no effect here.
 */
void preflight_note_ignored(const Modules *modules, const Package *p);
