/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/git-address.h"

#include <strings.h>

#include "basic/address-mask.h"
#include "basic/encoding.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "npm/registry/url.h"

/* As a header, which git does not send to another host after a redirect. */
static int set_credentials(const Url *url, char ***env) {
        _cleanup_(freep) char *joined = NULL, *encoded = NULL, *key = NULL, *value = NULL;
        int r;

        if (strdupf(&joined, "%s:%s", url->user, url->password ?: "") < 0)
                return -ENOMEM;
        r = base64_encode(joined, strlen(joined), &encoded);
        if (r < 0)
                return r;
        if (strdupf(&key, "http.%s://%s/.extraHeader", url->https ? "https" : "http", url->host) <
                    0 ||
            strdupf(&value, "Authorization: Basic %s", encoded) < 0)
                return -ENOMEM;
        r = strv_env_set(env, "GIT_CONFIG_COUNT", "1");
        if (r < 0)
                return r;
        r = strv_env_set(env, "GIT_CONFIG_KEY_0", key);
        return r < 0 ? r : strv_env_set(env, "GIT_CONFIG_VALUE_0", value);
}

/* Only HTTP uses a password; git:// does not use a user name either. */
static int drop_password(const char *address, char **ret) {
        bool anonymous = strncasecmp(address, "git://", strlen("git://")) == 0;
        const char *authority = strstr(address, "://"), *from, *at;
        char *plain;

        authority = authority ? authority + strlen("://") : address;
        at = memrchr(authority, '@', strcspn(authority, "/?#"));
        from = !at         ? NULL
               : anonymous ? authority
                           : memchr(authority, ':', (size_t) (at - authority));
        plain = strdup(address);
        if (!plain)
                return -ENOMEM;
        if (from)
                memmove(plain + (from - address), plain + (at - address) + anonymous,
                        strlen(at) + !anonymous);
        *ret = plain;
        return 0;
}

static char *copy_host(const char *plain) {
        const char *host = strstr(plain, "://");

        host = host ? host + strlen("://") : plain;
        if (memchr(host, '@', strcspn(host, "/?#")))
                host += strcspn(host, "@") + 1;
        return strndup(host, strcspn(host, "/?#"));
}

static int check_plain(const char *plain, const char *owner, Error *e) {
        _cleanup_(freep) char *masked = mask_address(plain);

        if (!masked)
                return -ENOMEM;
        /* as in npm, a password ends at the first '@' */
        if (owner && strchr(owner, '@'))
                return error_set(e, -EINVAL,
                                 "the owner of the repository has an '@' in its name; in a "
                                 "password, write '@' as %%40");
        if (streq(masked, plain))
                return 0;
        return error_set(e, -EINVAL,
                         "the secret in '%s' would be visible to all users in git's arguments; "
                         "write a token before the host, followed by '@'",
                         masked);
}

int git_address_prepare(const char *address, const char *owner, char ***env, Error *e,
                        char **ret_plain, char **ret_host) {
        _cleanup_(freep) char *plain = NULL, *host = NULL;
        _cleanup_(url_done) Url url = {};
        bool credentials;
        int r;

        assert(address);
        assert(env);
        assert(ret_plain);
        assert(ret_host);

        r = drop_password(address, &plain);
        if (r < 0)
                return r;
        host = copy_host(plain);
        if (!host)
                return -ENOMEM;
        credentials = url_parse(address, /* e= */ NULL, &url) >= 0 && url.user;
        if (credentials) {
                r = free_and_strdup(&plain, url.text);
                if (r < 0)
                        return r;
        }
        r = check_plain(plain, owner, e);
        if (r < 0)
                return r;
        if (credentials) {
                r = set_credentials(&url, env);
                if (r < 0)
                        return r;
        }
        *ret_plain = TAKE_PTR(plain);
        *ret_host = TAKE_PTR(host);
        return 0;
}
