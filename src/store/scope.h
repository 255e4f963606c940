/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The scope a command acts in, and the folders that belong to it. The system scope is the system
 * manager's and root's; the user scope is one user's own manager. */

#include "basic/error.h"
#include "model/scope-kind.h"
#include "store/aside.h"

typedef struct Scope {
        ScopeKind kind;
        char *config; /* settings.ini, modules/<folder>.ini */
        char *state;  /* modules/, axm/, staging/ */
        char *cache;
        char *data;    /* <folder>/ is a module's own data */
        char *runtime; /* <folder>/ is a module's runtime folder */

        LeftoverHandler leftover; /* the caller's, who sets it before the store is opened */
} Scope;

/* Where the system manager puts state folders, whatever configure was told, and below "private"
 * those of dynamic users. */
#define SYSTEM_STATE "/var/lib"

/* Fills in the folders of a scope, from configure's prefixes or the XDG base directory variables
 * ($HOME where they are unset; relative ones are ignored, as that specification asks). -EINVAL
 * where a user has no absolute home. */
int scope_init(ScopeKind kind, Error *e, Scope *ret);

/* Frees what it owns. */
void scope_done(Scope *s);

/* Where systemd keeps what a dynamic user has of a folder below SYSTEM_STATE; NULL in the user
 * scope, which has no such users. */
int scope_private_folder(const Scope *s, const char *folder, char **ret);

/* "system" or "user". */
const char *scope_kind_to_string(ScopeKind kind);

/* strerror() of a negative errno, with the remedy where the scope is root's and the caller is not.
 */
const char *scope_strerror(ScopeKind kind, int r);
