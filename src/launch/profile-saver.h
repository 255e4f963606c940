/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Profiles that a module made of itself become files below the folder for its data, since they are
 * too large for a journal. */

#include "axm/profile.h"

typedef struct Error Error;

typedef struct ProfileSaver {
        char *folder; /* for a module's data; owned, NULL: there is none */
        int dir_fd;   /* of "profiles" in it, while one is being saved */
        ProfileParser parser;
} ProfileSaver;

/* The next piece of the line that holds it; the first one opens the file. -EWOULDBLOCK while
 * another unit of the module saves one. */
int profile_saver_take(ProfileSaver *s, const char *text, size_t size);

/* Whether one is being saved. */
static inline bool profile_saver_is_open(const ProfileSaver *s) {
        return s->parser.out != NULL;
}

typedef struct SavedProfile {
        char type[PROFILE_TEXT_MAX + 1];
        uint64_t size;
        char *file; /* absolute; owned */
} SavedProfile;

/* The line has ended: gives the file its name. -EFBIG, -ENODATA if there was no profile in it, or
 * an errno of writing the file, with a clause; then nothing stays. */
int profile_saver_save(ProfileSaver *s, Error *e, SavedProfile *ret);

/* Forgets what was not saved. */
void profile_saver_drop(ProfileSaver *s);
