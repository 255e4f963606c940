/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What settings.c and settings-change.c share. */

#include "store/ini-file.h"
#include "store/settings.h"

/* An entry's section says how its value is to be read, and whether it may be shown. */
typedef enum Section {
        SECTION_TYPED = 1 << 0,
        SECTION_SECRET = 1 << 1,
        _SECTION_MAX = 4,
        _SECTION_INVALID = -EINVAL,
} Section;

/* The lines' names are spelled canonically, so that a path is found by comparing text, and what
 * begins with "NAME." is below NAME. */
struct Settings {
        IniFile file;
        json_object *tree;
};

/* The name in its brackets. */
const char *section_to_string(Section section);

/* Whether one name is the other, or is below it. */
bool settings_names_overlap(const char *a, const char *b);

/* Whether an entry at, above or below a name is marked as secret. */
bool settings_is_marked(const Settings *s, const char *name);
