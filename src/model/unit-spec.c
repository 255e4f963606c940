/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/unit-spec.h"

#include "basic/string-util.h"
#include "basic/strv.h"

#define DOCUMENTATION_MAX 512

void unit_spec_done(UnitSpec *s) {
        free(s->unit);
        free(s->timer);
        strv_free(s->calendar);
        free(s->description);
        strv_free(s->documentation);
        free(s->syslog_identifier);
        strv_free(s->log_fields);
        strv_free(s->argv);
        strv_free(s->environment);
        free(s->working_directory);
        for (size_t i = 0; i < s->credentials.n; i++) {
                free(s->credentials.items[i].id);
                free(s->credentials.items[i].path);
        }
        free(s->credentials.items);
        free(s->user);
        free(s->user_fallback);
        free(s->group);
        strv_free(s->state_directory);
        strv_free(s->runtime_directory);
        strv_free(s->cache_directory);
        strv_free(s->read_write_paths);
        strv_free(s->addresses_allowed);
        free(s->success.codes);
        free(s->restart_prevent.codes);
        *s = UNIT_SPEC_EMPTY;
}

int unit_spec_add_credential(UnitSpec *s, const char *id, const char *path) {
        _cleanup_(freep) char *id_copy = strdup(id), *path_copy = strdup(path);
        UnitCredential *grown;

        if (!id_copy || !path_copy)
                return -ENOMEM;
        grown = realloc(s->credentials.items, (s->credentials.n + 1) * sizeof(UnitCredential));
        if (!grown)
                return -ENOMEM;
        s->credentials.items = grown;
        grown[s->credentials.n++] = (UnitCredential) { TAKE_PTR(id_copy), TAKE_PTR(path_copy) };
        return 0;
}

int unit_statuses_add(UnitStatuses *s, const uint8_t *codes, size_t n) {
        uint8_t *grown;

        assert(codes || n == 0);

        if (n == 0)
                return 0;
        grown = realloc(s->codes, s->n + n);
        if (!grown)
                return -ENOMEM;
        memcpy(grown + s->n, codes, n);
        s->codes = grown;
        s->n += n;
        return 0;
}

int unit_spec_prevent_restart(UnitSpec *s, uint8_t status) {
        return unit_statuses_add(&s->restart_prevent, &status, 1);
}

bool documentation_is_safe(const char *url) {
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                    "._~/#?=&:@+-";
        const char *rest = startswith(url, "https://");

        if (!rest)
                rest = startswith(url, "http://");
        return !isempty(rest) && strspn(rest, plain) == strlen(rest) &&
               strlen(url) <= DOCUMENTATION_MAX;
}
