/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/limits.h"

#include <arpa/inet.h>

#include "basic/error.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "unit/bus.h"

#define SLICE       "org.freedesktop.systemd1.Slice"
#define SLICE_DEPTH 32 /* as many dashes as a slice's name will have */

/* `slices`: the smallest value on the way up holds. */
static const struct {
        const char *name;
        size_t offset;
        bool slices;
} amounts[] = {
        { "TasksMax", offsetof(UnitLimits, tasks), true },
        { "MemoryMax", offsetof(UnitLimits, memory), true },
        { "MemoryHigh", offsetof(UnitLimits, memory_high), true },
        { "MemorySwapMax", offsetof(UnitLimits, swap), true },
        { "CPUQuotaPerSecUSec", offsetof(UnitLimits, cpu_usec), true },
        { "LimitNOFILE", offsetof(UnitLimits, files), false },
};

static int read_amounts(sd_bus *bus, const char *path, const char *interface, UnitLimits *l) {
        for (size_t i = 0; i < ELEMENTSOF(amounts); i++) {
                uint64_t *field = (uint64_t *) ((char *) l + amounts[i].offset), value;
                int r;

                if (!amounts[i].slices && streq(interface, SLICE))
                        continue;
                r = sd_bus_get_property_trivial(bus, SYSTEMD_NAME, path, interface, amounts[i].name,
                                                /* ret_error= */ NULL, 't', &value);
                if (r < 0)
                        return r;
                *field = MIN2(*field, value);
        }
        return 0;
}

static int read_slices(sd_bus *bus, const char *path, UnitLimits *l) {
        _cleanup_(freep) char *slice = NULL;
        int r;

        r = sd_bus_get_property_string(bus, SYSTEMD_NAME, path, SERVICE, "Slice", NULL, &slice);
        if (r < 0)
                return r;
        for (unsigned i = 0; !isempty(slice) && i < SLICE_DEPTH; i++) {
                _cleanup_(freep) char *above = NULL;

                r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", slice, &above);
                if (r < 0)
                        return r;
                r = read_amounts(bus, above, SLICE, l);
                if (r < 0)
                        return r;
                free(TAKE_PTR(slice));
                r = sd_bus_get_property_string(bus, SYSTEMD_NAME, above, SLICE, "Slice", NULL,
                                               &slice);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_folders(sd_bus_message *m, UnitLimits *l) {
        const char *path, *options;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(ss)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(ss)", &path, &options)) > 0) {
                r = strv_extend(&l->folders, path);
                if (r < 0)
                        return r;
                r = strv_extend(&l->folders, options);
                if (r < 0)
                        return r;
        }
        return r;
}

static int read_prefixes(sd_bus_message *m, char ***prefixes) {
        uint32_t length;
        const void *bytes;
        int32_t family;
        size_t n;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(iayu)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(m, 'r', "iayu")) > 0) {
                char text[INET6_ADDRSTRLEN] = "?";

                r = sd_bus_message_read(m, "i", &family);
                if (r < 0)
                        return r;
                r = sd_bus_message_read_array(m, 'y', &bytes, &n);
                if (r < 0)
                        return r;
                r = sd_bus_message_read(m, "u", &length);
                if (r < 0)
                        return r;
                if (n == (family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr)))
                        (void) inet_ntop(family, bytes, text, sizeof(text));
                r = strv_extendf(prefixes, "%s/%u", text, length);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
        }
        return r;
}

static int read_denied(sd_bus_message *m, UnitLimits *l) {
        return read_prefixes(m, &l->denied);
}

static int read_allowed(sd_bus_message *m, UnitLimits *l) {
        return read_prefixes(m, &l->allowed);
}

/* A list of what is allowed, or of what is denied; an empty one of these denies nothing. */
static int read_calls(sd_bus_message *m, UnitLimits *l) {
        const char *call;
        int allow, r;
        bool named = false;

        r = sd_bus_message_enter_container(m, 'r', "bas");
        if (r < 0)
                return r;
        r = sd_bus_message_read(m, "b", &allow);
        if (r < 0)
                return r;
        r = sd_bus_message_enter_container(m, 'a', "s");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "s", &call)) > 0)
                named |= streq(call, "io_uring_setup");
        l->io_uring = named == (bool) allow;
        return r;
}

static const struct {
        const char *name, *type;
        int (*read)(sd_bus_message *m, UnitLimits *l);
} lists[] = {
        { "TemporaryFileSystem", "a(ss)", read_folders },
        { "IPAddressDeny", "a(iayu)", read_denied },
        { "IPAddressAllow", "a(iayu)", read_allowed },
        { "SystemCallFilter", "(bas)", read_calls },
};

static int read_lists(sd_bus *bus, const char *path, UnitLimits *l) {
        for (size_t i = 0; i < ELEMENTSOF(lists); i++) {
                _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
                int r;

                r = sd_bus_get_property(bus, SYSTEMD_NAME, path, SERVICE, lists[i].name, NULL, &m,
                                        lists[i].type);
                if (r < 0)
                        return r;
                r = lists[i].read(m, l);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_group(sd_bus *bus, const char *path, UnitLimits *l) {
        _cleanup_(freep) char *group = NULL;
        int r;

        r = sd_bus_get_property_string(bus, SYSTEMD_NAME, path, SERVICE, "ControlGroup", NULL,
                                       &group);
        if (r < 0)
                return r;
        if (isempty(group)) {
                l->controllers = CGROUP_ALL;
                return 0;
        }
        l->controllers = cgroup_controllers(group);
        l->events = cgroup_events(group);
        return 0;
}

static int read_all(sd_bus *bus, const char *path, UnitLimits *l) {
        int r;

        r = read_amounts(bus, path, SERVICE, l);
        if (r < 0)
                return r;
        r = read_slices(bus, path, l);
        if (r < 0)
                return r;
        r = read_lists(bus, path, l);
        if (r < 0)
                return r;
        strv_sort(l->denied); /* sets, to systemd */
        strv_sort(l->allowed);
        return read_group(bus, path, l);
}

int unit_limits(sd_bus *bus, const char *path, Error *e, UnitLimits *ret) {
        _cleanup_(unit_limits_done) UnitLimits l = {
                .tasks = UINT64_MAX,
                .memory = UINT64_MAX,
                .memory_high = UINT64_MAX,
                .swap = UINT64_MAX,
                .cpu_usec = UINT64_MAX,
                .files = UINT64_MAX,
        };
        int r;

        assert(path);
        assert(ret);

        r = read_all(bus, path, &l);
        if (r < 0)
                return error_set(e, r, "cannot ask systemd for its limits: %s", strerror(-r));
        *ret = TAKE_STRUCT(l);
        return 0;
}

void unit_limits_done(UnitLimits *l) {
        strv_free(l->folders);
        strv_free(l->denied);
        strv_free(l->allowed);
        *l = (UnitLimits) {};
}

/* A number as the kernel reads it, up to a comma. */
static int parse_size(const char *text, uint64_t *ret) {
        static const char units[] = "kmgt";
        const char *unit;
        uint64_t size;
        char *end;

        if (*text < '0' || *text > '9')
                return 0;
        errno = 0;
        size = strtoull(text, &end, 10);
        if (errno > 0)
                return 0;
        unit = *end ? strchr(units, *end | 0x20) : NULL;
        for (const char *u = units; unit && u <= unit; u++)
                if (__builtin_mul_overflow(size, UINT64_C(1024), &size))
                        return 0;
        end += unit ? 1 : 0;
        if (*end && *end != ',')
                return 0;
        *ret = size;
        return 1;
}

int tmpfs_size(const char *options, uint64_t *ret) {
        for (const char *o = options; o; o = strchr(o, ',')) {
                const char *value;

                o += *o == ',' ? 1 : 0;
                value = startswith(o, "size=");
                if (value)
                        return parse_size(value, ret);
        }
        return 0;
}
