/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/address-mask.h"

#include <ctype.h>

#include "basic/string-util.h"

#define WORD_END " \t\r\n\"" /* what no address holds; a quote ends a text of JSON */

/* In small letters: what the name of a query field that proves something has in it. */
static const char *const secret_parts[] = {
        "token",   "auth",      "passw",      "pwd",        "secret",     "apikey",    "api_key",
        "api-key", "accesskey", "access_key", "access-key", "credential", "signature",
};
static const char *const secret_names[] = { "key", "sig", "pass" };

static const char *const npmrc_names[] = { "_authToken", "_auth", "_password" };

static const char *const services[] = { "github:", "gitlab:", "bitbucket:", "gist:" };

typedef struct Masking {
        const char *start, *p; /* what is read, and how far */
        char *out;
} Masking;

static void copy(Masking *m, size_t n) {
        memcpy(m->out, m->p, n);
        m->out += n;
        m->p += n;
}

/* Passes over what is there. */
static void mask(Masking *m, size_t n) {
        m->out = stpcpy(m->out, ADDRESS_MASK);
        m->p += n;
}

static bool is_secret_field(const char *name, size_t n) {
        _cleanup_(freep) char *small = strndup(name, n);

        if (!small)
                return true;
        for (char *c = small; *c; c++)
                *c = (char) tolower((uint8_t) *c);
        for (size_t i = 0; i < ELEMENTSOF(secret_names); i++)
                if (streq(small, secret_names[i]))
                        return true;
        for (size_t i = 0; i < ELEMENTSOF(secret_parts); i++)
                if (strstr(small, secret_parts[i]))
                        return true;
        return false;
}

/* Where what stands before the host ends: its '@', or NULL. A password may hold what it should
 * have encoded; only a port is digits. */
static const char *find_at(const char *authority, const char **ret_colon) {
        size_t n = strcspn(authority, "/?#" WORD_END);
        const char *colon = memchr(authority, ':', n), *at = memrchr(authority, '@', n);

        if (!at && colon && !isdigit((uint8_t) colon[1]))
                at = memrchr(authority, '@', strcspn(authority, WORD_END));
        *ret_colon = at && colon && colon < at ? colon : NULL;
        return at;
}

static bool is_http(const Masking *m) {
        size_t n = (size_t) (m->p - m->start);

        return (n >= 4 && strncasecmp(m->p - 4, "http", 4) == 0) ||
               (n >= 5 && strncasecmp(m->p - 5, "https", 5) == 0);
}

/* At "://". */
static void mask_authority(Masking *m) {
        const char *colon, *at = find_at(m->p + strlen("://"), &colon);
        bool token = at && !colon && is_http(m);

        copy(m, strlen("://"));
        if (colon)
                copy(m, (size_t) (colon + 1 - m->p));
        if (colon || token)
                mask(m, (size_t) (at - m->p));
}

/* At "github:". */
static void mask_service(Masking *m, const char *service) {
        const char *colon, *at;
        size_t n;

        copy(m, strlen(service));
        n = strcspn(m->p, "/?#" WORD_END);
        at = memrchr(m->p, '@', n);
        colon = at ? memchr(m->p, ':', (size_t) (at - m->p)) : NULL;
        if (colon) {
                copy(m, (size_t) (colon + 1 - m->p));
                mask(m, (size_t) (at - m->p));
        }
}

/* At '?', '&' or ';' within an address. */
static void mask_field(Masking *m) {
        size_t name, value;

        copy(m, 1);
        name = strcspn(m->p, "=&;#?" WORD_END);
        if (m->p[name] != '=' || !is_secret_field(m->p, name))
                return;
        copy(m, name + 1);
        value = strcspn(m->p, "&;#'" WORD_END);
        if (value > 0)
                mask(m, value);
}

/* At one of .npmrc's words: "=" and what follows it. What stands for a token, "…", stays. */
static void mask_npmrc(Masking *m, const char *name) {
        size_t n;

        copy(m, strlen(name));
        n = strspn(m->p, " ");
        if (m->p[n] != '=')
                return;
        copy(m, n + 1 + strspn(m->p + n + 1, " "));
        n = strcspn(m->p, "'" WORD_END);
        if (n > 0 && !startswith(m->p, "…"))
                mask(m, n);
}

/* The one of these the text begins with. */
static const char *find_word(const char *text, const char *const *words, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (startswith(text, words[i]))
                        return words[i];
        return NULL;
}

char *mask_addresses(const char *text) {
        /* each mask is after something longer than what it may add */
        _cleanup_(freep) char *out = malloc(2 * strlen(text) + sizeof(ADDRESS_MASK));
        Masking m = { text, text, out };
        bool within = false, begins = true;

        if (!out)
                return NULL;
        while (*m.p) {
                const char *service = begins ? find_word(m.p, services, ELEMENTSOF(services))
                                             : NULL,
                           *npmrc = *m.p == '_'
                                            ? find_word(m.p, npmrc_names, ELEMENTSOF(npmrc_names))
                                            : NULL;

                begins = !isalnum((uint8_t) *m.p);
                if (service)
                        mask_service(&m, service);
                else if (npmrc)
                        mask_npmrc(&m, npmrc);
                else if (startswith(m.p, "://")) {
                        within = true;
                        mask_authority(&m);
                } else if (within && strchr("?&;", *m.p))
                        mask_field(&m);
                else {
                        within = within && !strchr(WORD_END, *m.p);
                        copy(&m, 1);
                }
        }
        *m.out = 0;
        return TAKE_PTR(out);
}

bool address_is_masked(const char *text) {
        return strstr(text, ADDRESS_MASK "@") || strstr(text, "=" ADDRESS_MASK);
}
