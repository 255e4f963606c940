/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/registry-key.h"

#include <time.h>

#include "basic/string-util.h"

static const char *const policy_table[_SIGNATURE_POLICY_MAX] = {
        [SIGNATURES_WHEN_PRESENT] = "when-present",
        [SIGNATURES_REQUIRED] = "required",
        [SIGNATURES_OFF] = "off",
};

const char *signature_policy_to_string(SignaturePolicy policy) {
        return policy >= 0 && policy < _SIGNATURE_POLICY_MAX ? policy_table[policy] : NULL;
}

SignaturePolicy signature_policy_from_string(const char *s) {
        for (SignaturePolicy policy = 0; policy < _SIGNATURE_POLICY_MAX; policy++)
                if (streq(s, policy_table[policy]))
                        return policy;
        return _SIGNATURE_POLICY_INVALID;
}

static bool are_digits(const char *s, size_t n) {
        return strspn(s, "0123456789") >= n;
}

int registry_time_parse(const char *text, uint64_t *ret_usec) {
        static const char form[] = "dddd-dd-ddTdd:dd:dd";
        struct tm tm = {}, normal;
        const char *rest;
        time_t t;

        for (size_t i = 0; form[i]; i++)
                if (form[i] == 'd' ? !are_digits(text + i, 1) : text[i] != form[i])
                        return -EINVAL;
        rest = text + strlen(form);
        if (*rest == '.' && are_digits(rest + 1, 1))
                rest += 1 + strspn(rest + 1, "0123456789");
        if (!streq(rest, "Z"))
                return -EINVAL;
        if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                   &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
                return -EINVAL;
        tm.tm_year -= 1900;
        tm.tm_mon -= 1;
        normal = tm;
        t = timegm(&normal);
        /* what had to be put right was no date */
        if (t < 0 || normal.tm_mon != tm.tm_mon || normal.tm_mday != tm.tm_mday ||
            normal.tm_hour != tm.tm_hour || normal.tm_min != tm.tm_min)
                return -EINVAL;
        *ret_usec = (uint64_t) t * USEC_PER_SEC;
        return 0;
}

/* -- keys ------------------------------------------------------------------------------------- */

typedef struct KeyField {
        const char *name;
        size_t offset;
        bool required;
} KeyField;

static const KeyField key_fields[] = {
        { "keyid", offsetof(RegistryKey, keyid), true },
        { "keytype", offsetof(RegistryKey, keytype), true },
        { "scheme", offsetof(RegistryKey, scheme), true },
        { "key", offsetof(RegistryKey, key), true },
        { "expires", offsetof(RegistryKey, expires), false },
};

static char **key_text(const RegistryKey *key, const KeyField *f) {
        return (char **) ((char *) key + f->offset);
}

static void registry_key_done(RegistryKey *key) {
        for (size_t i = 0; i < ELEMENTSOF(key_fields); i++)
                free(*key_text(key, key_fields + i));
        *key = (RegistryKey) {};
}

void registry_keys_done(RegistryKeys *keys) {
        for (size_t i = 0; i < keys->n; i++)
                registry_key_done(keys->items + i);
        free(keys->items);
        *keys = (RegistryKeys) {};
}

const RegistryKey *registry_keys_find(const RegistryKeys *keys, const char *keyid) {
        for (size_t i = 0; i < keys->n; i++)
                if (streq(keys->items[i].keyid, keyid))
                        return keys->items + i;
        return NULL;
}

/* The same key material, whenever it expires. */
static bool is_same_key(const RegistryKey *a, const RegistryKey *b) {
        return streq(a->keyid, b->keyid) && streq(a->keytype, b->keytype) &&
               streq(a->scheme, b->scheme) && streq(a->key, b->key);
}

int registry_keys_check_replaced(const RegistryKeys *before, const RegistryKeys *now, Error *e) {
        for (size_t i = 0; i < before->n; i++) {
                const RegistryKey *key = registry_keys_find(now, before->items[i].keyid);

                if (key && !is_same_key(before->items + i, key))
                        return error_set(
                                e, -EKEYREJECTED,
                                "its signing key %s differs from the remembered key of that ID",
                                key->keyid);
        }
        return 0;
}

/* Printable ASCII without blanks, as all of them are, so that messages may show it. */
static bool is_word(const char *s) {
        for (; *s; s++)
                if (*s <= ' ' || *s > '~')
                        return false;
        return true;
}

static int parse_key_field(json_object *o, const KeyField *f, Error *e, RegistryKey *key) {
        const char *s = json_get_string(o, f->name);

        if (!s && !f->required && !json_get(o, f->name))
                return 0;
        if (isempty(s) || strlen(s) > REGISTRY_KEY_TEXT_MAX || !is_word(s))
                return error_set(
                        e, -EBADMSG,
                        "field '%s' of a key is not a string of 1 to %d printable characters",
                        f->name, REGISTRY_KEY_TEXT_MAX);
        return free_and_strdup(key_text(key, f), s);
}

static int parse_key(json_object *o, Error *e, RegistryKey *key) {
        int r;

        if (!json_object_is_type(o, json_type_object))
                return error_set(e, -EBADMSG, "a key is %s, not an object", json_type_text(o));
        for (size_t i = 0; i < ELEMENTSOF(key_fields); i++) {
                r = parse_key_field(o, key_fields + i, e, key);
                if (r < 0)
                        return r;
        }
        key->expires_usec = USEC_INFINITY;
        if (!key->expires)
                return 0;
        r = registry_time_parse(key->expires, &key->expires_usec);
        return r < 0 ? error_set(e, -EBADMSG, "field 'expires' of key %s is not a time", key->keyid)
                     : 0;
}

static int add_key(RegistryKeys *keys, json_object *o, Error *e) {
        _cleanup_(registry_key_done) RegistryKey key = {};
        int r;

        r = parse_key(o, e, &key);
        if (r < 0)
                return r;
        if (registry_keys_find(keys, key.keyid))
                return error_set(e, -EBADMSG, "it lists key %s twice", key.keyid);
        keys->items[keys->n++] = TAKE_STRUCT(key);
        return 0;
}

int registry_keys_from_json(json_object *array, Error *e, RegistryKeys *ret) {
        _cleanup_(registry_keys_done) RegistryKeys keys = {};
        int r;

        if (!json_object_is_type(array, json_type_array))
                return error_set(e, -EBADMSG, "field 'keys' is not an array");
        if (json_object_array_length(array) > REGISTRY_KEYS_MAX)
                return error_set(e, -EBADMSG, "it lists more than %d keys", REGISTRY_KEYS_MAX);
        keys.items = calloc(REGISTRY_KEYS_MAX, sizeof(RegistryKey));
        if (!keys.items)
                return -ENOMEM;
        for (size_t i = 0; i < json_object_array_length(array); i++) {
                r = add_key(&keys, json_object_array_get_idx(array, i), e);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_STRUCT(keys);
        return 0;
}

int registry_keys_parse(const char *text, size_t size, Error *e, RegistryKeys *ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        int r;

        assert(text);
        assert(ret);

        if (size > REGISTRY_KEYS_SIZE_MAX)
                return error_set(e, -EBADMSG, "it is larger than %u KiB",
                                 REGISTRY_KEYS_SIZE_MAX / 1024);
        r = json_parse(text, size, e, &o);
        if (r < 0)
                return r;
        if (!json_object_is_type(o, json_type_object))
                return error_set(e, -EBADMSG, "it is %s, not an object", json_type_text(o));
        return registry_keys_from_json(json_get(o, "keys"), e, ret);
}

static int add_fields(json_object *o, const RegistryKey *key) {
        for (size_t i = 0; i < ELEMENTSOF(key_fields); i++) {
                int r = json_add_string(o, key_fields[i].name, *key_text(key, key_fields + i));

                if (r < 0)
                        return r;
        }
        return 0;
}

int registry_keys_to_json(const RegistryKeys *keys, json_object **ret) {
        _cleanup_(json_object_putp) json_object *array = json_object_new_array();

        if (!array)
                return -ENOMEM;
        for (size_t i = 0; i < keys->n; i++) {
                json_object *o = json_object_new_object();

                if (!o || json_object_array_add(array, o) < 0 || add_fields(o, keys->items + i) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(array);
        return 0;
}
