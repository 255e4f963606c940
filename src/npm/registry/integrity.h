/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Hashes of downloads as npm writes them ("sha512-<base64>", several separated by blanks), and the
 * computing of them while bytes pass by. */

#include "basic/error.h"

#define INTEGRITY_HASHES_MAX 16 /* alternatives of one strength; published documents have one */
#define DIGEST_SIZE_MAX      64

typedef enum HashAlgorithm {
        HASH_SHA1, /* weakest first */
        HASH_SHA256,
        HASH_SHA384,
        HASH_SHA512,
        _HASH_MAX,
        _HASH_INVALID = -EINVAL,
} HashAlgorithm;

typedef struct Digest {
        uint8_t bytes[DIGEST_SIZE_MAX];
} Digest;

typedef struct Integrity {
        HashAlgorithm algorithm; /* the strongest one named; weaker ones are not looked at */
        size_t n_digests;        /* one of them has to fit */
        Digest digests[INTEGRITY_HASHES_MAX];
} Integrity;

const char *hash_algorithm_to_string(HashAlgorithm a);
HashAlgorithm hash_algorithm_from_string(const char *s);
size_t hash_algorithm_size(HashAlgorithm a);

/* Parses the strongest known hashes of the text; options ("?…") and unknown algorithms are
 * ignored. -EBADMSG if no known one is there or one is malformed. */
int integrity_parse(const char *text, Error *e, Integrity *ret);

/* The old form: a hexadecimal SHA-1. */
int integrity_from_shasum(const char *hex, Error *e, Integrity *ret);

/* The text form of the first digest; the caller frees. */
int integrity_to_string(const Integrity *i, char **ret);

bool integrity_matches(const Integrity *i, const Digest *digest);

/* Nothing can fit both: hashes of one strength, none in common. */
bool integrity_conflicts(const Integrity *a, const Integrity *b);

/* SHA-1 no longer proves anything against an attacker who wants a collision. */
static inline bool integrity_is_weak(const Integrity *i) {
        return i->algorithm == HASH_SHA1;
}

typedef struct Hasher Hasher;

int hasher_new(HashAlgorithm algorithm, Hasher **ret);
Hasher *hasher_free(Hasher *h);
DEFINE_CLEANUP(Hasher *, hasher_free);

int hasher_update(Hasher *h, const void *data, size_t size);

/* Ends the computation; bytes past the algorithm's size are zero. */
int hasher_finish(Hasher *h, Digest *ret);

/* The digest of a text at once. */
int hash_data(HashAlgorithm algorithm, const void *data, size_t size, Digest *ret);
