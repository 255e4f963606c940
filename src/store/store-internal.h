/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The store as its own files see it. */

#include "model/scope-kind.h"
#include "store/aside.h"
#include "store/store.h"

struct Store {
        ScopeKind scope;
        char *path; /* <state> */
        int fd;
        int modules_fd;
        LeftoverHandler leftover;
};
