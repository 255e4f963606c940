/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An integrity text: what is accepted is written as what is read as the same. */

#include "npm/registry/integrity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(freep) char *text = strndup((const char *) data, size), *again = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Integrity integrity, other;

        check(text);
        if (integrity_from_shasum(text, NULL, &integrity) >= 0)
                check(integrity_is_weak(&integrity) && integrity.n_digests == 1);
        if (integrity_parse(text, &e, &integrity) < 0) {
                check(e.message);
                return 0;
        }
        check(integrity.n_digests > 0 && integrity.n_digests <= INTEGRITY_HASHES_MAX);
        check(integrity_to_string(&integrity, &again) >= 0);
        check(integrity_parse(again, NULL, &other) >= 0);
        check(other.algorithm == integrity.algorithm && other.n_digests == 1);
        check(integrity_matches(&integrity, other.digests));
        return 0;
}
