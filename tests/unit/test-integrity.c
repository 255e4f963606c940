/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/encoding.h"
#include "npm/registry/integrity.h"
#include "tap.h"

/* of "hello" */
#define SHA1   "sha1-qvTGHdzF6KLavt4PO0gs2a6pQ00="
#define SHA256 "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
#define SHA384 "sha384-WeF0h3dEjGnea4ANejO7+5/xtGPkQ1TDVTvNucZm+pASWjx5+QOXvfX2oT3oKGhP"
#define SHA512 \
        "sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/" \
        "3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw=="
#define OTHER512 \
        "sha512-AAAAAL1i83hdltRq0+o9czGb+8KJDKra4t/" \
        "3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw=="

static void test_hex(void) {
        _cleanup_(freep) char *text = NULL;
        uint8_t bytes[3];

        ok(hex_encode("\x00\x7f\xff", 3, &text) == 0);
        ok_str(text, "007fff");
        ok(hex_decode("00AbfF", bytes, 3) == 0 && memcmp(bytes, "\x00\xab\xff", 3) == 0);
        ok(hex_decode("00abf", bytes, 3) == -EINVAL);
        ok(hex_decode("00abfff", bytes, 3) == -EINVAL);
        ok(hex_decode("00abfg", bytes, 3) == -EINVAL);
        ok(hex_decode("00ab f", bytes, 3) == -EINVAL);
}

static void test_base64(void) {
        static const struct {
                const char *plain, *encoded;
        } table[] = { { "", "" },
                      { "f", "Zg==" },
                      { "fo", "Zm8=" },
                      { "foo", "Zm9v" },
                      { "foob", "Zm9vYg==" },
                      { "fooba", "Zm9vYmE=" },
                      { "\xfb\xff", "+/8=" } };
        static const char *const bad[] = {
                "Z", "Zg=", "Zg===", "Zm9v=", "Zm 9v", "Zm9v\n", "Zé8="
        };
        size_t size;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *encoded = NULL, *plain = NULL;

                ok(base64_encode(table[i].plain, strlen(table[i].plain), &encoded) == 0);
                ok_str(encoded, table[i].encoded);
                ok(base64_decode(encoded, &plain, &size) == 0);
                ok(size == strlen(table[i].plain));
                ok_str(plain, table[i].plain);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                char *plain = NULL;

                ok(base64_decode(bad[i], &plain, &size) == (i == 1 || i == 3 ? 0 : -EINVAL));
                free(plain);
        }
}

static void test_conflicts(void) {
        static const struct {
                const char *a, *b;
                bool conflict;
        } table[] = {
                { SHA512, SHA512, false },
                { SHA512, OTHER512, true },
                { SHA1, SHA512, false },
                { SHA512 " " OTHER512, OTHER512, false },
                { SHA1 " " SHA512, OTHER512, true },
                { SHA256, SHA256 "?x", false },
        };
        Integrity a, b;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                ok(integrity_parse(table[i].a, NULL, &a) == 0 &&
                   integrity_parse(table[i].b, NULL, &b) == 0);
                ok(integrity_conflicts(&a, &b) == table[i].conflict);
                ok(integrity_conflicts(&b, &a) == table[i].conflict);
        }
}

static void test_parse(void) {
        static const struct {
                const char *text;
                HashAlgorithm algorithm;
                size_t n;
        } table[] = {
                { SHA1, HASH_SHA1, 1 },
                { SHA512, HASH_SHA512, 1 },
                { SHA1 " " SHA512, HASH_SHA512, 1 },
                { SHA512 " " SHA1, HASH_SHA512, 1 },
                { SHA256 "\n\t" SHA384, HASH_SHA384, 1 },
                { SHA512 " " OTHER512 " " SHA256, HASH_SHA512, 2 },
                { "md5-XUFAKrxLKna5cZ2REBfFkg== " SHA1, HASH_SHA1, 1 },
                { "  " SHA512 "?foo?bar  ", HASH_SHA512, 1 },
                { "nonsense " SHA256, HASH_SHA256, 1 },
        };
        static const char *const bad[] = { "",
                                           "   ",
                                           "sha512",
                                           "sha512-",
                                           "sha512-AAAA",
                                           "md5-XUFAKrxLKna5cZ2REBfFkg==",
                                           "SHA512-AAAA",
                                           SHA1 " sha512-AAAA",
                                           "sha512-!!!!" };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Integrity integrity;

                ok(integrity_parse(table[i].text, NULL, &integrity) == 0);
                ok(integrity.algorithm == table[i].algorithm && integrity.n_digests == table[i].n);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                Integrity integrity;

                ok(integrity_parse(bad[i], NULL, &integrity) == -EBADMSG);
        }
}

static void test_too_many(void) {
        _cleanup_(freep) char *text = NULL;
        Integrity integrity;

        text = calloc(INTEGRITY_HASHES_MAX + 1, strlen(SHA1) + 2);
        for (size_t i = 0; i <= INTEGRITY_HASHES_MAX; i++)
                (void) strcat(text, SHA1 " ");
        ok(integrity_parse(text, NULL, &integrity) == -EBADMSG);
        text[INTEGRITY_HASHES_MAX * (strlen(SHA1) + 1)] = 0;
        ok(integrity_parse(text, NULL, &integrity) == 0);
}

static void test_hash(void) {
        static const char *const texts[] = { SHA1, SHA256, SHA384, SHA512 };

        for (HashAlgorithm a = 0; a < _HASH_MAX; a++) {
                _cleanup_(freep) char *text = NULL;
                _cleanup_(hasher_freep) Hasher *h = NULL;
                Integrity integrity, other;
                Digest digest;

                ok(hash_algorithm_from_string(hash_algorithm_to_string(a)) == a);
                ok(integrity_parse(texts[a], NULL, &integrity) == 0 && integrity.algorithm == a);
                ok(integrity_is_weak(&integrity) == (a == HASH_SHA1));
                ok(hasher_new(a, &h) == 0);
                ok(hasher_update(h, "hel", 3) == 0 && hasher_update(h, "lo", 2) == 0);
                ok(hasher_finish(h, &digest) == 0 && integrity_matches(&integrity, &digest));
                ok(integrity_to_string(&integrity, &text) == 0);
                ok_str(text, texts[a]);
                ok(hash_data(a, "hullo", 5, &digest) == 0 &&
                   !integrity_matches(&integrity, &digest));
                ok(integrity_parse(SHA512 " " OTHER512, NULL, &other) == 0);
                ok(hash_data(HASH_SHA512, "hello", 5, &digest) == 0 &&
                   integrity_matches(&other, &digest));
        }
        ok(hash_algorithm_from_string("md5") == _HASH_INVALID);
        ok(hash_algorithm_to_string(_HASH_INVALID) == NULL);
}

static void test_shasum(void) {
        Integrity integrity;
        Digest digest;

        ok(integrity_from_shasum("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", NULL, &integrity) ==
           0);
        ok(hash_data(HASH_SHA1, "hello", 5, &digest) == 0 &&
           integrity_matches(&integrity, &digest));
        ok(integrity_from_shasum("aaf4c6", NULL, &integrity) == -EBADMSG);
        ok(integrity_from_shasum("", NULL, &integrity) == -EBADMSG);
}

int main(void) {
        test_hex();
        test_base64();
        test_parse();
        test_conflicts();
        test_too_many();
        test_hash();
        test_shasum();
        return tap_done();
}
