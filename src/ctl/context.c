/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/ctl.h"
#include "ctl/module-unit.h"
#include "store/modules.h"
#include "unit/bus.h"

int context_open(const Arguments *arg, Context *ret) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c = { .arg = arg,
                      .records_fd = -EBADF,
                      .settle_usec = MAX2(arg->safe_usec, (uint64_t) MODULE_SETTLE_USEC) };
        ScopeKind kind;
        int r;

        if (arg->system && arg->user) {
                log_error("--system and --user exclude each other.");
                return -EINVAL;
        }

        kind = arg->system      ? SCOPE_SYSTEM
               : arg->user      ? SCOPE_USER
               : geteuid() == 0 ? SCOPE_SYSTEM
                                : SCOPE_USER;
        r = scope_init(kind, &e, &c.scope);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot find the folders of the %s scope",
                                       scope_kind_to_string(kind));
        *ret = c;
        return 0;
}

void context_done(Context *c) {
        if (c->bus)
                bus_close(c->bus);
        c->bus = NULL;
        c->store = store_close(c->store);
        c->records_fd = safe_close(c->records_fd);
        scope_done(&c->scope);
}

TableStyle table_style(const Arguments *arg, const char *nothing) {
        return (TableStyle){ .json = arg->json, .legend = arg->legend, .nothing = nothing };
}

int context_store(Context *c, bool create, Error *e) {
        return c->store ? 0 : store_open(&c->scope, create, e, &c->store);
}

int context_bus(Context *c, Error *e) {
        return c->bus ? 0 : bus_open(c->scope.kind, e, &c->bus);
}

int context_bus_or_none(Context *c, Error *e) {
        int r = context_bus(c, e);

        if (r != -EHOSTDOWN || c->scope.kind != SCOPE_USER)
                return r;
        if (e)
                error_clear(e);
        return 0;
}

int context_bus_or_warn(Context *c, Error *e) {
        int r = context_bus(c, e);

        if (r != -EHOSTDOWN || c->scope.kind != SCOPE_USER)
                return r;
        if (!c->warned)
                (void) log_warning_cause(r, e, "No module runs");
        c->warned = true;
        error_clear(e);
        return 0;
}
