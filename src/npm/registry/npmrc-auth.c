/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/npmrc-auth.h"

#include "basic/encoding.h"
#include "basic/string-util.h"
#include "npm/registry/certificate-file.h"
#include "npm/registry/url.h"

void npmrc_auth_done(NpmrcAuth *a) {
        if (a->authorization)
                explicit_bzero(a->authorization, strlen(a->authorization));
        free(a->authorization);
        free(a->cert_file);
        free(a->key_file);
        free(a->unset);
        *a = (NpmrcAuth) {};
}

/* The value of "PREFIX:name"; NULL if it is not set, or still holds a variable that is not: that is
 * no credential, and is not sent. */
static const char *get_scoped(const Npmrc *n, const char *prefix, const char *name, NpmrcAuth *a) {
        _cleanup_(freep) char *key = NULL;
        const char *value;

        if (strdupf(&key, "%s:%s", prefix, name) < 0)
                return NULL;
        value = npmrc_get(n, key);
        if (!isempty(value) && !strstr(value, "${"))
                return value;
        if (!a->unset)
                (void) npmrc_find_unset(n, key, &a->unset);
        return NULL;
}

/* "Basic" of a name and npm's base64 form of the password. */
static int basic_authorization(const char *user, const char *password, Error *e, char **ret) {
        _cleanup_(freep) char *plain = NULL, *joined = NULL, *encoded = NULL;
        size_t size;
        int r;

        r = base64_decode(password, &plain, &size);
        if (r < 0)
                return error_set(e, r, "'_password' is not valid base64");
        if (strdupf(&joined, "%s:%s", user, plain) < 0)
                return -ENOMEM;
        r = base64_encode(joined, strlen(joined), &encoded);
        if (r < 0)
                return r;
        return strdupf(ret, "Basic %s", encoded);
}

/* 1 if the prefix has credentials, 0 if not. */
static int auth_of_prefix(const Npmrc *n, const char *prefix, Error *e, NpmrcAuth *ret) {
        _cleanup_(npmrc_auth_done) NpmrcAuth a = { .unset = TAKE_PTR(ret->unset) };
        const char *token = get_scoped(n, prefix, "_authToken", &a),
                   *basic = get_scoped(n, prefix, "_auth", &a),
                   *user = get_scoped(n, prefix, "username", &a),
                   *password = get_scoped(n, prefix, "_password", &a),
                   *cert = get_scoped(n, prefix, "certfile", &a),
                   *key = get_scoped(n, prefix, "keyfile", &a);
        int r = 0;

        if (token)
                r = strdupf(&a.authorization, "Bearer %s", token);
        else if (basic)
                r = strdupf(&a.authorization, "Basic %s", basic);
        else if (user && password)
                r = basic_authorization(user, password, e, &a.authorization);
        if (r < 0)
                return error_prefix(e, r, "%s", prefix);
        if (a.authorization && has_control(a.authorization))
                return error_set(e, -EINVAL, "%s: the credentials contain a control character",
                                 prefix);

        if (cert && key) {
                r = certificate_file_check("certfile", cert, e);
                if (r < 0)
                        return r;
                r = certificate_file_check("keyfile", key, e);
                if (r < 0)
                        return r;
                r = free_and_strdup(&a.cert_file, cert);
                if (r < 0)
                        return r;
                r = free_and_strdup(&a.key_file, key);
                if (r < 0)
                        return r;
        }

        r = a.authorization || a.cert_file;
        *ret = a;
        a = (NpmrcAuth) {};
        return r;
}

/* Walks from "//host/a/b" by way of "//host/a/", "//host/a" and "//host/" to "//host". */
static int auth_of_url(const Npmrc *n, const Url *url, Error *e, NpmrcAuth *ret) {
        _cleanup_(freep) char *prefix = NULL;
        size_t shortest = 2 + strlen(url->host);

        if (strdupf(&prefix, "//%s%s", url->host, url->path) < 0)
                return -ENOMEM;

        for (size_t length = strlen(prefix); length >= shortest;) {
                int r = auth_of_prefix(n, prefix, e, ret);

                if (r != 0)
                        return r;
                if (prefix[length - 1] == '/')
                        length--;
                else
                        while (length > 0 && prefix[length - 1] != '/')
                                length--;
                prefix[length] = 0;
        }
        return 0;
}

int npmrc_auth(const Npmrc *n, const char *url_text, const char *registry_text, Error *e,
               NpmrcAuth *ret) {
        _cleanup_(url_done) Url url = {}, registry = {};
        int r;

        assert(n);
        assert(ret);

        r = url_parse(url_text, e, &url);
        if (r < 0)
                return r;
        if (registry_text) {
                r = url_parse(registry_text, e, &registry);
                if (r < 0)
                        return r;
        }

        *ret = (NpmrcAuth) {};
        /* A packument must not lure what is meant for https onto the open wire. */
        if (registry.text && registry.https && !url.https && streq(registry.host, url.host))
                return 0;

        r = auth_of_url(n, &url, e, ret);
        if (r == 0 && registry.text && url_same_origin(&url, &registry))
                r = auth_of_url(n, &registry, e, ret);
        return MIN2(r, 0);
}
