/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Specifications that are an address or name a repository. */

#include "npm/spec/spec.h"

/* Fill in what an address, or a repository at a known service (spec->hosted), means. */
int spec_from_url(Spec *s, Error *e);
int spec_from_hosted(Spec *s, Error *e);
