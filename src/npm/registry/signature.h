/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A registry's signatures of a version (dist.signatures): ECDSA over P-256 with SHA-256, of the
 * text "name@version:integrity". */

#include "npm/registry/registry-key.h"

#define SIGNATURES_MAX 16 /* of one version; npm's own registry makes one, two after a new key */

/* Bytes of base64: one of P-256 has 96, those of other curves more. */
#define SIGNATURE_TEXT_MAX 256

/* What was signed; `signatures` is the document's value. Borrowed. */
typedef struct SignedVersion {
        const char *name, *version, *integrity;
        json_object *signatures;
} SignedVersion;

/* Whether the document claims any signature, well-formed or not. */
bool signatures_are_present(json_object *signatures);

/* Checks all of them, as npm does, and gives the first one's key, which belongs to `keys`. A key
 * has to be valid until `published_usec`; where that is USEC_INFINITY, not known, until `now_usec`.
 * -EKEYEXPIRED if one was not, else -EKEYREJECTED, with a clause that does not name the version. */
int signatures_check(const SignedVersion *v, const RegistryKeys *keys, uint64_t now_usec,
                     uint64_t published_usec, Error *e, const RegistryKey **ret);

/* Stands for a "name@version" where it is remembered: a part of its hash. */
int signature_mark(const char *label, uint64_t *ret);
