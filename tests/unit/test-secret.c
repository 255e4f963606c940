/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/macro.h"
#include "model/secret.h"
#include "tap.h"

static void test_names(void) {
        static const char *const secret[] = {
                "password",
                "PASSWORD",
                "Passwd",
                "db_password",
                "dbPassword",
                "dbpassword",
                "smtp.pass",
                "MYSQL_PWD",
                "secret",
                "AWS_SECRET_ACCESS_KEY",
                "token",
                "accessToken",
                "GITHUB_TOKEN",
                "authtoken",
                "token_ttl",
                "apiKey",
                "APIKey",
                "API_KEY",
                "api key",
                "apikey",
                "api-keys",
                "privateKey",
                "ssh_key",
                "credentials",
                "secret_key_base",
                "_auth",
                "password2",
                "2password",
                "Authorization",
                "passphrase",
                "a.very.long.name.that.goes.on.and.on.for.more.than.the.buffer.password",
                "averylongwordthatgoesonandonandonandonandonandpassword",
        };
        static const char *const open[] = {
                "",           "key",       "keyboard",
                "public_key", "tokenizer", "max_tokens",
                "secretary",  "bypass",    "passthrough",
                "compass",    "pwd",       "PWD",
                "OLDPWD",     "author",    "authority",
                "drive",      "api",       "keyword",
                "apiKeyless", "private",   "monkey",
                "api_x_key",  "pässword",  "CREDENTIALS_DIRECTORY",
        };

        for (size_t i = 0; i < ELEMENTSOF(secret); i++) {
                ok(name_is_secret(secret[i]));
                if (!name_is_secret(secret[i]))
                        printf("# %s\n", secret[i]);
        }
        for (size_t i = 0; i < ELEMENTSOF(open); i++) {
                ok(!name_is_secret(open[i]));
                if (name_is_secret(open[i]))
                        printf("# %s\n", open[i]);
        }
}

static void test_paths(void) {
        ok(path_is_secret((char *[]) { (char *) "credentials", (char *) "user", NULL }));
        ok(path_is_secret((char *[]) { (char *) "db", (char *) "password", NULL }));
        ok(!path_is_secret((char *[]) { (char *) "db", (char *) "user", NULL }));
        /* words do not join across parts */
        ok(!path_is_secret((char *[]) { (char *) "api", (char *) "key", NULL }));
        ok(!path_is_secret(NULL));
}

int main(void) {
        test_names();
        test_paths();
        return tap_done();
}
