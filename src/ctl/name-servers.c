/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/name-servers.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "unit/bus.h"
#include "unit/limits.h"

#define RESOLV_CONF     "/etc/resolv.conf"
#define RESOLV_CONF_MAX (64U * 1024U) /* a few lines; resolvers look at three servers */

int name_servers_load(const Context *c, NameServers *ret) {
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        if (c->modules.scope.kind == SCOPE_USER)
                return 0;
        fd = open(RESOLV_CONF, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        r = fd < 0 ? -errno : read_fd(fd, RESOLV_CONF_MAX, &text, /* ret_size= */ NULL);
        if (r == -ENOENT) /* the resolver asks this machine then */
                return 0;
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                (void) log_warning_errno(r, "Cannot read " RESOLV_CONF
                                            ", so modules may reach no link-local name server: %m");
                return 0;
        }
        return name_servers_parse(text, ret);
}

/* Its drop-ins may allow what is denied by default. */
static bool is_deaf(sd_bus *bus, const char *unit, const NameServers *n) {
        _cleanup_(unit_limits_done) UnitLimits l = {};
        _cleanup_(freep) char *path = NULL;

        if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path) < 0 ||
            unit_limits(bus, path, /* e= */ NULL, &l) < 0 || !(l.controllers & CGROUP_ADDRESSES))
                return false;
        for (char **address = n->denied; *address; address++)
                if (!address_matches(*address, (const char *const *) l.denied) ||
                    address_matches(*address, (const char *const *) l.allowed))
                        return false;
        return true;
}

void name_servers_check(Context *c, const NameServers *n, const char *const *units,
                        size_t n_units) {
        if (!n->denied || strv_length(n->denied) < n->n)
                return;
        for (size_t i = 0; i < n_units; i++) {
                if (!is_deaf(c->modules.bus, units[i], n))
                        continue;
                log_warning("%s cannot resolve names: modules are denied the only name server, "
                            "%s, since it hands out this machine's credentials too; "
                            "have systemd-resolved ask it, or allow it in a drop-in "
                            "('systemctl edit %s'): [Service] IPAddressAllow=%s",
                            units[i], n->denied[0], units[i], n->denied[0]);
                return;
        }
}
