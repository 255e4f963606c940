/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A repository's branches and tags, as `git ls-remote` lists them: lines of commit, tab and name. A
 * tag object is followed by the commit it stands for, under the name with "^{}" behind it. */

#include "basic/macro.h"

/* The commit that a branch, tag or full name stands for; a branch goes before a tag of its name. 1,
 * 0 if there is none, -ENOMEM. The caller frees. */
int git_refs_find(const char *refs, const char *name, char **ret);

/* The commit whose tag is the highest version in a range. 1, 0 if there is none, -EINVAL for what
 * is no range, -ENOMEM. The caller frees. */
int git_refs_find_version(const char *refs, const char *range, char **ret);
