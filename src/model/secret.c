/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/secret.h"

#include <ctype.h>

#include "basic/string-util.h"
#include "basic/strv.h"

#define WORD_MAX 32 /* a longer word is cut in front: the tables look at its end */

/* A word that is or ends in one of these; long enough not to end an innocent word by chance. */
static const char *const endings[] = {
        "password", "passwords",  "passwd",     "passphrase",  "passcode",
        "secret",   "secrets",    "credential", "credentials", "token",
        "apikey",   "privatekey", "secretkey",  "accesskey",   "authkey",
};

/* Whole words only: "bypass" and "author" are not secret. */
static const char *const words[] = { "pass", "auth", "authorization", "pwd" };

/* The word before "key" or "keys" that makes it a secret one: "public key" and "key" are not. */
static const char *const keys[] = {
        "access", "api", "auth", "encryption", "master", "private", "signing", "ssh",
};

static bool table_contains(const char *const *table, size_t n, const char *word) {
        for (size_t i = 0; i < n; i++)
                if (streq(table[i], word))
                        return true;
        return false;
}

static bool word_is_secret(const char *word, const char *previous) {
        if (table_contains(words, ELEMENTSOF(words), word))
                return true;
        for (size_t i = 0; i < ELEMENTSOF(endings); i++)
                if (endswith(word, endings[i]))
                        return true;
        return (streq(word, "key") || streq(word, "keys")) &&
               table_contains(keys, ELEMENTSOF(keys), previous);
}

/* Whether a capital after a letter starts a word: "apiKey", "APIKey". */
static bool starts_word(const char *s) {
        return isupper((unsigned char) s[0]) &&
               (islower((unsigned char) s[-1]) || islower((unsigned char) s[1]));
}

bool name_is_secret(const char *name) {
        char word[WORD_MAX + 1] = "", previous[WORD_MAX + 1] = "";
        size_t used = 0;

        /* A shell's PWD is not a password, and the directory of credentials is not one either. */
        if (strcasecmp(name, "pwd") == 0 || streq(name, "CREDENTIALS_DIRECTORY"))
                return false;

        for (size_t i = 0;; i++) {
                bool letter = isalpha((unsigned char) name[i]);

                if (used > 0 && (!letter || starts_word(name + i))) {
                        word[used] = 0;
                        if (word_is_secret(word, previous))
                                return true;
                        (void) strcpy(previous, word);
                        used = 0;
                }
                if (!name[i])
                        return false;
                if (!letter)
                        continue;
                if (used == WORD_MAX)
                        (void) memmove(word, word + 1, --used);
                word[used++] = (char) tolower((unsigned char) name[i]);
        }
}

bool path_is_secret(char *const *path) {
        STRV_FOREACH(segment, path)
                if (name_is_secret(*segment))
                        return true;
        return false;
}
