/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Talking to a registry about a version that is to be published: one question at a time, waited
 * for. */

#include "npm/registry/npmrc.h"
#include "npm/registry/publication.h"

typedef struct Publisher Publisher;

/* The registry is that of the package's publishConfig, else the one .npmrc has for the name. */
int publisher_new(const Npmrc *npmrc, json_object *package, Error *e, Publisher **ret);
Publisher *publisher_free(Publisher *p);
DEFINE_CLEANUP(Publisher *, publisher_free);

/* Ends in a slash; and whether there is anything that proves who we are. */
const char *publisher_registry(const Publisher *p);
bool publisher_authenticated(const Publisher *p);

/* Why there are none, if they name a variable that is not set: a clause, else NULL. Borrowed. */
const char *publisher_unset(const Publisher *p);

/* Whether the version is free: -EEXIST if it has been published, -ENOTUNIQ if `latest` would go
 * back to a version lower than what is published, unless a tag was asked for. A clause with the
 * remedy.
 */
int publisher_check(Publisher *p, const char *version, bool tag_given, Error *e);

/* Sends it. -EACCES, -EEXIST, … with a clause. */
int publisher_send(Publisher *p, const Publication *publication, const char *otp, Error *e);
