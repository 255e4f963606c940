/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Leftovers that cannot be removed, since a file in them is immutable or something is mounted
 * there: they are moved out of the way, into a folder ".aside" next to them. */

#include "basic/macro.h"

/* Something that could not be removed. Everything is borrowed, for the call alone. */
typedef struct Leftover {
        const char *path;   /* where it was */
        const char *aside;  /* where it is now; NULL: still there */
        int r;              /* a negative errno, and */
        const char *clause; /* why, in words */
        const char *remedy; /* NULL: none is known */
} Leftover;

/* Gets each of them; `take` may be NULL. */
typedef struct LeftoverHandler {
        void (*take)(void *userdata, const Leftover *leftover);
        void *userdata;
} LeftoverHandler;

/* Calls the handler, if there is one. */
void leftover_report(const LeftoverHandler *handler, const Leftover *leftover);

/* Removes `name` in the folder dir_fd. What cannot be removed is moved into the folder ".aside" in
 * home_fd, which has to be on the same file system, and reported to the handler. Whether nothing
 * has that name any more. */
bool remove_or_set_aside(int dir_fd, const char *name, int home_fd, const LeftoverHandler *handler);

/* The same by an absolute path; home is the folder that it is in. */
bool remove_path_or_set_aside(const char *path, const LeftoverHandler *handler);

/* Tries once more, without reporting it, to remove what was set aside in a folder. */
void remove_aside(const char *folder);
