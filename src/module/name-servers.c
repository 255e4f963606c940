/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/name-servers.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/strv.h"
#include "unit/bus.h"
#include "unit/limits.h"

#define RESOLV_CONF     "/etc/resolv.conf"
#define RESOLV_CONF_MAX (64U * 1024U) /* a few lines; resolvers look at three servers */

int name_servers_load(const Modules *modules, NameServers *ret) {
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        if (modules->scope.kind == SCOPE_USER)
                return 0;
        fd = open(RESOLV_CONF, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        r = fd < 0 ? -errno : read_fd(fd, RESOLV_CONF_MAX, &text, /* ret_size= */ NULL);
        if (r == -ENOENT) /* the resolver asks this machine then */
                return 0;
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                (void) module_note_failure(modules,
                                           (ModuleNote) { .kind = MODULE_NOTE_RESOLV_CONF_UNREAD,
                                                          .path = RESOLV_CONF },
                                           r, /* e= */ NULL);
                return 0;
        }
        return name_servers_parse(text, ret);
}

/* Its drop-ins may allow what is denied by default. */
static bool unit_is_denied(sd_bus *bus, const char *unit, const NameServers *n) {
        _cleanup_(unit_limits_done) UnitLimits l = {};
        _cleanup_(freep) char *path = NULL;

        if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path) < 0 ||
            unit_limits(bus, path, /* e= */ NULL, &l) < 0 || !(l.controllers & CGROUP_ADDRESSES))
                return false;
        STRV_FOREACH(address, n->denied)
                if (!address_matches(*address, (const char *const *) l.denied) ||
                    address_matches(*address, (const char *const *) l.allowed))
                        return false;
        return true;
}

void name_servers_check(Modules *modules, const NameServers *n, char *const *units) {
        if (!n->denied || strv_length(n->denied) < n->n)
                return;
        STRV_FOREACH(unit, units) {
                if (!unit_is_denied(modules->bus, *unit, n))
                        continue;
                module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_NAME_SERVERS_DENIED,
                                                     .unit = *unit,
                                                     .address = n->denied[0] });
                return;
        }
}
