/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files about packuments share. */

#include "npm/registry/packument.h"

/* Reads the document; copies of it what is needed to p->document, which is as large. */
int packument_load(Packument *p, Slice document, Error *e);

void packument_drop_versions(Packument *p);
void packument_drop_tags(Packument *p);
