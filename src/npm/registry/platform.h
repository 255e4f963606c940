/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a package says it runs on, against what there is. */

#include "npm/registry/manifest.h"

typedef struct Platform {
        const char *os;           /* as node's process.platform: "linux" */
        const char *cpu;          /* as process.arch: "x64" */
        const char *libc;         /* "glibc", "musl" or NULL if it is neither */
        const char *node_version; /* NULL: nothing is known, every package will do */
        const char *npm_version;  /* the same */
} Platform;

/* What this program runs on; the versions are NULL. */
Platform platform_native(void);

/* "os", "cpu" and "libc" of the manifest take it. */
bool platform_fits(const Platform *p, const Manifest *m);

/* "engines" take it. The ranges may be NULL. */
bool platform_engines_fit(const Platform *p, const char *node, const char *npm);
