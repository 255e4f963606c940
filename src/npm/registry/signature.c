/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/signature.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "basic/encoding.h"
#include "basic/string-util.h"
#include "npm/registry/integrity.h"

#define KEYTYPE    "ecdsa-sha2-nistp256"
#define CURVE      "nistp256"
#define KEYID      "SHA256:"
#define KEYID_SIZE 32
#define POINT_SIZE 65 /* of an uncompressed point */

static void pkey_freep(EVP_PKEY **key) {
        EVP_PKEY_free(*key);
}

static void md_context_freep(EVP_MD_CTX **context) {
        EVP_MD_CTX_free(*context);
}

bool signatures_are_present(json_object *signatures) {
        return signatures && !(json_object_is_type(signatures, json_type_array) &&
                               json_object_array_length(signatures) == 0);
}

/* -- keys ------------------------------------------------------------------------------------- */

/* A text with its length before it, as SSH writes one. */
static uint8_t *append_ssh(uint8_t *out, const void *data, size_t size) {
        const uint8_t length[] = { 0, 0, 0, (uint8_t) size };

        memcpy(out, length, sizeof(length));
        memcpy(out + sizeof(length), data, size);
        return out + sizeof(length) + size;
}

/* What ssh-keygen calls a key's fingerprint is of this form. */
static int ssh_form(EVP_PKEY *key, uint8_t *out, size_t *ret_size) {
        uint8_t point[POINT_SIZE], *end;
        size_t size;

        if (EVP_PKEY_get_octet_string_param(key, "pub", point, sizeof(point), &size) != 1 ||
            size != sizeof(point))
                return -EBADMSG;
        end = append_ssh(out, KEYTYPE, strlen(KEYTYPE));
        end = append_ssh(end, CURVE, strlen(CURVE));
        end = append_ssh(end, point, size);
        *ret_size = (size_t) (end - out);
        return 0;
}

static bool is_hash_of(const char *id, const void *data, size_t size) {
        Digest digest;

        return hash_data(HASH_SHA256, data, size, &digest) >= 0 &&
               memcmp(id, digest.bytes, KEYID_SIZE) == 0;
}

/* npm's own registry hashes the key as SSH does; its manual only says that it is the key's hash, so
 * the DER form and the text of the document do as well. */
static bool keyid_fits(const RegistryKey *k, EVP_PKEY *key, const void *der, size_t der_size) {
        uint8_t ssh[3 * 4 + sizeof(KEYTYPE) + sizeof(CURVE) + POINT_SIZE];
        const char *text = startswith(k->keyid, KEYID);
        _cleanup_(freep) char *id = NULL;
        size_t size;

        if (!text || base64_decode(text, &id, &size) < 0 || size != KEYID_SIZE)
                return false;
        if (ssh_form(key, ssh, &size) >= 0 && is_hash_of(id, ssh, size))
                return true;
        return is_hash_of(id, der, der_size) || is_hash_of(id, k->key, strlen(k->key));
}

static bool is_p256(EVP_PKEY *key) {
        char group[32];
        size_t size;

        return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
               EVP_PKEY_get_group_name(key, group, sizeof(group), &size) == 1 &&
               streq(group, "prime256v1");
}

static int load_key(const RegistryKey *k, Error *e, EVP_PKEY **ret) {
        _cleanup_(pkey_freep) EVP_PKEY *key = NULL;
        _cleanup_(freep) char *der = NULL;
        const unsigned char *p;
        size_t size;

        if (!streq(k->keytype, KEYTYPE) || !streq(k->scheme, KEYTYPE))
                return error_set(e, -EKEYREJECTED,
                                 "its key %s has the unsupported type %s (scheme %s)", k->keyid,
                                 k->keytype, k->scheme);
        if (base64_decode(k->key, &der, &size) < 0)
                return error_set(e, -EKEYREJECTED, "its key %s is malformed: not base64", k->keyid);
        p = (const unsigned char *) der;
        key = d2i_PUBKEY(NULL, &p, (long) size);
        if (!key || p != (const unsigned char *) der + size)
                return error_set(e, -EKEYREJECTED, "its key %s is malformed: not a public key",
                                 k->keyid);
        if (!is_p256(key))
                return error_set(e, -EKEYREJECTED, "its key %s is not on the curve P-256",
                                 k->keyid);
        if (!keyid_fits(k, key, der, size))
                return error_set(e, -EKEYREJECTED, "the ID of its key %s is not the key's hash",
                                 k->keyid);
        *ret = TAKE_PTR(key);
        return 0;
}

/* -- signatures ------------------------------------------------------------------------------- */

static int check_expiry(const RegistryKey *k, uint64_t now_usec, uint64_t published_usec,
                        Error *e) {
        if (k->expires_usec == USEC_INFINITY)
                return 0;
        if (published_usec == USEC_INFINITY)
                return now_usec < k->expires_usec
                               ? 0
                               : error_set(e, -EKEYEXPIRED,
                                           "its key %s expired on %s, and the registry does not "
                                           "say when the version was published",
                                           k->keyid, k->expires);
        return published_usec < k->expires_usec
                       ? 0
                       : error_set(e, -EKEYEXPIRED,
                                   "its key %s expired on %s, before the version was published",
                                   k->keyid, k->expires);
}

static int verify_ecdsa(EVP_PKEY *key, const char *message, const void *signature, size_t size) {
        _cleanup_(md_context_freep) EVP_MD_CTX *context = EVP_MD_CTX_new();

        if (!context)
                return -ENOMEM;
        if (EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) != 1)
                return -EOPNOTSUPP;
        return EVP_DigestVerify(context, signature, size, (const unsigned char *) message,
                                strlen(message)) == 1
                       ? 0
                       : -EKEYREJECTED;
}

/* The id of the key a signature names, which may be shown. */
static const char *named_key(json_object *signature) {
        const char *id = json_get_string(signature, "keyid");

        if (isempty(id) || strlen(id) > REGISTRY_KEY_TEXT_MAX)
                return NULL;
        for (const char *s = id; *s; s++)
                if (*s <= ' ' || *s > '~')
                        return NULL;
        return id;
}

static int check_one(json_object *signature, const char *message, const RegistryKeys *keys,
                     uint64_t now_usec, uint64_t published_usec, Error *e,
                     const RegistryKey **ret) {
        const char *id = named_key(signature), *text = json_get_string(signature, "sig");
        _cleanup_(pkey_freep) EVP_PKEY *key = NULL;
        _cleanup_(freep) char *bytes = NULL;
        const RegistryKey *k;
        size_t size;
        int r;

        if (!id || isempty(text) || strlen(text) > SIGNATURE_TEXT_MAX ||
            base64_decode(text, &bytes, &size) < 0)
                return error_set(e, -EKEYREJECTED, "its signature is malformed");
        k = registry_keys_find(keys, id);
        if (!k)
                return error_set(e, -EKEYREJECTED,
                                 "it is signed with the key %s, which is not one of the registry's",
                                 id);
        r = load_key(k, e, &key);
        if (r < 0)
                return r;
        r = verify_ecdsa(key, message, bytes, size);
        if (r == -EKEYREJECTED)
                return error_set(e, r,
                                 "its signature with the key %s is wrong: this is not what the "
                                 "registry signed",
                                 id);
        if (r < 0)
                return r;
        r = check_expiry(k, now_usec, published_usec, e);
        if (r < 0)
                return r;
        *ret = k;
        return 0;
}

int signatures_check(const SignedVersion *v, const RegistryKeys *keys, uint64_t now_usec,
                     uint64_t published_usec, Error *e, const RegistryKey **ret) {
        _cleanup_(freep) char *message = NULL;
        const RegistryKey *first = NULL;

        assert(v && v->name && v->version && v->integrity);
        assert(keys);
        assert(ret);

        if (!json_object_is_type(v->signatures, json_type_array) ||
            json_object_array_length(v->signatures) == 0)
                return error_set(e, -EKEYREJECTED, "its signatures are malformed: not a list");
        if (json_object_array_length(v->signatures) > SIGNATURES_MAX)
                return error_set(e, -EKEYREJECTED, "it has more than %d signatures",
                                 SIGNATURES_MAX);
        if (strdupf(&message, "%s@%s:%s", v->name, v->version, v->integrity) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < json_object_array_length(v->signatures); i++) {
                const RegistryKey *k = NULL;
                int r;

                r = check_one(json_object_array_get_idx(v->signatures, i), message, keys, now_usec,
                              published_usec, e, &k);
                if (r < 0)
                        return r;
                first = first ?: k;
        }
        *ret = first;
        return 0;
}

int signature_mark(const char *label, uint64_t *ret) {
        uint64_t mark = 0;
        Digest digest;
        int r;

        r = hash_data(HASH_SHA256, label, strlen(label), &digest);
        if (r < 0)
                return r;
        for (size_t i = 0; i < sizeof(mark); i++)
                mark = mark << 8 | digest.bytes[i];
        *ret = mark;
        return 0;
}
