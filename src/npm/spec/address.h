/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Addresses of any scheme, taken apart as far as a specification needs it. */

#include "npm/spec/js-text.h"

/* Without "//" the path is all there is. */
typedef struct Address {
        Slice scheme, user, host, path;
        Slice hash; /* with its # */
} Address;

/* False if it is none: no scheme, or a port that is no number. */
bool address_split(const char *text, Address *ret);

/* scheme://host…; git+file:// needs no host. */
bool address_is_valid(const char *text);

/* Decodes %xx into a new string: 0, -EINVAL for what JavaScript refuses to decode, -ENOMEM. */
int address_decode(const char *s, size_t n, char **ret);

/* Bytes at the start that may stand in a component of an address as they are. */
size_t address_span_plain(const char *s);
