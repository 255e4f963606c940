/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whose manager supervises a module: the system's, or one user's own. */

typedef enum ScopeKind {
        SCOPE_SYSTEM,
        SCOPE_USER,
} ScopeKind;
