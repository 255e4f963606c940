/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/integrity.h"

#include <openssl/evp.h>

#include "basic/encoding.h"
#include "basic/string-util.h"

struct Hasher {
        EVP_MD_CTX *context;
};

static const struct {
        const char *name;
        size_t size;
        const EVP_MD *(*evp)(void);
} algorithms[_HASH_MAX] = {
        [HASH_SHA1] = { "sha1", 20, EVP_sha1 },
        [HASH_SHA256] = { "sha256", 32, EVP_sha256 },
        [HASH_SHA384] = { "sha384", 48, EVP_sha384 },
        [HASH_SHA512] = { "sha512", 64, EVP_sha512 },
};

const char *hash_algorithm_to_string(HashAlgorithm a) {
        return a >= 0 && a < _HASH_MAX ? algorithms[a].name : NULL;
}

HashAlgorithm hash_algorithm_from_string(const char *s) {
        for (HashAlgorithm a = 0; a < _HASH_MAX; a++)
                if (streq(s, algorithms[a].name))
                        return a;
        return _HASH_INVALID;
}

size_t hash_algorithm_size(HashAlgorithm a) {
        assert(a >= 0 && a < _HASH_MAX);

        return algorithms[a].size;
}

/* Takes one "algorithm-base64?options"; one weaker than what is already there is passed over. */
static int parse_item(char *item, Error *e, Integrity *i) {
        _cleanup_(freep) char *bytes = NULL;
        HashAlgorithm algorithm;
        size_t size;
        char *dash;

        dash = strchr(item, '-');
        if (!dash)
                return 0;
        *dash = 0;
        algorithm = hash_algorithm_from_string(item);
        if (algorithm < 0 || (i->n_digests > 0 && algorithm < i->algorithm))
                return 0;

        dash[1 + strcspn(dash + 1, "?")] = 0;
        if (base64_decode(dash + 1, &bytes, &size) < 0 || size != algorithms[algorithm].size)
                return error_set(e, -EBADMSG, "the %s hash is malformed",
                                 algorithms[algorithm].name);

        if (algorithm > i->algorithm)
                i->n_digests = 0;
        if (i->n_digests >= INTEGRITY_HASHES_MAX)
                return error_set(e, -EBADMSG, "it has more than %d hashes", INTEGRITY_HASHES_MAX);

        i->algorithm = algorithm;
        i->digests[i->n_digests] = (Digest) {};
        memcpy(i->digests[i->n_digests++].bytes, bytes, size);
        return 0;
}

int integrity_parse(const char *text, Error *e, Integrity *ret) {
        _cleanup_(freep) char *copy = NULL;
        Integrity i = {};
        char *state;

        assert(text);
        assert(ret);

        copy = strdup(text);
        if (!copy)
                return -ENOMEM;

        for (char *item = strtok_r(copy, " \t\r\n", &state); item;
             item = strtok_r(NULL, " \t\r\n", &state)) {
                int r = parse_item(item, e, &i);

                if (r < 0)
                        return r;
        }
        if (i.n_digests == 0)
                return error_set(e, -EBADMSG, "it has no sha512, sha384, sha256 or sha1 hash");

        *ret = i;
        return 0;
}

int integrity_from_shasum(const char *hex, Error *e, Integrity *ret) {
        Integrity i = { .algorithm = HASH_SHA1, .n_digests = 1 };

        assert(hex);
        assert(ret);

        if (hex_decode(hex, i.digests[0].bytes, algorithms[HASH_SHA1].size) < 0)
                return error_set(e, -EBADMSG, "the SHA-1 hash is not 40 hexadecimal digits");
        *ret = i;
        return 0;
}

int integrity_to_string(const Integrity *i, char **ret) {
        _cleanup_(freep) char *encoded = NULL;
        int r;

        assert(i && i->n_digests > 0);

        r = base64_encode(i->digests[0].bytes, algorithms[i->algorithm].size, &encoded);
        if (r < 0)
                return r;
        return strdupf(ret, "%s-%s", algorithms[i->algorithm].name, encoded);
}

bool integrity_matches(const Integrity *i, const Digest *digest) {
        for (size_t k = 0; k < i->n_digests; k++)
                if (memcmp(i->digests[k].bytes, digest->bytes, algorithms[i->algorithm].size) == 0)
                        return true;
        return false;
}

bool integrity_conflicts(const Integrity *a, const Integrity *b) {
        if (a->algorithm != b->algorithm)
                return false;
        for (size_t k = 0; k < a->n_digests; k++)
                if (integrity_matches(b, a->digests + k))
                        return false;
        return true;
}

int hasher_new(HashAlgorithm algorithm, Hasher **ret) {
        _cleanup_(hasher_freep) Hasher *h = NULL;

        assert(algorithm >= 0 && algorithm < _HASH_MAX);
        assert(ret);

        h = calloc(1, sizeof(Hasher));
        if (!h)
                return -ENOMEM;
        h->context = EVP_MD_CTX_new();
        if (!h->context)
                return -ENOMEM;
        if (EVP_DigestInit_ex(h->context, algorithms[algorithm].evp(), NULL) != 1)
                return -EOPNOTSUPP;

        *ret = TAKE_PTR(h);
        return 0;
}

Hasher *hasher_free(Hasher *h) {
        if (!h)
                return NULL;
        EVP_MD_CTX_free(h->context);
        free(h);
        return NULL;
}

int hasher_update(Hasher *h, const void *data, size_t size) {
        return EVP_DigestUpdate(h->context, data, size) == 1 ? 0 : -EIO;
}

int hasher_finish(Hasher *h, Digest *ret) {
        Digest digest = {};

        if (EVP_DigestFinal_ex(h->context, digest.bytes, NULL) != 1)
                return -EIO;
        *ret = digest;
        return 0;
}

int hash_data(HashAlgorithm algorithm, const void *data, size_t size, Digest *ret) {
        _cleanup_(hasher_freep) Hasher *h = NULL;
        int r;

        r = hasher_new(algorithm, &h);
        if (r < 0)
                return r;
        r = hasher_update(h, data, size);
        if (r < 0)
                return r;
        return hasher_finish(h, ret);
}
