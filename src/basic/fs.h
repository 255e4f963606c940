/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files: bounded reading, replacing whole files, locking. Everything is relative to a directory
 * descriptor, and no final symlink is followed unless a function says so. */

#include <dirent.h>
#include <sys/types.h>

#include "basic/error.h"

static inline void closedirp(DIR **d) {
        if (*d)
                (void) closedir(*d);
}

/* Opens a folder for reading its entries; never a symlink. */
int opendir_at(int dir_fd, const char *name, DIR **ret);

/* Opens a folder, never a symlink. Returns the descriptor. */
int open_folder(int dir_fd, const char *name);

/* The path of what a descriptor refers to, to be freed. */
int fd_path(int fd, char **ret);

/* Reads a regular file of at most `max` bytes; the text is terminated by a NUL that `ret_size` (may
 * be NULL) does not count. -ENOENT, -ELOOP for a symlink, -EINVAL for what is not a regular file,
 * -EFBIG. */
int read_file_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_size);

/* The same of an open descriptor, from its current position. */
int read_fd(int fd, size_t max, char **ret, size_t *ret_size);

/* Replaces `name` in one step: temporary file, flush, rename, flush of the folder. A reader sees
 * the old or the new content, also after a power cut. */
int write_file_atomic_at(int dir_fd, const char *name, const void *data, size_t size, mode_t mode);

/* A name for a temporary file beside `name`, to be freed. */
int temporary_name(const char *name, char **ret);

/* Removes the temporary files that killed writers of the above left in a folder. Only while no one
 * else can be writing there. */
int remove_temporaries_at(int dir_fd);

/* Makes `name` a symlink to `target`, replacing what was there in one step. */
int symlink_atomic_at(const char *target, int dir_fd, const char *name);

/* Writes all of it or fails. */
int write_all(int fd, const void *data, size_t size);

/* Makes the folders above a path, 0755; those that exist are fine. */
int mkdir_above_at(int dir_fd, const char *path);

/* Makes a folder and its parents (those 0755); one that exists is fine whatever its mode. */
int mkdir_parents(const char *path, mode_t mode);

/* Locks one byte of a descriptor's file, far beyond its end if need be: shared or exclusively,
 * waiting for it; the lock ends when all copies of the descriptor are closed. */
int lock_byte(int fd, uint64_t offset, bool exclusive);

/* Opens a folder, made first (with `mode`) if it is not there. Returns the descriptor. */
int open_or_mkdir_at(int dir_fd, const char *name, mode_t mode);

/* Takes an exclusive lock on file `name`, waiting for it; the lock ends when the descriptor is
 * closed, at the latest with the process. Returns the descriptor. */
int lock_at(int dir_fd, const char *name);

/* Target of a symlink, to be freed. */
int readlink_at(int dir_fd, const char *name, char **ret);
