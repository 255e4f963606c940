/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/registry-trust.h"

#include "basic/string-util.h"
#include "npm/registry/registry-memory.h"
#include "store/pm2ctl-config.h"
#include "store/registries-file.h"
#include "store/store.h"

int registry_trust_add(const Modules *modules, json_object *request, Error *e) {
        _cleanup_(registry_memories_done) RegistryMemories memories = {};
        json_object *registries = NULL;
        Pm2ctlConfig config;
        int r;

        r = pm2ctl_config_load(&modules->scope, e, &config);
        if (r < 0)
                return r;
        r = json_add_string(request, "signatures", signature_policy_to_string(config.signatures));
        if (r < 0 || config.signatures == SIGNATURES_OFF)
                return r;
        r = store_load_registries(modules->store, e, &memories);
        if (r < 0)
                return r;
        r = registry_memories_to_json(&memories, &registries);
        return r < 0 ? r : json_add(request, "registries", registries);
}

/* -- the answer ------------------------------------------------------------------------------- */

static void key_note(const Modules *modules, ModuleNoteKind kind, const char *registry,
                     const RegistryKey *key, const char *expired_before) {
        module_note(modules, &(ModuleNote) {
                                     .kind = kind,
                                     .registry = registry,
                                     .key = key->keyid,
                                     .expires = key->expires,
                                     .expired_before = expired_before,
                             });
}

static void key_note_change(const Modules *modules, const RegistryMemory *before,
                            const RegistryKey *key, const char *registry) {
        const RegistryKey *old = registry_keys_find(&before->keys, key->keyid);

        if (!old)
                key_note(modules,
                         before->has_keys ? MODULE_NOTE_KEY_NEW : MODULE_NOTE_KEY_REMEMBERED,
                         registry, key, /* expired_before= */ NULL);
        else if (!streq_ptr(old->expires, key->expires))
                key_note(modules, MODULE_NOTE_KEY_EXPIRY, registry, key, old->expires);
}

static void keys_note_changes(const Modules *modules, const RegistryMemory *before,
                              const RegistryMemory *now) {
        for (size_t i = 0; i < now->keys.n; i++)
                key_note_change(modules, before, now->keys.items + i, now->registry);
        for (size_t i = 0; i < before->keys.n; i++)
                if (!registry_keys_find(&now->keys, before->keys.items[i].keyid))
                        key_note(modules, MODULE_NOTE_KEY_FORGOTTEN, now->registry,
                                 before->keys.items + i, /* expired_before= */ NULL);
}

/* The fetch unit has compared the keys; it is not what this relies on. */
static int keys_merge(const Modules *modules, RegistryMemory *before, RegistryMemory *found,
                      Error *e) {
        int r;

        if (!found->has_keys)
                return 0;
        r = registry_keys_check_replaced(&before->keys, &found->keys, e);
        if (r < 0)
                return error_prefix(e, r, "%s", found->registry);
        keys_note_changes(modules, before, found);
        registry_memory_set_keys(before, &found->keys);
        return 0;
}

static int memory_merge(const Modules *modules, RegistryMemories *all, RegistryMemory *found,
                        Error *e) {
        RegistryMemory *before;
        int r;

        r = registry_memories_add(all, found->registry, &before);
        if (r == -E2BIG) {
                module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_KEYS_NOT_REMEMBERED,
                                                     .registry = found->registry });
                return 0;
        }
        if (r < 0)
                return r;
        r = keys_merge(modules, before, found, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < found->n_marks; i++) {
                r = registry_memory_add_mark(before, found->marks[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Most installs find the keys as they were. */
static bool memory_is_news(const RegistryMemory *found) {
        return found->has_keys || found->n_marks > 0;
}

static bool memories_are_news(const RegistryMemories *found) {
        for (size_t i = 0; i < found->n; i++)
                if (memory_is_news(found->items + i))
                        return true;
        return false;
}

static int memories_merge(const Modules *modules, RegistryMemories *found, Error *e) {
        _cleanup_(registry_memories_done) RegistryMemories all = {};
        _cleanup_(closep) int lock_fd = store_lock(modules->store, e);
        int r;

        if (lock_fd < 0)
                return lock_fd;
        r = store_load_registries(modules->store, e, &all);
        if (r < 0)
                return r;
        for (size_t i = 0; i < found->n; i++) {
                if (!memory_is_news(found->items + i))
                        continue;
                r = memory_merge(modules, &all, found->items + i, e);
                if (r < 0)
                        return r;
        }
        return store_save_registries(modules->store, &all, e);
}

/* A key by this name can only be one that is remembered now. */
static int keyid_check(const Modules *modules, const char *keyid, Error *e) {
        _cleanup_(registry_memories_done) RegistryMemories all = {};
        int r;

        r = store_load_registries(modules->store, e, &all);
        if (r < 0)
                return r;
        for (size_t i = 0; i < all.n; i++)
                if (registry_keys_find(&all.items[i].keys, keyid))
                        return 0;
        return error_set(e, -EBADMSG, "the answer of pm2-fetch names a key that it did not list");
}

int registry_trust_take(const Modules *modules, json_object *answer, Error *e,
                        const char **ret_keyid) {
        _cleanup_(registry_memories_done) RegistryMemories found = {};
        const char *keyid = json_get_string(answer, "signed_by");
        int r;

        r = registry_memories_from_json(json_get(answer, "registries"), e, &found);
        if (r < 0)
                return error_prefix(e, r, "the answer of pm2-fetch");
        if (memories_are_news(&found)) {
                r = memories_merge(modules, &found, e);
                if (r < 0)
                        return r;
        }
        if (keyid) {
                r = keyid_check(modules, keyid, e);
                if (r < 0)
                        return r;
        }
        *ret_keyid = keyid;
        return 0;
}
