/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/mask-specification.h"

#include <ctype.h>
#include <strings.h>

#include "basic/mask-words.h"

static const char *const services[] = { "github", "gitlab", "bitbucket", "gist", "sourcehut" };

static const char *const service_domains[] = {
        "github.com", "gitlab.com", "bitbucket.org", "gist.github.com", "git.sr.ht",
};

/* Whose addresses are such even where their slashes are missing. */
static const char *const network_schemes[] = { "http", "https", "git", "ssh", "ftp", "ftps" };
static const char *const ssh_schemes[] = { "ssh", "git+ssh", "ssh+git" };
static const char *const path_schemes[] = { "file", "link", "portal", "git+file" };
/* "npm:NAME@RANGE" */
static const char *const alias_schemes[] = { "npm", "jsr", "workspace" };

/* -- the parts of an address ---------------------------------------------------------- */

/* At '?'. A name is only shown if there is a value that it can be the name of. */
static void mask_query(Masking *m, const char *end) {
        while (m->p < end) {
                const char *field = m->p + 1, *next = find_any(field, end, "&"),
                           *equals = find_any(field, next, "=");

                copy_to(m, field);
                if (equals < next && !query_field_is_shown(field, equals, next) &&
                    query_field_is_named(field, equals) &&
                    strspn(equals, "=") < (size_t) (next - equals))
                        copy_to(m, equals + 1);
                if (equals == next || !query_field_is_shown(field, equals, next))
                        hide_to(m, next);
                copy_to(m, next);
        }
}

/* At "?", "#" or the end. */
static void mask_rest(Masking *m, bool repository) {
        if (m->p < m->end && *m->p == '?')
                mask_query(m, find_any(m->p, m->end, "#"));
        if (m->p < m->end)
                copy_to(m, m->p + 1);
        if (repository && word_is_committish(m->p, m->end))
                copy_to(m, m->end);
        else
                hide_to(m, m->end);
}

static void mask_committish(Masking *m) {
        mask_rest(m, /* repository= */ true);
}

/* Up to the query: ";token=…" and "/:_authToken=…". A "…" instead of a token stays. */
static void mask_path(Masking *m, const char *end) {
        for (const char *equals; (equals = find_first(m->p, end, '='));) {
                const char *next = find_any(equals, end, "/");
                size_t n = (size_t) (next - equals) - 1;

                copy_to(m, equals + 1);
                if (n != strlen("…") || memcmp(m->p, "…", n) != 0)
                        hide_to(m, next);
                copy_to(m, next);
        }
        copy_to(m, end);
}

/* The colon before a port, or where a password must have begun. */
static const char *find_port(const char *host, const char *end) {
        const char *bracket = *host == '[' ? find_first(host, end, ']') : NULL;

        return find_first(bracket ? bracket : host, end, ':');
}

/* What can only be a host: an address, a name with a dot, this machine. */
static bool is_host(const char *p, const char *end) {
        const char *bracket = *p == '[' ? find_first(p, end, ']') : NULL;

        if (bracket)
                return bracket > p + 1 && word_consists_of(p + 1, bracket, ".:%");
        if (end - p >= 9 && strncasecmp(p, "localhost", 9) == 0 && (end - p == 9 || p[9] == ':'))
                return true;
        return isalnum((uint8_t) *p) && find_first(p, end, '.') &&
               word_consists_of(p, end, ".-_:@");
}

/* An '@' of a path that neither a scope nor a version explains: a password that should have been
 * encoded, and looked like a port or a host. */
static const char *find_late_at(const char *host, const char *slash, const char *end) {
        bool odd = !is_host(host, slash);

        for (const char *at; (at = find_last(slash, end, '@')); end = at)
                if (at[-1] != '/' && !word_is_version(at + 1, find_any(at + 1, end, "/")) &&
                    (odd || find_first(host, at, ':')))
                        return at;
        return NULL;
}

/* The '@' before the host, or NULL. */
static const char *find_at(const char *start, const char *end, const char *colon, bool ssh) {
        const char *slash = find_any(start, end, "/?#\\"), *at = find_last(start, slash, '@');

        if (colon) /* no port: the first of a password that holds what it should have encoded */
                return find_last(start, end, '@');
        if (at && ssh && !find_first(start, at, ':'))
                return at;
        return find_late_at(start, slash, find_any(slash, end, "?#")) ?: at;
}

const char *address_find_odd_port(const char *start, const char *end) {
        const char *slash = find_any(start, end, "/?#\\"),
                   *colon = find_last(start, slash, '@') || start == slash
                                    ? NULL
                                    : find_port(start, slash);

        return colon && colon + 1 + strspn(colon + 1, "0123456789") < slash ? colon : NULL;
}

/* Of a malformed address all that may be a password is hidden. */
static void mask_userinfo(Masking *m, bool ssh) {
        const char *colon = address_find_odd_port(m->p, m->end),
                   *at = find_at(m->p, m->end, colon, ssh),
                   *slash = find_any(m->p, m->end, "/?#\\"), *name = m->p;

        if (!at && colon && !ssh) {
                copy_to(m, colon + 1);
                hide_to(m, m->end);
        }
        if (!at && !colon && m->p < m->end && *m->p != '[' && find_first(m->p, slash, '%'))
                hide_to(m, slash);
        if (!at)
                return;
        while (ssh && name < at && word_consists_of(name, name + 1, "._-~"))
                name++;
        if (name > m->p && (name == at || *name == ':'))
                copy_to(m, name < at ? name + 1 : name);
        hide_to(m, at);
}

/* Behind the slashes of an address. */
static void mask_authority(Masking *m, const char *scheme, const char *colon) {
        bool ssh = WORD_IS_AMONG(scheme, colon, ssh_schemes),
             repository = ssh || (colon - scheme >= 3 && strncasecmp(scheme, "git", 3) == 0);
        const char *host, *slash, *path;

        mask_userinfo(m, ssh);
        host = m->p < m->end && *m->p == '@' ? m->p + 1 : m->p;
        slash = find_any(host, m->end, "/:?#");
        path = find_any(host, m->end, "?#");
        repository = repository || WORD_IS_AMONG(host, slash, service_domains) ||
                     (path - host >= 4 && memcmp(path - 4, ".git", 4) == 0);
        mask_path(m, path);
        mask_rest(m, repository);
}

/* -- the parts of other specifications ------------------------------------------------- */

static void copy_alias(Masking *m, const char *end) {
        const char *colon = find_first(m->p, end, ':'), *at;

        while (colon && WORD_IS_AMONG(m->p, colon, alias_schemes)) {
                copy_to(m, colon + 1);
                colon = find_first(m->p, end, ':');
        }
        /* "NAME@", and "git@" */
        while (m->p < end && (at = find_first(m->p + 1, end, '@')) &&
               word_consists_of(m->p + (*m->p == '@'), at, *m->p == '@' ? "._-~/" : "._-~")) {
                copy_to(m, at + 1);
                copy_alias(m, end);
        }
}

/* "USER:PASSWORD@HOST:PATH", "github:TOKEN@USER/REPOSITORY" */
static void mask_credentials(Masking *m, const char *end) {
        const char *hash = find_any(m->p, end, "#"), *colon = find_first(m->p, hash, ':'),
                   *at = find_last(m->p, hash, '@');
        bool service = colon && WORD_IS_AMONG(m->p, colon, services);

        if (service) {
                copy_to(m, colon + 1);
                colon = find_first(m->p, hash, ':');
        }
        /* a password with a '#' */
        if (!at && colon && !find_first(colon, hash, '/'))
                at = find_last(m->p, end, '@');
        if (at && ((service && at > m->p) || (colon && at > colon)))
                hide_to(m, at);
        else if (service && colon) {
                copy_to(m, colon + 1);
                hide_to(m, hash);
        }
}

/* One without an address in it. */
static void mask_plain(Masking *m, const char *end) {
        const char *colon, *rest;

        for (const char *equals = m->p; (equals = find_first(equals, end, '=')); equals++)
                if (word_ends_with_npmrc_name(m->p, equals)) {
                        mask_path(m, end);
                        return;
                }
        copy_alias(m, end);
        colon = find_first(m->p, end, ':');
        if (find_any(m->p, end, "./~") == m->p ||
            (colon && WORD_IS_AMONG(m->p, colon, path_schemes)))
                copy_to(m, end);
        mask_credentials(m, end);
        rest = find_any(m->p, end, "?#");
        copy_to(m, rest);
        if (find_any(rest, end, "=@") < end ||
            (rest < end && *rest == '#' && find_first(rest, end, ':')))
                mask_part(m, end, mask_committish);
        copy_to(m, end);
}

const char *address_find_scheme(const char *p, const char *end, const char **ret_colon,
                                const char **ret_authority) {
        const char *start = p;

        if (end - p > 2 && p[0] == '/' && p[1] == '/') {
                *ret_colon = p;
                *ret_authority = p + 2;
                return p;
        }
        for (const char *colon; (colon = find_first(p, end, ':')); p = colon + 1) {
                const char *scheme = colon, *rest = colon + 1;

                while (scheme > start &&
                       (isalnum((uint8_t) scheme[-1]) || strchr("+-.", scheme[-1])))
                        scheme--;
                while (rest < end && strchr("/\\", *rest))
                        rest++;
                if (scheme == colon || rest == end || WORD_IS_AMONG(scheme, colon, path_schemes))
                        continue;
                if ((rest - colon <= 2 || memcmp(colon, "://", 3) != 0) &&
                    !WORD_IS_AMONG(scheme, colon, network_schemes) &&
                    strncasecmp(scheme, "git+", 4) != 0)
                        continue;
                *ret_colon = colon;
                *ret_authority = rest;
                return scheme;
        }
        return NULL;
}

void mask_specification(Masking *m) {
        const char *colon, *authority,
                *scheme = address_find_scheme(m->p, m->end, &colon, &authority);

        assert(m && m->p <= m->end);

        mask_plain(m, scheme ?: m->end);
        if (!scheme)
                return;
        copy_to(m, authority);
        mask_authority(m, scheme, colon);
}
