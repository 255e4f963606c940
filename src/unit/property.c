/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/property.h"

#include "basic/macro.h"
#include "model/unit-spec.h"
#include "unit/property-values.h"

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
} kinds[_PROPERTY_KIND_MAX] = {
        [PROPERTY_TEXT] = { "s", pointer_is_set, value_append_text },
        [PROPERTY_STRING] = { "s", pointer_is_set, value_append_string },
        [PROPERTY_STRINGS] = { "as", pointer_is_set, value_append_strings },
        [PROPERTY_WORDS_ALLOWED] = { "(bas)", pointer_is_set, value_append_allowed },
        [PROPERTY_WORDS_DENIED] = { "(bas)", pointer_is_set, value_append_denied },
        [PROPERTY_BOOL] = { "b", bool_is_set, value_append_bool },
        [PROPERTY_COUNT] = { "u", number_is_set, value_append_count },
        [PROPERTY_AMOUNT] = { "t", amount_is_set, value_append_amount },
        [PROPERTY_NUMBER] = { "i", number_is_set, value_append_number },
        [PROPERTY_COMMAND] = { "a(sasb)", pointer_is_set, value_append_command },
        [PROPERTY_FIELDS] = { "aay", pointer_is_set, value_append_fields },
        [PROPERTY_STATUSES] = { "(aiai)", statuses_are_set, value_append_statuses },
        [PROPERTY_SOURCES] = { "a(ss)", credentials_are_set, value_append_sources },
        [PROPERTY_FALLBACKS] = { "a(say)", credentials_are_set, value_append_fallbacks },
        [PROPERTY_FD] = { "h", fd_is_set, value_append_fd },
        [PROPERTY_CALENDAR] = { "a(ss)", pointer_is_set, value_append_calendar },
        [PROPERTY_MOUNTS] = { "a(ss)", pointer_is_set, value_append_mounts },
        [PROPERTY_PREFIXES] = { "a(iayu)", pointer_is_set, value_append_prefixes },
};

int property_append(sd_bus_message *m, const char *name, PropertyKind kind, const void *field,
                    Error *e) {
        int r;

        assert(m);
        assert(name);
        assert(kind < _PROPERTY_KIND_MAX);
        assert(field);

        if (!kinds[kind].is_set(field))
                return 0;

        r = sd_bus_message_open_container(m, 'r', "sv");
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "s", name);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'v', kinds[kind].signature);
        if (r < 0)
                return r;
        r = kinds[kind].append(m, name, field, e);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}
