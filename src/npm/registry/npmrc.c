/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/npmrc.h"

#include <limits.h>

#include "basic/string-util.h"
#include "basic/strv.h"
#include "npm/registry/npmrc-parse.h"

#define VARIABLE_PREFIX "npm_config_"

typedef struct Entry {
        unsigned source; /* 0 the environment, then one text after the other: lower wins */
        bool array;
        char *key;
        char *value;
} Entry;

struct Npmrc {
        char **environment;
        char **origins; /* of the sources after the environment */
        Entry *entries;
        size_t n_entries;
        unsigned sources;
        unsigned settings; /* assignments seen, entries of lists too */
};

Npmrc *npmrc_free(Npmrc *n) {
        if (!n)
                return NULL;

        for (size_t i = 0; i < n->n_entries; i++) {
                free(n->entries[i].key);
                explicit_bzero(n->entries[i].value, strlen(n->entries[i].value));
                free(n->entries[i].value);
        }
        free(n->entries);
        n->environment = strv_free(n->environment);
        n->origins = strv_free(n->origins);
        free(n);
        return NULL;
}

/* In the source that comes first, the last assignment. */
static Entry *find_entry(const Npmrc *n, const char *key) {
        Entry *found = NULL;

        for (size_t i = 0; i < n->n_entries; i++) {
                if (found && found->source != n->entries[i].source)
                        break;
                if (streq(n->entries[i].key, key))
                        found = n->entries + i;
        }
        return found;
}

const char *npmrc_get(const Npmrc *n, const char *key) {
        const Entry *found = find_entry(n, key);

        return found ? found->value : NULL;
}

bool npmrc_get_bool(const Npmrc *n, const char *key) {
        static const char *const false_values[] = { "false", "null", "undefined", "0" };
        const char *value = npmrc_get(n, key);

        for (size_t i = 0; value && i < ELEMENTSOF(false_values); i++)
                if (streq(value, false_values[i]))
                        return false;
        return value;
}

static const char *entry_origin(const Npmrc *n, const Entry *entry) {
        return entry->source == 0 ? "the environment" : n->origins[entry->source - 1];
}

const char *npmrc_origin(const Npmrc *n, const char *key) {
        const Entry *found = find_entry(n, key);

        return found ? entry_origin(n, found) : NULL;
}

int npmrc_compare_sources(const Npmrc *n, const char *a, const char *b) {
        const Entry *x = find_entry(n, a), *y = find_entry(n, b);
        const unsigned i = x ? x->source : UINT_MAX, j = y ? y->source : UINT_MAX;

        return (i > j) - (i < j);
}

int npmrc_find_unset(const Npmrc *n, const char *key, char **ret) {
        const Entry *found = find_entry(n, key);
        _cleanup_(freep) char *name = NULL;
        const char *start;

        assert(ret);

        start = found ? strstr(found->value, "${") : NULL;
        if (!start)
                return 0;
        name = strndup(start + 2, strcspn(start + 2, "}"));
        if (!name)
                return -ENOMEM;
        /* it may be a value that is written so on purpose */
        if (npmrc_variable(n, name))
                return 0;
        if (strdupf(ret, "'%s' in %s names the variable %s, which is not set", key,
                    entry_origin(n, found), name) < 0)
                return -ENOMEM;
        return 1;
}

const char *npmrc_variable(const Npmrc *n, const char *name) {
        return strv_env_get(n->environment, name);
}

/* A credential for no host in particular would go to whichever registry is asked. npm refuses them
 * too. */
static int check_scoped(const char *key, Error *e) {
        static const char *const table[] = { "_auth", "_authToken", "_authtoken", "_password" };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (streq(key, table[i]))
                        return error_set(e, -EINVAL,
                                         "'%s' names no registry; use '//HOST/:%s' instead", key,
                                         key);
        return 0;
}

static bool is_path(const char *key) {
        return streq(key, "cafile") || endswith(key, ":certfile") || endswith(key, ":keyfile");
}

/* "~/x" → "$HOME/x" in the settings that are paths. */
static int expand_home(const Npmrc *n, const char *key, char **value) {
        const char *home = strv_env_get(n->environment, "HOME");
        const char *rest = startswith(*value, "~/");
        char *expanded;

        if (!rest || !home || !is_path(key))
                return 0;
        if (strdupf(&expanded, "%s/%s", home, rest) < 0)
                return -ENOMEM;
        free(*value);
        *value = expanded;
        return 0;
}

/* Entries of one list stand one below the other, as certificates do in a file. */
static int append_to_list(Entry *entry, const char *value) {
        char *joined;

        if (strdupf(&joined, "%s\n%s", entry->value, value) < 0)
                return -ENOMEM;
        free(entry->value);
        entry->value = joined;
        return 0;
}

static int add_entry(Npmrc *n, const char *raw_key, bool array, const char *raw_value, Error *e) {
        _cleanup_(freep) char *key = NULL, *value = NULL;
        Entry *grown;
        int r;

        if (++n->settings > NPMRC_KEYS_MAX)
                return error_set(e, -EINVAL, "it has more than %d settings", NPMRC_KEYS_MAX);

        r = npmrc_expand(raw_key, n->environment, &key);
        if (r < 0)
                return r;
        r = npmrc_expand(raw_value, n->environment, &value);
        if (r < 0)
                return r;
        r = check_scoped(key, e);
        if (r < 0)
                return r;
        r = expand_home(n, key, &value);
        if (r < 0)
                return r;

        for (size_t i = n->n_entries; array && i-- > 0;)
                if (n->entries[i].source == n->sources && streq(n->entries[i].key, key))
                        return append_to_list(n->entries + i, value);

        grown = reallocarray(n->entries, n->n_entries + 1, sizeof(Entry));
        if (!grown)
                return -ENOMEM;
        n->entries = grown;
        n->entries[n->n_entries++] = (Entry) { n->sources, array, TAKE_PTR(key), TAKE_PTR(value) };
        return 0;
}

/* "npm_config_Fetch_Retries" → "fetch-retries"; keys of a registry stay as they are. */
static int add_variable(Npmrc *n, const char *assignment, Error *e) {
        _cleanup_(freep) char *key = NULL;
        const char *equals = strchr(assignment, '=');
        size_t prefix = strlen(VARIABLE_PREFIX);
        int r;

        if (!equals || !equals[1] || (size_t) (equals - assignment) <= prefix ||
            strncasecmp(assignment, VARIABLE_PREFIX, prefix) != 0)
                return 0;

        key = strndup(assignment + prefix, (size_t) (equals - assignment) - prefix);
        if (!key)
                return -ENOMEM;
        if (!startswith(key, "//"))
                for (char *p = key; *p; p++) {
                        if (*p == '_' && p > key)
                                *p = '-';
                        else if (*p >= 'A' && *p <= 'Z')
                                *p |= 0x20;
                }

        r = add_entry(n, key, /* array= */ false, equals + 1, e);
        return r < 0 ? error_prefix(e, r, "variable %.*s", (int) (equals - assignment), assignment)
                     : 0;
}

int npmrc_new(char *const *environment, Error *e, Npmrc **ret) {
        _cleanup_(npmrc_freep) Npmrc *n = NULL;
        int r;

        assert(ret);

        n = calloc(1, sizeof(Npmrc));
        if (!n)
                return -ENOMEM;
        r = strv_copy(environment, &n->environment);
        if (r < 0)
                return r;
        STRV_FOREACH(variable, environment) {
                r = add_variable(n, *variable, e);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(n);
        return 0;
}

typedef struct Context {
        Npmrc *npmrc;
        Error *e;
} Context;

static int on_setting(void *userdata, const char *key, bool array, const char *value) {
        Context *c = userdata;

        return add_entry(c->npmrc, key, array, value, c->e);
}

int npmrc_add(Npmrc *n, const char *origin, const char *text, size_t size, Error *e) {
        Context c = { n, e };
        int r;

        assert(n);
        assert(origin);
        assert(text);

        r = strv_extend(&n->origins, origin);
        if (r < 0)
                return r;
        n->sources++;
        if (size > NPMRC_MAX)
                r = error_set(e, -EFBIG, "it is larger than %u MiB", NPMRC_MAX / 1048576);
        else
                r = npmrc_parse(text, size, e, on_setting, &c);
        return r < 0 ? error_prefix(e, r, "%s", origin) : 0;
}
