/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/registry-keys.h"

#include "basic/log.h"
#include "basic/string-util.h"
#include "store/config.h"
#include "store/registry-keys.h"

int registry_keys_add(Context *c, json_object *request, Error *e) {
        RegistryMemories memories = {};
        json_object *registries = NULL;
        Config config;
        int r;

        r = config_load(&c->modules.scope, e, &config);
        if (r < 0)
                return r;
        r = json_add_string(request, "signatures", signature_policy_to_string(config.signatures));
        if (r < 0 || config.signatures == SIGNATURES_OFF)
                return r;
        r = store_load_registries(c->modules.store, e, &memories);
        if (r < 0)
                return r;
        r = registry_memories_to_json(&memories, &registries);
        registry_memories_done(&memories);
        return r < 0 ? r : json_add(request, "registries", registries);
}

/* -- the answer ------------------------------------------------------------------------------- */

static void tell_expiry(const char *registry, const RegistryKey *old, const RegistryKey *now) {
        if (streq_ptr(old->expires, now->expires))
                return;
        log_warning("The signing key %s of %s now expires %s%s; before: %s%s.", now->keyid,
                    registry, now->expires ? "on " : "never", now->expires ?: "",
                    old->expires ? "on " : "never", old->expires ?: "");
}

static void tell_changes(const RegistryMemory *before, const RegistryMemory *now) {
        const char *registry = now->registry;

        for (size_t i = 0; i < now->keys.n; i++) {
                const RegistryKey *key = now->keys.items + i,
                                  *old = registry_keys_find(&before->keys, key->keyid);

                if (old)
                        tell_expiry(registry, old, key);
                else if (before->has_keys)
                        log_warning(
                                "%s has a new signing key, %s, which is trusted from now on; if "
                                "that is unexpected, ask the registry's operator.",
                                registry, key->keyid);
                else
                        log_info("The signing key %s of %s is remembered.", key->keyid, registry);
        }
        for (size_t i = 0; i < before->keys.n; i++)
                if (!registry_keys_find(&now->keys, before->keys.items[i].keyid))
                        log_warning("%s no longer has the signing key %s, which is forgotten; what "
                                    "is signed with it is refused.",
                                    registry, before->keys.items[i].keyid);
}

/* The fetch unit has compared the keys; it is not what this relies on. */
static int merge_keys(RegistryMemory *before, RegistryMemory *found, Error *e) {
        int r;

        if (!found->has_keys)
                return 0;
        r = registry_keys_check_replaced(&before->keys, &found->keys, e);
        if (r < 0)
                return error_prefix(e, r, "%s", found->registry);
        tell_changes(before, found);
        registry_memory_set_keys(before, &found->keys);
        return 0;
}

static int merge(RegistryMemories *all, RegistryMemory *found, Error *e) {
        RegistryMemory *before;
        int r;

        r = registry_memories_add(all, found->registry, &before);
        if (r == -E2BIG) {
                log_warning(
                        "The signing keys of %s are not remembered: those of %d registries are, "
                        "which is the limit.",
                        found->registry, REGISTRIES_MAX);
                return 0;
        }
        if (r < 0)
                return r;
        r = merge_keys(before, found, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < found->n_marks; i++) {
                r = registry_memory_add_mark(before, found->marks[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int merge_all(Context *c, RegistryMemories *found, Error *e) {
        _cleanup_(closep) int lock_fd = store_lock(c->modules.store, e);
        RegistryMemories all = {};
        int r;

        if (lock_fd < 0)
                return lock_fd;
        r = store_load_registries(c->modules.store, e, &all);
        for (size_t i = 0; r >= 0 && i < found->n; i++)
                if (found->items[i].has_keys || found->items[i].n_marks > 0)
                        r = merge(&all, found->items + i, e);
        if (r >= 0)
                r = store_save_registries(c->modules.store, &all, e);
        registry_memories_done(&all);
        return r;
}

/* Whether there is anything to remember: most installs find the keys as they were. */
static bool is_news(const RegistryMemories *found) {
        for (size_t i = 0; i < found->n; i++)
                if (found->items[i].has_keys || found->items[i].n_marks > 0)
                        return true;
        return false;
}

/* A key by this name can only be one that is remembered now. */
static int check_keyid(Context *c, const char *keyid, Error *e) {
        RegistryMemories all = {};
        bool known = false;
        int r;

        r = store_load_registries(c->modules.store, e, &all);
        for (size_t i = 0; r >= 0 && i < all.n; i++)
                known = known || registry_keys_find(&all.items[i].keys, keyid);
        registry_memories_done(&all);
        if (r < 0 || known)
                return r;
        return error_set(e, -EBADMSG, "the answer of pm2-fetch names a key that it did not list");
}

int registry_keys_take(Context *c, json_object *answer, Error *e, const char **ret_keyid) {
        const char *keyid = json_get_string(answer, "signed_by");
        RegistryMemories found = {};
        int r;

        r = registry_memories_from_json(json_get(answer, "registries"), e, &found);
        if (r < 0)
                return error_prefix(e, r, "the answer of pm2-fetch");
        if (is_news(&found))
                r = merge_all(c, &found, e);
        registry_memories_done(&found);
        if (r >= 0 && keyid)
                r = check_keyid(c, keyid, e);
        if (r < 0)
                return r;
        *ret_keyid = keyid;
        return 0;
}
