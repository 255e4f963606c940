/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files that read specifications share. */

#include "npm/spec/spec.h"

/* Fill in what an address, or a repository at a known service (spec->hosted), means. */
int spec_from_url(Spec *s, Error *e);
int spec_from_hosted(Spec *s, Error *e);
