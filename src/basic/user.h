/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Users and groups by name or number. */

#include <sys/types.h>

#include "basic/macro.h"

#define UID_NONE ((uid_t) UINT32_MAX)

/* Numbers need no account; then the group is the user's number. -ESRCH for a name nobody has,
 * -EINVAL for an empty one. */
int user_lookup(const char *user, uid_t *ret_uid, gid_t *ret_gid);
int group_lookup(const char *group, gid_t *ret_gid);

/* -ESRCH if no account has the number. */
int user_primary_group(uid_t uid, gid_t *ret);

/* The account's name, or the number as text. */
int user_name(uid_t uid, char **ret);
int group_name(gid_t gid, char **ret);

/* 1 if nobody but this user is in the group: it is called as the user is, is the user's primary one,
 * and has no other members. 0 if not, or if there is no such user or group. */
int group_is_private(gid_t gid, uid_t uid);

/* Root acts as another user until user_return(): what it opens meanwhile is what that user may
 * open. Without privileges, and for the caller itself, both do nothing. */
int user_become(uid_t uid, gid_t gid);
int user_return(void);
