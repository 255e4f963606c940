/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/property.h"

#include <arpa/inet.h>

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/unit-spec.h"

static const char command_plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@_./:=+,-";

int property_check(const char *name, const char *value, Error *e) {
        size_t n = strlen(value);

        if (n > PROPERTY_STRING_MAX)
                return error_set(e, -EINVAL, "%s= of the unit is longer than %u bytes", name,
                                 PROPERTY_STRING_MAX);
        if (!utf8_is_valid(value, n))
                return error_set(e, -EINVAL, "%s= of the unit is not UTF-8: '%s'", name, value);
        if (has_control(value))
                return error_set(e, -EINVAL, "%s= of the unit holds a control character: '%s'",
                                 name, value);
        if (n > 0 && (value[0] == ' ' || value[n - 1] == ' ' || value[n - 1] == '\\'))
                return error_set(e, -EINVAL,
                                 "%s= of the unit starts or ends with a blank, or ends with a "
                                 "backslash: '%s'",
                                 name, value);
        return 0;
}

/* Without what may not stand at the ends, and not in the middle of a character. */
static void trim(char *s) {
        size_t n = strlen(s), lead = strspn(s, " ");

        if (n > PROPERTY_TEXT_MAX)
                for (n = PROPERTY_TEXT_MAX; n > 0 && ((uint8_t) s[n] & 0xc0) == 0x80;)
                        n--;
        while (n > lead && (s[n - 1] == ' ' || s[n - 1] == '\\'))
                n--;
        memmove(s, s + lead, n - lead);
        s[n - lead] = 0;
}

char *property_harmless(const char *text) {
        _cleanup_(freep) char *line = strdup(text);
        char *harmless;

        if (!line)
                return NULL;
        for (char *p = line; *p; p++)
                if (strchr("\t\n\v\f\r", *p))
                        *p = ' ';
        harmless = escape_control(line, /* keep_newlines= */ false);
        if (harmless)
                trim(harmless);
        return harmless;
}

static int append_checked(sd_bus_message *m, const char *name, const char *value, Error *e) {
        int r;

        r = property_check(name, value, e);
        return r < 0 ? r : sd_bus_message_append_basic(m, 's', value);
}

static int append_string(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return append_checked(m, name, *(const char *const *) field, e);
}

static int append_text(sd_bus_message *m, const char *name, const void *field, Error *e) {
        _cleanup_(freep) char *text = property_harmless(*(const char *const *) field);

        return text ? append_checked(m, name, text, e) : -ENOMEM;
}

/* Members of a list stand in quotes in the unit file, but what is escaped there is not read back
 * by all of them. */
static int append_strings(sd_bus_message *m, const char *name, const void *field, Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "s");
        STRV_FOREACH(s, *(char *const *const *) field) {
                if (r >= 0 && strpbrk(*s, "\"\\"))
                        r = error_set(e, -EINVAL,
                                      "%s= of the unit holds a double quote or a backslash: '%s'",
                                      name, *s);
                if (r >= 0)
                        r = append_checked(m, name, *s, e);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_words(sd_bus_message *m, const char *name, bool allow, const void *field,
                        Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'r', "bas");
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "b", allow);
        if (r < 0)
                return r;
        r = append_strings(m, name, field, e);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_words_allowed(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return append_words(m, name, /* allow= */ true, field, e);
}

static int append_words_denied(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return append_words(m, name, /* allow= */ false, field, e);
}

static int append_bool(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "b", *(const bool *) field);
}

static int append_count(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "u", *(const unsigned *) field);
}

static int append_amount(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "t", *(const uint64_t *) field);
}

static int append_number(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "i", *(const int *) field);
}

/* What a unit file makes of '$', ';', '%' and quotes differs between the first start and the one
 * after a daemon-reload, so a command is made of plain words. */
static int append_command(sd_bus_message *m, const char *name, const void *field, Error *e) {
        char **argv = *(char **const *) field;
        int r;

        STRV_FOREACH(s, argv)
                if (strspn(*s, command_plain) != strlen(*s) || !**s)
                        return error_set(e, -EINVAL,
                                         "%s= of the unit has an argument that is no plain word: "
                                         "'%s'",
                                         name, *s);

        r = sd_bus_message_open_container(m, 'a', "(sasb)");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'r', "sasb");
        if (r >= 0)
                r = append_checked(m, name, argv[0], e);
        if (r >= 0)
                r = append_strings(m, name, field, e);
        if (r >= 0)
                r = sd_bus_message_append(m, "b", false);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_fields(sd_bus_message *m, const char *name, const void *field, Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "ay");
        STRV_FOREACH(s, *(char *const *const *) field) {
                if (r >= 0)
                        r = property_check(name, *s, e);
                if (r >= 0)
                        r = sd_bus_message_append_array(m, 'y', *s, strlen(*s));
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_statuses(sd_bus_message *m, const char *name, const void *field, Error *e) {
        const UnitStatuses *statuses = field;
        int r;

        r = sd_bus_message_open_container(m, 'r', "aiai");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "i");
        for (size_t i = 0; r >= 0 && i < statuses->n; i++)
                r = sd_bus_message_append(m, "i", (int) statuses->codes[i]);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_message_append(m, "ai", 0); /* signals */
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_sources(sd_bus_message *m, const char *name, const void *field, Error *e) {
        const UnitCredentials *credentials = field;
        int r;

        r = sd_bus_message_open_container(m, 'a', "(ss)");
        for (size_t i = 0; r >= 0 && i < credentials->n; i++) {
                r = sd_bus_message_open_container(m, 'r', "ss");
                if (r >= 0)
                        r = append_checked(m, name, credentials->items[i].id, e);
                if (r >= 0)
                        r = append_checked(m, name, credentials->items[i].path, e);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* A unit whose file is missing would not start at all; an empty value would be lost at the next
 * daemon-reload. */
static int append_fallbacks(sd_bus_message *m, const char *name, const void *field, Error *e) {
        const UnitCredentials *credentials = field;
        int r;

        r = sd_bus_message_open_container(m, 'a', "(say)");
        for (size_t i = 0; r >= 0 && i < credentials->n; i++) {
                r = sd_bus_message_open_container(m, 'r', "say");
                if (r >= 0)
                        r = append_checked(m, name, credentials->items[i].id, e);
                if (r >= 0)
                        r = sd_bus_message_append_array(m, 'y', "\n", 1);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_fd(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "h", *(const int *) field);
}

static int append_calendar(sd_bus_message *m, const char *name, const void *field, Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "(ss)");
        STRV_FOREACH(s, *(char *const *const *) field) {
                if (r >= 0)
                        r = property_check(name, *s, e);
                if (r >= 0)
                        r = sd_bus_message_append(m, "(ss)", "OnCalendar", *s);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_mounts(sd_bus_message *m, const char *name, const void *field, Error *e) {
        char *const *words = *(char *const *const *) field;
        int r;

        r = sd_bus_message_open_container(m, 'a', "(ss)");
        if (r < 0)
                return r;
        for (size_t i = 0; words[i]; i += 2) {
                assert(words[i + 1]);

                r = property_check(name, words[i], e);
                if (r < 0)
                        return r;
                r = property_check(name, words[i + 1], e);
                if (r < 0)
                        return r;
                r = sd_bus_message_append(m, "(ss)", words[i], words[i + 1]);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

static int append_prefix(sd_bus_message *m, const char *prefix) {
        int family = strchr(prefix, ':') ? AF_INET6 : AF_INET, r;
        size_t size = family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
        const char *slash = strchr(prefix, '/');
        char text[INET6_ADDRSTRLEN];
        struct in6_addr address;
        unsigned length = 0;

        if (!slash || (size_t) (slash - prefix) >= sizeof(text))
                return -EINVAL;
        memcpy(text, prefix, (size_t) (slash - prefix));
        text[slash - prefix] = 0;
        if (inet_pton(family, text, &address) != 1 || sscanf(slash + 1, "%u", &length) != 1 ||
            length > size * 8)
                return -EINVAL;

        r = sd_bus_message_open_container(m, 'r', "iayu");
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "i", family);
        if (r < 0)
                return r;
        r = sd_bus_message_append_array(m, 'y', &address, size);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "u", length);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_prefixes(sd_bus_message *m, const char *name, const void *field, Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "(iayu)");
        if (r < 0)
                return r;
        STRV_FOREACH(s, *(char *const *const *) field) {
                r = append_prefix(m, *s);
                if (r == -EINVAL)
                        return error_set(e, r, "%s= of the unit has an invalid prefix: '%s'", name,
                                         *s);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

static bool pointer_is_set(const void *field) {
        return *(const void *const *) field;
}

static bool bool_is_set(const void *field) {
        return *(const bool *) field;
}

static bool number_is_set(const void *field) {
        return *(const int *) field != 0;
}

static bool amount_is_set(const void *field) {
        return *(const uint64_t *) field != UNIT_UNSET;
}

static bool statuses_are_set(const void *field) {
        return ((const UnitStatuses *) field)->n > 0;
}

static bool credentials_are_set(const void *field) {
        return ((const UnitCredentials *) field)->n > 0;
}

static bool fd_is_set(const void *field) {
        return *(const int *) field >= 0;
}

static const struct {
        const char *signature;
        bool (*is_set)(const void *field);
        int (*append)(sd_bus_message *m, const char *name, const void *field, Error *e);
} kinds[] = {
        [PROPERTY_TEXT] = { "s", pointer_is_set, append_text },
        [PROPERTY_STRING] = { "s", pointer_is_set, append_string },
        [PROPERTY_STRINGS] = { "as", pointer_is_set, append_strings },
        [PROPERTY_WORDS_ALLOWED] = { "(bas)", pointer_is_set, append_words_allowed },
        [PROPERTY_WORDS_DENIED] = { "(bas)", pointer_is_set, append_words_denied },
        [PROPERTY_BOOL] = { "b", bool_is_set, append_bool },
        [PROPERTY_COUNT] = { "u", number_is_set, append_count },
        [PROPERTY_AMOUNT] = { "t", amount_is_set, append_amount },
        [PROPERTY_NUMBER] = { "i", number_is_set, append_number },
        [PROPERTY_COMMAND] = { "a(sasb)", pointer_is_set, append_command },
        [PROPERTY_FIELDS] = { "aay", pointer_is_set, append_fields },
        [PROPERTY_STATUSES] = { "(aiai)", statuses_are_set, append_statuses },
        [PROPERTY_SOURCES] = { "a(ss)", credentials_are_set, append_sources },
        [PROPERTY_FALLBACKS] = { "a(say)", credentials_are_set, append_fallbacks },
        [PROPERTY_FD] = { "h", fd_is_set, append_fd },
        [PROPERTY_CALENDAR] = { "a(ss)", pointer_is_set, append_calendar },
        [PROPERTY_MOUNTS] = { "a(ss)", pointer_is_set, append_mounts },
        [PROPERTY_PREFIXES] = { "a(iayu)", pointer_is_set, append_prefixes },
};

int property_append(sd_bus_message *m, const char *name, PropertyKind kind, const void *field,
                    Error *e) {
        int r;

        assert(kind < ELEMENTSOF(kinds));

        if (!kinds[kind].is_set(field))
                return 0;

        r = sd_bus_message_open_container(m, 'r', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", name);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', kinds[kind].signature);
        if (r >= 0)
                r = kinds[kind].append(m, name, field, e);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}
