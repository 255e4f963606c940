/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/npmrc-install.h"

#include <fnmatch.h>
#include <math.h>

#include "basic/clock.h"
#include "basic/string-util.h"
#include "npm/registry/registry-key.h"
#include "npm/spec/spec.h"

#define PATTERN_MAX  256 /* bytes; names have at most 214 */
#define USEC_PER_DAY (UINT64_C(86400) * USEC_PER_SEC)

static bool is_nothing(const char *value) {
        return isempty(value) || streq(value, "null") || streq(value, "undefined");
}

static int parse_before(const Npmrc *n, Error *e, uint64_t *ret) {
        const char *value = npmrc_get(n, "before");
        _cleanup_(freep) char *midnight = NULL;

        if (is_nothing(value)) {
                *ret = USEC_INFINITY;
                return 0;
        }
        /* a day begins where it does in UTC, as in JavaScript */
        if (!strchr(value, 'T') && strdupf(&midnight, "%sT00:00:00Z", value) < 0)
                return -ENOMEM;
        if (registry_time_parse(midnight ?: value, ret) < 0)
                return error_set(e, -EINVAL,
                                 "'before' in %s is not a date such as 2026-01-31 or "
                                 "2026-01-31T12:00:00Z",
                                 npmrc_origin(n, "before"));
        return 0;
}

static int parse_age(const Npmrc *n, Error *e, uint64_t *ret) {
        const char *value = npmrc_get(n, "min-release-age");
        const uint64_t now = realtime_usec();
        double days, age;
        char *end;

        errno = 0;
        days = strtod(value, &end);
        if (errno != 0 || end == value || *end || !isfinite(days) || days < 0)
                return error_set(e, -EINVAL, "'min-release-age' in %s is not a number of days",
                                 npmrc_origin(n, "min-release-age"));
        age = days * (double) USEC_PER_DAY;
        *ret = USEC_INFINITY;
        if (days > 0)
                *ret = age < (double) now ? now - (uint64_t) age : 0;
        return 0;
}

static RegistryFlags read_flags(const Npmrc *n) {
        static const struct {
                const char *key;
                RegistryFlags flag;
        } table[] = {
                { "offline", REGISTRY_OFFLINE },
                { "prefer-offline", REGISTRY_PREFER_OFFLINE },
                { "prefer-online", REGISTRY_REVALIDATE },
        };
        RegistryFlags flags = 0;

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (npmrc_get_bool(n, table[i].key))
                        flags |= table[i].flag;
        return flags;
}

AllowPolicy allow_policy_from_string(const char *s) {
        static const char *const table[_ALLOW_POLICY_MAX] = {
                [ALLOW_ALL] = "all",
                [ALLOW_ROOT] = "root",
                [ALLOW_NONE] = "none",
        };

        for (AllowPolicy p = 0; s && p < _ALLOW_POLICY_MAX; p++)
                if (streq(s, table[p]))
                        return p;
        return _ALLOW_POLICY_INVALID;
}

static const struct {
        const char *key;
        SpecType type;
        size_t offset;
} allowed[] = {
        { "allow-git", SPEC_GIT, offsetof(NpmrcInstall, allow_git) },
        { "allow-remote", SPEC_REMOTE, offsetof(NpmrcInstall, allow_remote) },
        { "allow-file", SPEC_FILE, offsetof(NpmrcInstall, allow_file) },
};

static int read_allowed(const Npmrc *n, Error *e, NpmrcInstall *settings) {
        for (size_t i = 0; i < ELEMENTSOF(allowed); i++) {
                const char *value = npmrc_get(n, allowed[i].key);
                AllowPolicy policy = is_nothing(value) ? ALLOW_ALL
                                                       : allow_policy_from_string(value);

                if (policy < 0)
                        return error_set(e, -EINVAL, "'%s' in %s must be all, root or none",
                                         allowed[i].key, npmrc_origin(n, allowed[i].key));
                *(AllowPolicy *) ((char *) settings + allowed[i].offset) = policy;
        }
        return 0;
}

int npmrc_install_check(const NpmrcInstall *settings, const Spec *spec, bool root, Error *e) {
        assert(settings);
        assert(spec);

        for (size_t i = 0; i < ELEMENTSOF(allowed); i++) {
                const AllowPolicy policy = *(const AllowPolicy *) ((const char *) settings +
                                                                   allowed[i].offset);

                if (spec->type == allowed[i].type && policy != ALLOW_ALL &&
                    !(policy == ALLOW_ROOT && root))
                        return error_set(e, -EPERM, "npm's setting '%s' does not allow '%s'",
                                         allowed[i].key, spec->raw);
        }
        return 0;
}

/* Of both the stronger source counts, in one source the date. */
int npmrc_install(const Npmrc *n, Error *e, NpmrcInstall *ret) {
        NpmrcInstall settings = NPMRC_INSTALL_DEFAULT;
        bool age;
        int r;

        assert(n);
        assert(ret);

        age = !is_nothing(npmrc_get(n, "min-release-age")) &&
              npmrc_compare_sources(n, "min-release-age", "before") < 0;
        r = age ? parse_age(n, e, &settings.before_usec)
                : parse_before(n, e, &settings.before_usec);
        if (r < 0)
                return r;
        r = read_allowed(n, e, &settings);
        if (r < 0)
                return r;
        settings.flags = read_flags(n);
        settings.legacy_peer_deps = npmrc_get_bool(n, "legacy-peer-deps");
        settings.strict_peer_deps = npmrc_get_bool(n, "strict-peer-deps");
        settings.exempt = npmrc_get(n, "min-release-age-exclude");
        *ret = settings;
        return 0;
}

/* Fewer patterns match here than with npm, which knows braces as well. */
static bool pattern_matches(const char *s, size_t length, const char *name) {
        char pattern[PATTERN_MAX];

        while (length > 0 && *s == ' ') {
                s++;
                length--;
        }
        while (length > 0 && s[length - 1] == ' ')
                length--;
        if (length == 0 || length >= sizeof(pattern))
                return false;
        memcpy(pattern, s, length);
        pattern[length] = 0;
        return fnmatch(pattern, name, FNM_PATHNAME | FNM_PERIOD) == 0;
}

uint64_t npmrc_install_before(const NpmrcInstall *settings, const char *name) {
        const char *p;

        assert(settings);
        assert(name);

        p = settings->before_usec == USEC_INFINITY ? NULL : settings->exempt;
        while (p && *p) {
                size_t length = strcspn(p, "\n,");

                if (pattern_matches(p, length, name))
                        return USEC_INFINITY;
                p += length + (p[length] != 0);
        }
        return settings->before_usec;
}
