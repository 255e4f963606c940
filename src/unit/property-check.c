/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/property-check.h"

#include "basic/error.h"
#include "basic/string-util.h"

int property_check(const char *name, const char *value, Error *e) {
        size_t n;

        assert(name);
        assert(value);

        n = strlen(value);
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
                                 "%s= of the unit starts or ends with a space, or ends with a "
                                 "backslash: '%s'",
                                 name, value);
        return 0;
}

/* Without what may not stand at the ends, and not in the middle of a character. */
static void trim_text(char *s) {
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
                trim_text(harmless);
        return harmless;
}
