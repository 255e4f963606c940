/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/npmrc-http.h"

#include <ctype.h>

#include "basic/string-util.h"
#include "basic/strv.h"

typedef enum SettingKind {
        SETTING_TEXT,
        SETTING_COUNT,
        SETTING_MSEC, /* stored in µs */
} SettingKind;

static const struct {
        const char *key;
        SettingKind kind;
        size_t offset;
        uint64_t min, max;
} settings[] = {
        { "maxsockets", SETTING_COUNT, offsetof(HttpConfig, parallel), 1, HTTP_PARALLEL_MAX },
        { "fetch-retries", SETTING_COUNT, offsetof(HttpConfig, retries), 0, HTTP_RETRIES_MAX },
        { "fetch-retry-factor", SETTING_COUNT, offsetof(HttpConfig, retry_factor), 1, 100 },
        { "fetch-retry-mintimeout", SETTING_MSEC, offsetof(HttpConfig, retry_min_usec), 0,
          3600000 },
        { "fetch-retry-maxtimeout", SETTING_MSEC, offsetof(HttpConfig, retry_max_usec), 0,
          3600000 },
        { "fetch-timeout", SETTING_MSEC, offsetof(HttpConfig, stall_usec), 1000, 3600000 },
        { "cafile", SETTING_TEXT, offsetof(HttpConfig, ca_file), 0, 0 },
        { "ca", SETTING_TEXT, offsetof(HttpConfig, ca), 0, 0 },
        { "cert", SETTING_TEXT, offsetof(HttpConfig, cert), 0, 0 },
        { "key", SETTING_TEXT, offsetof(HttpConfig, key), 0, 0 },
        { "user-agent", SETTING_TEXT, offsetof(HttpConfig, user_agent), 0, 0 },
        /* npm uses either for every address, the second one first. */
        { "proxy", SETTING_TEXT, offsetof(HttpConfig, http_proxy), 0, 0 },
        { "proxy", SETTING_TEXT, offsetof(HttpConfig, https_proxy), 0, 0 },
        { "https-proxy", SETTING_TEXT, offsetof(HttpConfig, http_proxy), 0, 0 },
        { "https-proxy", SETTING_TEXT, offsetof(HttpConfig, https_proxy), 0, 0 },
        { "noproxy", SETTING_TEXT, offsetof(HttpConfig, no_proxy), 0, 0 },
};

/* The defaults of settings that were not made. npm, too, uses the one for https for http first. */
static const struct {
        const char *variable;
        size_t offset;
} variables[] = {
        { "https_proxy", offsetof(HttpConfig, http_proxy) },
        { "HTTPS_PROXY", offsetof(HttpConfig, http_proxy) },
        { "http_proxy", offsetof(HttpConfig, http_proxy) },
        { "HTTP_PROXY", offsetof(HttpConfig, http_proxy) },
        { "https_proxy", offsetof(HttpConfig, https_proxy) },
        { "HTTPS_PROXY", offsetof(HttpConfig, https_proxy) },
        { "no_proxy", offsetof(HttpConfig, no_proxy) },
        { "NO_PROXY", offsetof(HttpConfig, no_proxy) },
};

static bool is_nothing(const char *value) {
        return streq(value, "") || streq(value, "null") || streq(value, "false") ||
               streq(value, "undefined");
}

static int parse_number(const char *value, uint64_t min, uint64_t max, uint64_t *ret) {
        char *end;
        uint64_t n;

        if (!isdigit((unsigned char) value[0]))
                return -EINVAL;
        errno = 0;
        n = strtoull(value, &end, 10);
        if (errno != 0 || *end)
                return -EINVAL;
        *ret = MAX2(MIN2(n, max), min);
        return 0;
}

static int apply_setting(const Npmrc *npmrc, const char *value, size_t row, Error *e,
                         HttpConfig *config) {
        void *field = (char *) config + settings[row].offset;
        _cleanup_(freep) char *unset = NULL;
        uint64_t n;
        int r;

        r = npmrc_find_unset(npmrc, settings[row].key, &unset);
        if (r < 0)
                return r;
        if (r > 0)
                return error_set(e, -EINVAL, "%s", unset);

        if (settings[row].kind == SETTING_TEXT) {
                *(const char **) field = is_nothing(value) ? "" : value;
                return 0;
        }
        if (parse_number(value, settings[row].min, settings[row].max, &n) < 0)
                return error_set(e, -EINVAL, "npm's setting '%s' is not a number",
                                 settings[row].key);
        if (settings[row].kind == SETTING_COUNT)
                *(unsigned *) field = (unsigned) n;
        else
                *(uint64_t *) field = n * USEC_PER_MSEC;
        return 0;
}

int npmrc_http_config(const Npmrc *n, Error *e, HttpConfig *ret) {
        HttpConfig config = HTTP_CONFIG_DEFAULT;
        const char *value;

        assert(n);
        assert(ret);

        for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
                int r;

                value = npmrc_get(n, settings[i].key);
                if (!value)
                        continue;
                r = apply_setting(n, value, i, e, &config);
                if (r < 0)
                        return r;
        }

        for (size_t i = 0; i < ELEMENTSOF(variables); i++) {
                const char **field = (const char **) ((char *) &config + variables[i].offset);

                if (!*field)
                        *field = npmrc_variable(n, variables[i].variable);
        }

        value = npmrc_get(n, "strict-ssl");
        config.insecure = value && streq(value, "false");
        *ret = config;
        return 0;
}
