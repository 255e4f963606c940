/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/property-values.h"

#include <arpa/inet.h>

#include "basic/error.h"
#include "basic/strv.h"
#include "model/unit-spec.h"
#include "unit/property-check.h"

static int append_checked(sd_bus_message *m, const char *name, const char *value, Error *e) {
        int r;

        r = property_check(name, value, e);
        return r < 0 ? r : sd_bus_message_append_basic(m, 's', value);
}

/* "(ss)" */
static int append_pair(sd_bus_message *m, const char *name, const char *first, const char *second,
                       Error *e) {
        int r;

        r = property_check(name, first, e);
        if (r < 0)
                return r;
        r = property_check(name, second, e);
        return r < 0 ? r : sd_bus_message_append(m, "(ss)", first, second);
}

int value_append_string(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return append_checked(m, name, *(const char *const *) field, e);
}

int value_append_text(sd_bus_message *m, const char *name, const void *field, Error *e) {
        _cleanup_(freep) char *text = property_harmless(*(const char *const *) field);

        return text ? append_checked(m, name, text, e) : -ENOMEM;
}

/* Members of a list stand in quotes in the unit file, but what is escaped there is not read back
 * by all of them. */
int value_append_strings(sd_bus_message *m, const char *name, const void *field, Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "s");
        if (r < 0)
                return r;
        STRV_FOREACH(s, *(char *const *const *) field) {
                if (strpbrk(*s, "\"\\"))
                        return error_set(e, -EINVAL,
                                         "%s= of the unit holds a double quote or a backslash: "
                                         "'%s'",
                                         name, *s);
                r = append_checked(m, name, *s, e);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
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
        r = value_append_strings(m, name, field, e);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int value_append_allowed(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return append_words(m, name, /* allow= */ true, field, e);
}

int value_append_denied(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return append_words(m, name, /* allow= */ false, field, e);
}

/* "sasb": the program, its arguments, whether failures are ignored. */
static int append_argv(sd_bus_message *m, const char *name, char *const *argv, Error *e) {
        int r;

        r = append_checked(m, name, argv[0], e);
        if (r < 0)
                return r;
        r = value_append_strings(m, name, &argv, e);
        return r < 0 ? r : sd_bus_message_append(m, "b", false);
}

/* What a unit file makes of '$', ';', '%' and quotes differs between the first start and the one
 * after a daemon-reload, so a command is made of plain words. */
int value_append_command(sd_bus_message *m, const char *name, const void *field, Error *e) {
        static const char plain[] =
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@_./:=+,-";
        char *const *argv = *(char *const *const *) field;
        int r;

        STRV_FOREACH(s, argv)
                if (strspn(*s, plain) != strlen(*s) || !**s)
                        return error_set(e, -EINVAL,
                                         "%s= of the unit has an argument that is empty or holds a "
                                         "special character: '%s'",
                                         name, *s);

        r = sd_bus_message_open_container(m, 'a', "(sasb)");
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'r', "sasb");
        if (r < 0)
                return r;
        r = append_argv(m, name, argv, e);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int value_append_fields(sd_bus_message *m, const char *name, const void *field, Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "ay");
        if (r < 0)
                return r;
        STRV_FOREACH(s, *(char *const *const *) field) {
                r = property_check(name, *s, e);
                if (r < 0)
                        return r;
                r = sd_bus_message_append_array(m, 'y', *s, strlen(*s));
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

int value_append_calendar(sd_bus_message *m, const char *name, const void *field, Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "(ss)");
        if (r < 0)
                return r;
        STRV_FOREACH(s, *(char *const *const *) field) {
                r = append_pair(m, name, "OnCalendar", *s, e);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

int value_append_mounts(sd_bus_message *m, const char *name, const void *field, Error *e) {
        char *const *words = *(char *const *const *) field;
        int r;

        r = sd_bus_message_open_container(m, 'a', "(ss)");
        if (r < 0)
                return r;
        for (size_t i = 0; words[i]; i += 2) {
                assert(words[i + 1]);

                r = append_pair(m, name, words[i], words[i + 1], e);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

/* -- numbers, credentials, addresses ----------------------------------------------------------- */

int value_append_bool(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "b", *(const bool *) field);
}

int value_append_count(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "u", *(const unsigned *) field);
}

int value_append_amount(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "t", *(const uint64_t *) field);
}

int value_append_number(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "i", *(const int *) field);
}

int value_append_fd(sd_bus_message *m, const char *name, const void *field, Error *e) {
        return sd_bus_message_append(m, "h", *(const int *) field);
}

static int append_codes(sd_bus_message *m, const UnitStatuses *statuses) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "i");
        if (r < 0)
                return r;
        for (size_t i = 0; i < statuses->n; i++) {
                r = sd_bus_message_append(m, "i", (int) statuses->codes[i]);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

/* "(aiai)": exit statuses and signals. */
int value_append_statuses(sd_bus_message *m, const char *name, const void *field, Error *e) {
        int r;

        r = sd_bus_message_open_container(m, 'r', "aiai");
        if (r < 0)
                return r;
        r = append_codes(m, field);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "ai", 0);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int value_append_sources(sd_bus_message *m, const char *name, const void *field, Error *e) {
        const UnitCredentials *credentials = field;
        int r;

        r = sd_bus_message_open_container(m, 'a', "(ss)");
        if (r < 0)
                return r;
        for (size_t i = 0; i < credentials->n; i++) {
                r = append_pair(m, name, credentials->items[i].id, credentials->items[i].path, e);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

/* A unit whose file is missing would not start at all; an empty value would be lost at the next
 * daemon-reload. */
int value_append_fallbacks(sd_bus_message *m, const char *name, const void *field, Error *e) {
        const UnitCredentials *credentials = field;
        int r;

        r = sd_bus_message_open_container(m, 'a', "(say)");
        if (r < 0)
                return r;
        for (size_t i = 0; i < credentials->n; i++) {
                r = property_check(name, credentials->items[i].id, e);
                if (r < 0)
                        return r;
                r = sd_bus_message_append(m, "(say)", credentials->items[i].id, 1, '\n');
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

int value_append_prefixes(sd_bus_message *m, const char *name, const void *field, Error *e) {
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
