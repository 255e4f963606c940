/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"
#include "npm/registry/registry-memory.h"
#include "npm/registry/signature.h"
#include "tap.h"

#define TYPE "ecdsa-sha2-nistp256"
#define INTEGRITY \
        "sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/" \
        "3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw=="

/* Made by node's crypto: two keys of P-256, and others of P-384, secp256k1 and RSA, with their ids
 * in the form that npm's registry uses (SSH), and as hashes of DER and of the text. The signatures
 * are of "a@1.0.0:" INTEGRITY, SIG_OTHER is of "a@1.0.1:" INTEGRITY. */
#define KEY \
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECiVyjd7jpSBvvb+2bqp4j8LEWw3tSXmLQb" \
        "GSYxpEOPUaTcbrv6AB6pAmsxGDTL2p7SWh+9DHvWPHRa7gdEucBA=="
#define ID      "SHA256:GBGcsimGXmxs0HJsSnv/pb4NYzAtuP+M9BG+NG5hUz8"
#define ID_DER  "SHA256:93so0OHuFUvTN12Unz2RMGAJ/Y3m92FUlS/j9OgyN7U"
#define ID_TEXT "SHA256:Zgzr4DAXb4yBhnhrcxV/jOgr8iF7giy9Mt5nN6LdfwI"
#define SIG \
        "MEUCIQC1OSQlZKpsD56ynf6hhUErpYFQhLG4seWLq9aNpK0NRgIgYmFM6dcR9QjdKPxWBE" \
        "UKVGXEo6m33PNooqCkxpu9rLA="
#define SIG_OTHER \
        "MEUCIE9qEYJMKBm3FaWjW2+KH8d1wli5YabAxx28DDk6qVDaAiEAzYy08xBuGMvFf2NyoT" \
        "TsuVeyy+yeMt0wFGzHVCdIMg0="
#define KEY2 \
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEiU22KMKf6omMaJFKxHRNx3yfMM8bSvrDrt" \
        "4F/KLsK57eX9dQekGS7RME2JVD0QuNBNYoqTUi9E3uxWi9NM546Q=="
#define ID2 "SHA256:OOiqqpaCImGL+esTIF5kUnNoPIkyQXk3gB2+DmViaKo"
#define SIG2 \
        "MEUCIQCX4lOt9WGySi+sQrr8/ItM35n8ywkVU/9lovDqmec6XQIgBKm4Ul343worh9SJvM" \
        "ZMahyVEHfyFoZu+Yps6WCogOM="
#define KEY_P384 \
        "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEsQxZ8IBUeOB2/ixAMErnPWWDv/nPUBLsIcGcUW" \
        "Y0EMQGqiSzEG/fFTnQd1yF4F2EbU4doFXoborEaVbghDE3qBrKovK0hjVETnGkURXCYeJ+" \
        "AjrAKQltsgl5JDUoHD3T"
#define ID_P384 "SHA256:2vNuFR5PUhcHG4CwqBsMf133l6f3nBl/3hbc3Q5uPW4"
#define SIG_P384 \
        "MGUCMQDE+YVsQkyf+s7PywODoHcmjGtFs0gK9zUswkzTyDA6fBQcy9XKy6sz0p1H5cDj+Q" \
        "ECMGAEm+m9CC8fVKcwoLmDz7RaJOH4Ph18eEb/xFpOWW9TZKTtC8HSdp7SigdgzyXlBQ=="
#define KEY_K1 \
        "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEeRNH2Z0hPOt4E3w+dfSDv3+bKpd8kD2cbsBjKD" \
        "5p4Geb+BN2IsIFkkqaDo2e+uOkzCC5biksFV8R6kCiPBWz5A=="
#define ID_K1 "SHA256:UmOfv9xnY/f9sOcHIgPEsjX2huqTONqBpbUWNaJdKEg"
#define KEY_RSA \
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC4nGuu2VC6wzDxz6Zp+mEs1ygzPyr0Un" \
        "827+E3Ua2X8YuzIBVWnfGicMN+SZ+OiUc909mGKX5EVWMu3SuBDF1f5kK+UOU9QjMsTjNR" \
        "e1ihpd3pODxg+kloFD0mN9cfVQ4CYHID9amaDqaq5thQneoSjltaT3Mv0Hxgu6mnMuZ8Aw" \
        "IDAQAB"
#define ID_RSA "SHA256:TU9sLWuWYZHWNIjleH8sMb4UhJr0jtHXNpI7qbA0utU"

/* npm's own registry has these. */
#define NPM_KEY \
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1Olb3zMAFFxXKHiIkQO5cJ3Yhl5i6UPp+" \
        "IhuteBJbuHcA5UogKo0EWtlWwW6KSaKoTNEYL7JlCQiVnkhBktUgg=="
#define NPM_ID "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA"

#define JULY   UINT64_C(1751328000000000) /* 2025-07-01T00:00:00Z */
#define JUNE   UINT64_C(1748736000000000)

static char *document(const char *keyid, const char *type, const char *key, const char *expires) {
        char *text;

        if (asprintf(&text,
                     "{\"keys\":[{\"expires\":%s,\"keyid\":\"%s\",\"keytype\":\"%s\",\"scheme\":"
                     "\"%s\",\"key\":\"%s\"}]}",
                     expires, keyid, type, type, key) < 0)
                abort();
        return text;
}

/* What the check of one signature by one key comes to. */
typedef struct Case {
        const char *what;
        const char *keyid, *type, *key, *expires;
        const char *name, *version, *signatures;
        uint64_t published;
        int r;
        const char *says;
} Case;

#define SIGNED(id, sig) "[{\"keyid\":\"" id "\",\"sig\":\"" sig "\"}]"
#define GOOD            ID, TYPE, KEY, "null"
#define MAY             "\"2025-06-15T00:00:00.000Z\"" /* between June and July */

static const Case cases[] = {
        { "npm's form of an id", GOOD, "a", "1.0.0", SIGNED(ID, SIG), USEC_INFINITY, 0, NULL },
        { "the same with padding", ID "=", TYPE, KEY, "null", "a", "1.0.0", SIGNED(ID "=", SIG),
          USEC_INFINITY, 0, NULL },
        { "the hash of the DER form", ID_DER, TYPE, KEY, "null", "a", "1.0.0", SIGNED(ID_DER, SIG),
          USEC_INFINITY, 0, NULL },
        { "the hash of the text", ID_TEXT, TYPE, KEY, "null", "a", "1.0.0", SIGNED(ID_TEXT, SIG),
          USEC_INFINITY, 0, NULL },
        { "of another version", GOOD, "a", "1.0.1", SIGNED(ID, SIG), USEC_INFINITY, -EKEYREJECTED,
          "is wrong" },
        { "of another name", GOOD, "b", "1.0.0", SIGNED(ID, SIG), USEC_INFINITY, -EKEYREJECTED,
          "is wrong" },
        { "a signature of another version", GOOD, "a", "1.0.0", SIGNED(ID, SIG_OTHER),
          USEC_INFINITY, -EKEYREJECTED, "is wrong" },
        { "made with another key", GOOD, "a", "1.0.0", SIGNED(ID, SIG2), USEC_INFINITY,
          -EKEYREJECTED, "is wrong" },
        { "a foreign key", GOOD, "a", "1.0.0", SIGNED(ID2, SIG2), USEC_INFINITY, -EKEYREJECTED,
          "not one of the registry's" },
        { "a good one and a foreign one", GOOD, "a", "1.0.0",
          "[{\"keyid\":\"" ID "\",\"sig\":\"" SIG "\"},{\"keyid\":\"" ID2 "\",\"sig\":\"" SIG2
          "\"}]",
          USEC_INFINITY, -EKEYREJECTED, "not one of the registry's" },
        { "not base64", GOOD, "a", "1.0.0", SIGNED(ID, "!!!"), USEC_INFINITY, -EKEYREJECTED,
          "malformed" },
        { "not DER", GOOD, "a", "1.0.0", SIGNED(ID, "AAAA"), USEC_INFINITY, -EKEYREJECTED,
          "is wrong" },
        { "an empty signature", GOOD, "a", "1.0.0", SIGNED(ID, ""), USEC_INFINITY, -EKEYREJECTED,
          "malformed" },
        { "an id with a control character", GOOD, "a", "1.0.0", SIGNED("\\u001b[2J", SIG),
          USEC_INFINITY, -EKEYREJECTED, "malformed" },
        { "no id", GOOD, "a", "1.0.0", "[{\"sig\":\"" SIG "\"}]", USEC_INFINITY, -EKEYREJECTED,
          "malformed" },
        { "numbers", GOOD, "a", "1.0.0", "[{\"keyid\":1,\"sig\":2}]", USEC_INFINITY, -EKEYREJECTED,
          "malformed" },
        { "not objects", GOOD, "a", "1.0.0", "[1,null]", USEC_INFINITY, -EKEYREJECTED,
          "malformed" },
        { "an object", GOOD, "a", "1.0.0", "{}", USEC_INFINITY, -EKEYREJECTED, "not a list" },
        { "a text", GOOD, "a", "1.0.0", "\"x\"", USEC_INFINITY, -EKEYREJECTED, "not a list" },
        { "too many", GOOD, "a", "1.0.0", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]",
          USEC_INFINITY, -EKEYREJECTED, "more than 16" },
        { "the id of another key", ID2, TYPE, KEY, "null", "a", "1.0.0", SIGNED(ID2, SIG),
          USEC_INFINITY, -EKEYREJECTED, "not the key's hash" },
        { "an id that is no hash", "mine", TYPE, KEY, "null", "a", "1.0.0", SIGNED("mine", SIG),
          USEC_INFINITY, -EKEYREJECTED, "not the key's hash" },
        { "P-384 by its name", ID_P384, "ecdsa-sha2-nistp384", KEY_P384, "null", "a", "1.0.0",
          SIGNED(ID_P384, SIG_P384), USEC_INFINITY, -EKEYREJECTED, "unsupported type" },
        { "P-384 that says P-256", ID_P384, TYPE, KEY_P384, "null", "a", "1.0.0",
          SIGNED(ID_P384, SIG_P384), USEC_INFINITY, -EKEYREJECTED, "not on the curve P-256" },
        { "secp256k1 that says P-256", ID_K1, TYPE, KEY_K1, "null", "a", "1.0.0",
          SIGNED(ID_K1, SIG), USEC_INFINITY, -EKEYREJECTED, "not on the curve P-256" },
        { "RSA that says P-256", ID_RSA, TYPE, KEY_RSA, "null", "a", "1.0.0", SIGNED(ID_RSA, SIG),
          USEC_INFINITY, -EKEYREJECTED, "not on the curve P-256" },
        { "a key that is not base64", ID, TYPE, "@@@@", "null", "a", "1.0.0", SIGNED(ID, SIG),
          USEC_INFINITY, -EKEYREJECTED, "not base64" },
        { "a key that is not DER", ID, TYPE, "AAAA", "null", "a", "1.0.0", SIGNED(ID, SIG),
          USEC_INFINITY, -EKEYREJECTED, "not a public key" },
        { "a key with more behind it", ID, TYPE, KEY "AAAA", "null", "a", "1.0.0", SIGNED(ID, SIG),
          USEC_INFINITY, -EKEYREJECTED, "malformed" },
        { "expired, published at an unknown time", ID, TYPE, KEY, MAY, "a", "1.0.0",
          SIGNED(ID, SIG), USEC_INFINITY, -EKEYEXPIRED, "does not say when" },
        { "expired after it was published", ID, TYPE, KEY, MAY, "a", "1.0.0", SIGNED(ID, SIG), JUNE,
          0, NULL },
        { "expired before it was published", ID, TYPE, KEY, MAY, "a", "1.0.0", SIGNED(ID, SIG),
          JULY, -EKEYEXPIRED, "before the version was published" },
        { "not expired yet", ID, TYPE, KEY, "\"2025-08-01T00:00:00.000Z\"", "a", "1.0.0",
          SIGNED(ID, SIG), USEC_INFINITY, 0, NULL },
        { "wrong and expired", ID, TYPE, KEY, MAY, "b", "1.0.0", SIGNED(ID, SIG), USEC_INFINITY,
          -EKEYREJECTED, "is wrong" },
};

static void test_check(void) {
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Case *c = cases + i;
                _cleanup_(freep) char *text = document(c->keyid, c->type, c->key, c->expires);
                _cleanup_(json_object_putp) json_object *signatures = NULL;
                _cleanup_(error_clear) Error e = ERROR_NULL;
                const RegistryKey *key = NULL;
                RegistryKeys keys = {};
                int r;

                printf("# %s\n", c->what);
                ok(json_parse(c->signatures, strlen(c->signatures), &e, &signatures) >= 0);
                ok(registry_keys_parse(text, strlen(text), &e, &keys) >= 0);
                ok(signatures_are_present(signatures));
                r = signatures_check(
                        &(SignedVersion) { c->name, c->version, INTEGRITY, signatures }, &keys,
                        JULY, c->published, &e, &key);
                ok(r == c->r);
                ok(r < 0 ? !key : key == keys.items);
                ok(!c->says || strstr(error_text(&e, r), c->says));
                registry_keys_done(&keys);
        }
}

static void test_npm(void) {
        _cleanup_(freep) char *text = document(NPM_ID, TYPE, NPM_KEY, "null");
        _cleanup_(json_object_putp)
                json_object *signatures = json_tokener_parse(SIGNED(NPM_ID, SIG));
        _cleanup_(error_clear) Error e = ERROR_NULL;
        const RegistryKey *key;
        RegistryKeys keys = {};

        /* the id fits its key, or it would be refused before the signature is looked at */
        ok(registry_keys_parse(text, strlen(text), &e, &keys) >= 0);
        ok(signatures_check(&(SignedVersion) { "a", "1.0.0", INTEGRITY, signatures }, &keys, JULY,
                            USEC_INFINITY, &e, &key) == -EKEYREJECTED);
        ok(e.message && strstr(e.message, "is wrong"));
        registry_keys_done(&keys);
}

static void test_present(void) {
        static const struct {
                const char *text;
                bool present;
        } table[] = { { "null", false },  { "[]", false }, { "{}", true },
                      { "[null]", true }, { "0", true },   { "\"\"", true } };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_object_putp) json_object *o = NULL;

                ok(json_parse(table[i].text, strlen(table[i].text), NULL, &o) >= 0);
                ok(signatures_are_present(o) == table[i].present);
        }
}

#define A_KEY(id, key) \
        "{\"keyid\":\"" id "\",\"keytype\":\"t\",\"scheme\":\"s\",\"key\":\"" key "\"}"

static void test_document(void) {
        static const char *const bad[] = {
                "",
                "[]",
                "null",
                "{}",
                "{\"keys\":{}}",
                "{\"keys\":null}",
                "{\"keys\":[1]}",
                "{\"keys\":[null]}",
                "{\"keys\":[{}]}",
                "{\"keys\":[" A_KEY("", "k") "]}",
                "{\"keys\":[" A_KEY("a b", "k") "]}",
                "{\"keys\":[" A_KEY("a\\u001bb", "k") "]}",
                "{\"keys\":[" A_KEY("a\\u0000b", "k") "]}",
                "{\"keys\":[" A_KEY("a", "k") "," A_KEY("a", "k") "]}",
                "{\"keys\":[" A_KEY("a", "k") "]",
                "{\"keys\":[{\"keyid\":1,\"keytype\":\"t\",\"scheme\":\"s\",\"key\":\"k\"}]}",
                "{\"keys\":[{\"keyid\":\"a\",\"keytype\":\"t\",\"scheme\":\"s\",\"key\":[]}]}",
                "{\"keys\":[{\"expires\":1,\"keyid\":\"a\",\"keytype\":\"t\",\"scheme\":\"s\","
                "\"key\":"
                "\"k\"}]}",
                "{\"keys\":[{\"expires\":\"soon\",\"keyid\":\"a\",\"keytype\":\"t\",\"scheme\":"
                "\"s\","
                "\"key\":\"k\"}]}",
        };
        RegistryKeys keys = {};
        char *deep, *large;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;

                ok(registry_keys_parse(bad[i], strlen(bad[i]), &e, &keys) == -EBADMSG);
                ok(e.message);
        }
        ok(registry_keys_parse("{\"keys\":[]}", strlen("{\"keys\":[]}"), NULL, &keys) >= 0);
        ok(keys.n == 0);
        registry_keys_done(&keys);

        deep = calloc(1, 100001);
        large = calloc(1, REGISTRY_KEYS_SIZE_MAX + 2);
        if (!deep || !large)
                abort();
        memset(deep, '[', 60000);
        ok(registry_keys_parse(deep, strlen(deep), NULL, &keys) == -EBADMSG);
        memset(large, ' ', REGISTRY_KEYS_SIZE_MAX + 1);
        ok(registry_keys_parse(large, strlen(large), NULL, &keys) == -EBADMSG);
        free(deep);
        free(large);
}

static void test_limits(void) {
        char text[8192] = "{\"keys\":[", *end = text + strlen(text);
        RegistryKeys keys = {};

        for (int i = 0; i < REGISTRY_KEYS_MAX; i++)
                end += sprintf(end,
                               "%s{\"keyid\":\"%d\",\"keytype\":\"t\",\"scheme\":\"s\",\"key\":"
                               "\"k\"}",
                               i ? "," : "", i);
        (void) strcpy(end, "]}");
        ok(registry_keys_parse(text, strlen(text), NULL, &keys) >= 0);
        ok(keys.n == REGISTRY_KEYS_MAX);
        registry_keys_done(&keys);
        (void) strcpy(end, "," A_KEY("x", "k") "]}");
        ok(registry_keys_parse(text, strlen(text), NULL, &keys) == -EBADMSG);
}

static void test_time(void) {
        static const char *const bad[] = { "",
                                           "2025",
                                           "2025-07-01",
                                           "2025-07-01T00:00:00",
                                           "2025-13-01T00:00:00Z",
                                           "2025-02-30T00:00:00Z",
                                           "2025-07-01T24:00:00Z",
                                           "2025-07-01T00:60:00Z",
                                           "2025-07-01T00:00:00.Z",
                                           "2025-07-01T00:00:00.000Zx",
                                           "2025-07-01 00:00:00Z",
                                           "+025-07-01T00:00:00Z",
                                           "1925-07-01T00:00:00Z" };
        uint64_t usec;

        ok(registry_time_parse("2025-07-01T00:00:00.000Z", &usec) >= 0 && usec == JULY);
        ok(registry_time_parse("2025-06-01T00:00:00Z", &usec) >= 0 && usec == JUNE);
        ok(registry_time_parse("2025-06-30T23:59:59.999Z", &usec) >= 0 &&
           usec == JULY - USEC_PER_SEC);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ok(registry_time_parse(bad[i], &usec) == -EINVAL);
}

static void test_policy(void) {
        for (SignaturePolicy p = 0; p < _SIGNATURE_POLICY_MAX; p++)
                ok(signature_policy_from_string(signature_policy_to_string(p)) == p);
        ok(signature_policy_from_string("maybe") < 0);
}

/* -- what is remembered ------------------------------------------------------------------------ */

static void test_memory(void) {
        _cleanup_(json_object_putp) json_object *array = NULL, *again = NULL;
        RegistryMemories all = {}, copy = {};
        RegistryMemory *m = NULL;
        RegistryKeys keys = {};
        uint64_t mark = 0, other = 0;
        const char *text = "{\"keys\":[" A_KEY("a", "k") "]}";

        ok(registry_keys_parse(text, strlen(text), NULL, &keys) >= 0);
        ok(registry_memories_add(&all, "https://one.example/", &m) >= 0);
        registry_memory_set_keys(m, &keys);
        ok(signature_mark("a@1.0.0", &mark) >= 0 && signature_mark("a@1.0.1", &other) >= 0);
        ok(mark != other);
        ok(registry_memory_add_mark(m, mark) >= 0 && registry_memory_add_mark(m, mark) >= 0);
        ok(m->n_marks == 1);
        ok(registry_memory_has_mark(m, mark) && !registry_memory_has_mark(m, other));
        ok(registry_memories_add(&all, "https://two.example/", &m) >= 0);

        ok(registry_memories_to_json(&all, &array) >= 0);
        ok(registry_memories_from_json(array, NULL, &copy) >= 0);
        ok(copy.n == 2 && copy.items[0].has_keys && !copy.items[1].has_keys);
        ok(registry_memory_has_mark(copy.items, mark));
        ok(registry_memories_to_json(&copy, &again) >= 0 && json_object_equal(array, again));
        ok(registry_memories_find(&copy, "https://two.example/") == copy.items + 1);
        ok(!registry_memories_find(&copy, "https://three.example/"));
        registry_memories_done(&copy);
        registry_memories_done(&all);
}

static void test_memory_hostile(void) {
        static const char *const bad[] = {
                "{}",
                "[1]",
                "[{}]",
                "[{\"registry\":1}]",
                "[{\"registry\":\"\"}]",
                "[{\"registry\":\"a\\u001bb\"}]",
                "[{\"registry\":\"a\"},{\"registry\":\"a\"}]",
                "[{\"registry\":\"a\",\"keys\":1}]",
                "[{\"registry\":\"a\",\"keys\":[{}]}]",
                "[{\"registry\":\"a\",\"signed\":1}]",
                "[{\"registry\":\"a\",\"signed\":[1]}]",
                "[{\"registry\":\"a\",\"signed\":[\"0123\"]}]",
                "[{\"registry\":\"a\",\"signed\":[\"0123456789abcdeg\"]}]",
                "[{\"registry\":\"1\"},{\"registry\":\"2\"},{\"registry\":\"3\"},{\"registry\":"
                "\"4\"},"
                "{\"registry\":\"5\"},{\"registry\":\"6\"},{\"registry\":\"7\"},{\"registry\":"
                "\"8\"},"
                "{\"registry\":\"9\"},{\"registry\":\"10\"},{\"registry\":\"11\"},{\"registry\":"
                "\"12\"},"
                "{\"registry\":\"13\"},{\"registry\":\"14\"},{\"registry\":\"15\"},{\"registry\":"
                "\"16\"},"
                "{\"registry\":\"17\"}]",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_(json_object_putp) json_object *o = NULL;
                _cleanup_(error_clear) Error e = ERROR_NULL;
                RegistryMemories all = {};

                ok(json_parse(bad[i], strlen(bad[i]), &e, &o) >= 0);
                ok(registry_memories_from_json(o, &e, &all) == -EBADMSG && e.message);
        }
}

static void test_memory_trim(void) {
        RegistryMemories all = {};
        RegistryMemory *a, *b;
        int r;

        r = registry_memories_add(&all, "a", &a);
        for (uint64_t i = 0; r >= 0 && i < REGISTRY_MARKS_MAX + 10; i++)
                r = registry_memory_add_mark(a, i);
        ok(r >= 0 && a->n_marks == REGISTRY_MARKS_MAX && a->marks[0] == 10);
        ok(registry_memories_add(&all, "b", &b) >= 0);
        for (uint64_t i = 0; r >= 0 && i < 100; i++)
                r = registry_memory_add_mark(b, i);
        registry_memories_trim(&all);
        ok(all.items[0].n_marks == REGISTRY_MARKS_MAX - 100 && all.items[0].marks[0] == 110);
        ok(all.items[1].n_marks == 100);
        registry_memories_done(&all);
}

static void test_replaced(void) {
        static const char *const texts[] = { "{\"keys\":[" A_KEY("a", "k") "," A_KEY("b", "l") "]}",
                                             "{\"keys\":[" A_KEY("b", "l") "]}",
                                             "{\"keys\":[" A_KEY("b", "l") "," A_KEY("c", "m") "]}",
                                             "{\"keys\":[" A_KEY("a", "x") "]}" };
        RegistryKeys keys[ELEMENTSOF(texts)] = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                ok(registry_keys_parse(texts[i], strlen(texts[i]), NULL, keys + i) >= 0);
        ok(registry_keys_check_replaced(keys, keys, &e) == 0);
        ok(registry_keys_check_replaced(keys, keys + 1, &e) == 0);
        ok(registry_keys_check_replaced(keys, keys + 2, &e) == 0);
        ok(registry_keys_check_replaced(keys, keys + 3, &e) == -EKEYREJECTED && e.message);
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                registry_keys_done(keys + i);
}

int main(void) {
        test_check();
        test_npm();
        test_present();
        test_document();
        test_limits();
        test_time();
        test_policy();
        test_memory();
        test_memory_hostile();
        test_memory_trim();
        test_replaced();
        return tap_done();
}
