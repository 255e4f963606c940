/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/transient.h"

#include "basic/error.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/unit-spec.h"
#include "unit/bus.h"
#include "unit/dynamic-user.h"
#include "unit/message.h"
#include "unit/notice.h"

/* The name of a property that the manager does not know and the unit can do without. */
static char *droppable_property(const char *error_name, const char *text) {
        const char *name;
        char *copy;

        if (!streq_ptr(error_name, "org.freedesktop.DBus.Error.PropertyReadOnly"))
                return NULL;
        name = startswith(text, "Cannot set property ");
        copy = name ? strndup(name, strcspn(name, ",")) : NULL;
        if (copy && !property_is_optional(copy)) {
                free(copy);
                copy = NULL;
        }
        return copy;
}

/* 1 if that failed for a property that is `missing` from now on, else 0. */
static int try_start(sd_bus *bus, const UnitSpec *spec, char ***missing, Error *e,
                     sd_bus_message **ret_reply) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        _cleanup_(freep) char *error_name = NULL, *property = NULL;
        UnitSpec copy = *spec; /* borrows everything */
        int r;

        r = unit_user_choose(bus, spec, e, &copy.user);
        if (r < 0)
                return r;
        r = start_message_new(bus, &copy, *missing, e, &m);
        if (r < 0)
                return r;
        r = manager_send(bus, m, e, ret_reply, &error_name);
        property = r < 0 ? droppable_property(error_name, error_text(e, r)) : NULL;
        if (!property || strv_contains(*missing, property))
                return r;

        unit_notice(&(UnitNotice) { .kind = UNIT_NOTICE_PROPERTY_IGNORED, .property = property });
        error_clear(e);
        r = strv_extend(missing, property);
        return r < 0 ? r : 1;
}

static bool unit_is_masked(sd_bus *bus, const char *unit) {
        _cleanup_(freep) char *path = NULL, *state = NULL;

        return sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path) >= 0 &&
               sd_bus_get_property_string(bus, SYSTEMD_NAME, path, UNIT, "LoadState", NULL,
                                          &state) >= 0 &&
               streq(state, "masked");
}

int transient_start(sd_bus *bus, const UnitSpec *spec, Error *e, sd_bus_message **ret_reply) {
        static char **missing; /* one manager, one notice for all units */
        int r;

        assert(bus);
        assert(spec);
        assert(ret_reply);

        do
                r = try_start(bus, spec, &missing, e, ret_reply);
        while (r > 0);
        if (r != -EEXIST || !unit_is_masked(bus, spec->unit))
                return r;
        error_clear(e);
        return error_set(e, -ERFKILL,
                         "the unit %s is masked; run 'systemctl unmask %s' to allow it", spec->unit,
                         spec->unit);
}
