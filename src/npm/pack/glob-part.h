/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One name against one part of a pattern. */

#include "npm/pack/glob-text.h"

/* Whether a whole name fits a pattern without slashes that is not "**". */
bool glob_part_match(GlobText pattern, GlobText name, unsigned *steps);
