/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The keys that a registry signs its packages with, as its document lists them. Whether one can be
 * used is for npm/registry/signature.h to say. */

#include "basic/json.h"

#define REGISTRY_KEYS_SIZE_MAX (64U * 1024U) /* bytes of the document; npm's own has 600 */
#define REGISTRY_KEYS_MAX      16            /* npm's own registry has had two in all */
#define REGISTRY_KEY_TEXT_MAX  1024          /* bytes of a field: an RSA key of 4096 bits has 736 */

/* Which packages are taken. */
typedef enum SignaturePolicy {
        SIGNATURES_WHEN_PRESENT, /* a package may have none, but what it has must be right */
        SIGNATURES_REQUIRED,
        SIGNATURES_OFF,
        _SIGNATURE_POLICY_MAX,
        _SIGNATURE_POLICY_INVALID = -EINVAL,
} SignaturePolicy;

const char *signature_policy_to_string(SignaturePolicy policy);
SignaturePolicy signature_policy_from_string(const char *s);

typedef struct RegistryKey {
        char *keyid; /* "SHA256:…" */
        char *keytype;
        char *scheme;
        char *key;     /* base64 of the DER form */
        char *expires; /* NULL: never */
        uint64_t expires_usec;
} RegistryKey;

typedef struct RegistryKeys {
        RegistryKey *items;
        size_t n;
} RegistryKeys;

/* Reads {"keys": […]}; a NUL follows the text. -EBADMSG and a clause for what is malformed or over
 * a limit, all or nothing.
 */
int registry_keys_parse(const char *text, size_t size, Error *e, RegistryKeys *ret);

/* The array alone, the same way. */
int registry_keys_from_json(json_object *array, Error *e, RegistryKeys *ret);
int registry_keys_to_json(const RegistryKeys *keys, json_object **ret);

void registry_keys_done(RegistryKeys *keys);

/* NULL if there is none. */
const RegistryKey *registry_keys_find(const RegistryKeys *keys, const char *keyid);

/* -EKEYREJECTED and a clause if a key of `now` has the id, but not the material, of one of
 * `before`.
 */
int registry_keys_check_replaced(const RegistryKeys *before, const RegistryKeys *now, Error *e);

/* ISO 8601 as JavaScript writes it, "2025-01-29T00:00:00.000Z". -EINVAL. */
int registry_time_parse(const char *text, uint64_t *ret_usec);
