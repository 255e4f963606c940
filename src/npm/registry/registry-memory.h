/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is remembered of registries, or was found out about them: their keys, and which packages had
 * a valid signature. It is a file of the store's, a part of the request to pm2-fetch, and what that
 * answers: the same form in all three. */

#include "npm/registry/registry-key.h"

/* What a request may hold is limited by systemd to 1 MiB, .npmrc files included. */
#define REGISTRIES_MAX     16
#define REGISTRY_MARKS_MAX 16384 /* packages, of all registries */
#define REGISTRY_NAME_MAX  2048  /* bytes of an address */

/* What is remembered of a registry, or was found out about it. */
typedef struct RegistryMemory {
        char *registry; /* its address, without credentials */
        bool has_keys;  /* `keys` says something: it was asked */
        RegistryKeys keys;
        uint64_t *marks; /* of packages that had a valid signature, the oldest first */
        size_t n_marks;
} RegistryMemory;

typedef struct RegistryMemories {
        RegistryMemory *items;
        size_t n;
} RegistryMemories;

/* An array of {"registry", "keys", "signed"}, NULL for none. -EBADMSG and a clause. */
int registry_memories_from_json(json_object *array, Error *e, RegistryMemories *ret);
int registry_memories_to_json(const RegistryMemories *m, json_object **ret);

void registry_memories_done(RegistryMemories *m);

/* NULL if there is none. */
RegistryMemory *registry_memories_find(const RegistryMemories *m, const char *registry);

/* The one of that registry, a new one if need be; -E2BIG if there are too many. */
int registry_memories_add(RegistryMemories *m, const char *registry, RegistryMemory **ret);

bool registry_memory_has_mark(const RegistryMemory *m, uint64_t mark);

/* Adds one that is not there yet. */
int registry_memory_add_mark(RegistryMemory *m, uint64_t mark);

/* Takes the keys over, and leaves none. */
void registry_memory_set_keys(RegistryMemory *m, RegistryKeys *keys);

/* Forgets the oldest marks of the registry with the most, until all are within the limit. */
void registry_memories_trim(RegistryMemories *m);
