/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A registry's document of its signing keys, and what is remembered of registries; the keys that
 * come out of them are used on a signature. */

#include "basic/string-util.h"
#include "npm/registry/registry-memory.h"
#include "npm/registry/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

/* No key of an input has signed that. */
static void use(const RegistryKey *key, const RegistryKeys *keys) {
        _cleanup_(json_object_putp) json_object *list = json_object_new_array(),
                                                *one = json_object_new_object();
        const RegistryKey *found = NULL;
        Error e = ERROR_NULL;
        int r;

        check(list && one && registry_keys_find(keys, key->keyid) == key);
        check(json_add_string(one, "keyid", key->keyid) >= 0 &&
              json_add_string(one, "sig", "MAYCAQECAQE=") >= 0 &&
              json_object_array_add(list, json_object_get(one)) >= 0);
        r = signatures_check(&(SignedVersion) { "a", "1.0.0", "sha512-x", list }, keys, 0,
                             USEC_INFINITY, &e, &found);
        check(r < 0 && e.message && !found);
        error_clear(&e);
}

static void try_memories(json_object *o) {
        _cleanup_(json_object_putp) json_object *array = NULL, *again = NULL;
        RegistryMemories all = {}, copy = {};
        Error e = ERROR_NULL;

        if (registry_memories_from_json(o, &e, &all) < 0) {
                check(e.message);
                error_clear(&e);
                return;
        }
        registry_memories_trim(&all);
        check(registry_memories_to_json(&all, &array) >= 0);
        check(registry_memories_from_json(array, &e, &copy) >= 0);
        check(registry_memories_to_json(&copy, &again) >= 0 && json_object_equal(array, again));
        registry_memories_done(&all);
        registry_memories_done(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        _cleanup_(freep) char *text = strndup(size > 0 ? (const char *) data : "", size);
        RegistryKeys keys = {};
        Error e = ERROR_NULL;

        /* a NUL in it ends the text too early, which is one more input */
        check(text);
        size = strlen(text);
        if (registry_keys_parse(text, size, &e, &keys) < 0)
                check(e.message);
        error_clear(&e);
        for (size_t i = 0; i < keys.n; i++)
                use(keys.items + i, &keys);
        registry_keys_done(&keys);

        if (json_parse(text, size, &e, &o) >= 0)
                try_memories(o);
        error_clear(&e);
        return 0;
}
