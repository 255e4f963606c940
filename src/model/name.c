/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/name.h"

#include <ctype.h>
#include <limits.h>

#include "basic/string-util.h"
#include "basic/strv.h"

#define USER_NAME_MAX 31 /* what systemd accepts */
#define USER_PREFIX   "pm2-"

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
static const char user_plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

static int check_part(const char *name, const char *part, size_t size, const char *what, Error *e) {
        if (size == 0)
                return error_set(e, -EINVAL, "module name '%s' has an empty %s", name, what);
        if (part[0] == '.' || part[0] == '_' || part[0] == '-')
                return error_set(e, -EINVAL, "module name '%s': a %s cannot start with '%c'", name,
                                 what, part[0]);
        if (strspn(part, plain) < size)
                return error_set(
                        e, -EINVAL,
                        "module name '%s': a %s may hold letters, digits, '-', '_' and '.' only",
                        name, what);
        return 0;
}

int module_name_check(const char *name, Error *e) {
        const char *slash = strchr(name, '/');
        int r;

        if (isempty(name))
                return error_set(e, -EINVAL, "module name is empty");
        if (strlen(name) > MODULE_NAME_MAX)
                return error_set(e, -EINVAL, "module name '%.32s…' is longer than %d bytes", name,
                                 MODULE_NAME_MAX);
        if (name[0] != '@')
                return check_part(name, name, strlen(name), "name", e);
        if (!slash)
                return error_set(e, -EINVAL, "module name '%s' has a scope but no name after it",
                                 name);

        r = check_part(name, name + 1, (size_t) (slash - name) - 1, "scope", e);
        if (r < 0)
                return r;
        return check_part(name, slash + 1, strlen(slash + 1), "name", e);
}

bool module_name_is_valid(const char *name) {
        return module_name_check(name, /* e= */ NULL) >= 0;
}

bool module_name_is_word(const char *name) {
        return streq(name, "all") || strspn(name, "0123456789") == strlen(name);
}

int module_name_check_new(const char *name, Error *e) {
        int r;

        r = module_name_check(name, e);
        if (r < 0)
                return r;
        if (module_name_is_word(name))
                return error_set(e, -EINVAL, "a module named '%s' could not be told from %s", name,
                                 streq(name, "all") ? "all of them" : "the number of another");
        if (strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
                return error_set(
                        e, -EINVAL,
                        "module name '%s' has capital letters, which npm does not allow in "
                        "new names",
                        name);
        if (streq(name, "node_modules") || streq(name, "favicon.ico"))
                return error_set(e, -EINVAL, "npm rejects the name '%s'", name);
        return 0;
}

bool app_name_is_valid(const char *app) {
        return !isempty(app) && strlen(app) <= APP_NAME_MAX && strspn(app, plain) == strlen(app) &&
               app[0] != '.' && app[0] != '-';
}

/* "@scope/name" → lead + "scope" + separator + "name"; an unscoped name is copied. */
static int respell_scoped(const char *name, const char *lead, char separator, char **ret) {
        const char *slash = strchr(name, '/');

        if (!slash)
                return strdupf(ret, "%s", name);
        return strdupf(ret, "%s%.*s%c%s", lead, (int) (slash - name) - 1, name + 1, separator,
                       slash + 1);
}

/* The way back: `scoped` is where the scope starts, NULL for an unscoped name. */
static int respell_name(const char *whole, const char *scoped, char separator, char **ret) {
        _cleanup_(freep) char *name = NULL;
        const char *split = scoped ? strchr(scoped, separator) : NULL;
        int r;

        if (split)
                r = strdupf(&name, "@%.*s/%s", (int) (split - scoped), scoped, split + 1);
        else
                r = strdupf(&name, "%s", whole);
        if (r < 0)
                return r;
        if (!module_name_is_valid(name))
                return -EINVAL;
        *ret = TAKE_PTR(name);
        return 0;
}

int module_id_from_name(const char *name, char **ret) {
        return respell_scoped(name, "", ':', ret);
}

int module_name_from_id(const char *id, char **ret) {
        return respell_name(id, id, ':', ret);
}

int module_folder_from_name(const char *name, char **ret) {
        return respell_scoped(name, "@", '+', ret);
}

int module_name_from_folder(const char *folder, char **ret) {
        return respell_name(folder, folder[0] == '@' ? folder + 1 : NULL, '+', ret);
}

/* The module's part, then what tells its units apart. */
static int add_parts(const char *prefix, const char *module, const char *app, unsigned instance,
                     const char *suffix, char **ret) {
        assert(app || instance == 0);

        if (!app)
                return strdupf(ret, "%s%s%s", prefix, module, suffix);
        if (instance == 0)
                return strdupf(ret, "%s%s@%s%s", prefix, module, app, suffix);
        return strdupf(ret, "%s%s@%s@%u%s", prefix, module, app, instance, suffix);
}

int module_unit_folder(const char *name, const char *app, unsigned instance, char **ret) {
        _cleanup_(freep) char *folder = NULL;
        int r;

        r = module_folder_from_name(name, &folder);
        return r < 0 ? r : add_parts("", folder, app, instance, "", ret);
}

int module_unit_name(const char *name, const char *app, unsigned instance, char **ret) {
        _cleanup_(freep) char *id = NULL;
        int r;

        r = module_id_from_name(name, &id);
        return r < 0 ? r : add_parts(UNIT_PREFIX, id, app, instance, ".service", ret);
}

static int parse_instance(const char *s, unsigned *ret) {
        unsigned long n;
        char *end;

        if (!isdigit((unsigned char) s[0]) || s[0] == '0')
                return -EINVAL;
        errno = 0;
        n = strtoul(s, &end, 10);
        if (errno || *end || n > UINT_MAX)
                return -EINVAL;
        *ret = (unsigned) n;
        return 0;
}

int module_from_unit_name(const char *unit, char **ret_name, char **ret_app,
                          unsigned *ret_instance) {
        _cleanup_(freep) char *copy = NULL, *name = NULL, *app_copy = NULL;
        const char *rest = startswith(unit, UNIT_PREFIX);
        unsigned instance = 0;
        char *app, *number;
        int r;

        if (!rest || !endswith(unit, ".service"))
                return -EINVAL;
        copy = strndup(rest, strlen(rest) - strlen(".service"));
        if (!copy)
                return -ENOMEM;

        app = strchr(copy, '@');
        if (app)
                *app++ = 0;
        number = app ? strchr(app, '@') : NULL;
        if (number) {
                *number++ = 0;
                r = parse_instance(number, &instance);
                if (r < 0)
                        return r;
        }
        if (app && !app_name_is_valid(app))
                return -EINVAL;

        r = module_name_from_id(copy, &name);
        if (r < 0)
                return r;
        r = free_and_strdup(&app_copy, app);
        if (r < 0)
                return r;

        *ret_name = TAKE_PTR(name);
        if (ret_app)
                *ret_app = TAKE_PTR(app_copy);
        if (ret_instance)
                *ret_instance = instance;
        return 0;
}

int module_from_unit_word(const char *word, char **ret_name, char **ret_unit) {
        _cleanup_(freep) char *unit = NULL;
        int r;

        r = strdupf(&unit, "%s%s", word, endswith(word, ".service") ? "" : ".service");
        if (r < 0)
                return r;
        r = module_from_unit_name(unit, ret_name, /* ret_app= */ NULL, /* ret_instance= */ NULL);
        if (r < 0)
                return r;
        if (ret_unit)
                *ret_unit = TAKE_PTR(unit);
        return 0;
}

const char *module_find(char *const *names, const char *word) {
        _cleanup_(freep) char *owner = NULL;

        if (!strv_contains(names, word) && module_from_unit_word(word, &owner, NULL) >= 0)
                word = owner;
        STRV_FOREACH(name, names)
                if (streq(*name, word))
                        return *name;
        return NULL;
}

/* FNV-1a, 64 bits: tells names apart that would be spelled alike. A collision only helps a module
 * that the administrator installed. */
static uint64_t name_hash(const char *name) {
        uint64_t h = UINT64_C(0xcbf29ce484222325);

        for (; *name; name++)
                h = (h ^ (uint8_t) *name) * UINT64_C(0x100000001b3);
        return h;
}

int module_user_name_hashed(const char *name, char **ret) {
        char stem[USER_NAME_MAX + 1];
        size_t used = 0;

        /* As much of the name as leaves room for '-' and twelve digits of the hash. */
        for (const char *p = name; *p && used < USER_NAME_MAX - strlen(USER_PREFIX) - 13; p++)
                if (strchr(user_plain, *p))
                        stem[used++] = *p;
        stem[used] = 0;
        return strdupf(ret, USER_PREFIX "%s-%012llx", stem,
                       (unsigned long long) (name_hash(name) & UINT64_C(0xffffffffffff)));
}

int module_user_name(const char *name, char **ret) {
        if (strlen(name) > USER_NAME_MAX - strlen(USER_PREFIX) ||
            strspn(name, user_plain) != strlen(name))
                return module_user_name_hashed(name, ret);
        return strdupf(ret, USER_PREFIX "%s", name);
}
