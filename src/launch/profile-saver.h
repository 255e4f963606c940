/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Profiles that a module made of itself become files below the folder for its data, since they are
 * too large for a journal. */

#include "axm/profile.h"
#include "basic/error.h"

typedef struct ProfileSaver {
        char *folder; /* for a module's data; owned, NULL: there is none */
        int dir_fd;   /* of "profiles" in it, while one is being saved */
        ProfileParser parser;
} ProfileSaver;

/* The next piece of the line that holds it; the first one opens the file. */
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

/* The line has ended: gives the file its name. -EFBIG, -ENODATA if there was none in it, or what
 * went wrong, with a clause; then nothing stays. */
int profile_saver_save(ProfileSaver *s, Error *e, SavedProfile *ret);

/* Forgets what was not saved. */
void profile_saver_drop(ProfileSaver *s);
