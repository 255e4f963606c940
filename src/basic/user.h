/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Users and groups by name or number. */

#include <sys/types.h>

#include "basic/macro.h"

#define UID_NONE ((uid_t) UINT32_MAX)

/* A name or a number. A number needs no account; then the group is the same number. -ESRCH for an
 * unknown name, -EINVAL for an empty one. */
int user_lookup(const char *user, uid_t *ret_uid, gid_t *ret_gid);

/* The same of a group. */
int group_lookup(const char *group, gid_t *ret_gid);

/* The group of the user's account. -ESRCH if no account has the number. */
int user_primary_group(uid_t uid, gid_t *ret);

/* The account's name, or the number as text. */
int user_name(uid_t uid, char **ret);

/* The same of a group. */
int group_name(gid_t gid, char **ret);

/* 1 if this user is the group's only member: it is named as the user, is the user's primary group,
 * and has no other members. 0 if not, or if there is no such user or group. */
int group_is_private(gid_t gid, uid_t uid);

/* Root acts as another user until user_return(): what it opens meanwhile is what that user may
 * open. Without privileges, and for the caller itself, both do nothing. */
int user_become(uid_t uid, gid_t gid);

/* Root acts as itself again. If that fails, the program must not go on. */
int user_return(void);
