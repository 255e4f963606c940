/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/install.h"
#include "unit/bus.h"
#include "unit/job.h"

static const char *const services[] = { "pm2-axm-relay.service", "pm2-modules.service" };

static int is_enabled(Context *c, const char *unit, Error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *state;
        int r;

        r = manager_call(c->bus, "GetUnitFileState", e, &reply, "s", unit);
        if (r >= 0)
                r = sd_bus_message_read(reply, "s", &state);
        if (r < 0)
                return r;
        return strncmp(state, "enabled", strlen("enabled")) == 0;
}

static int enable(Context *c, const char *unit, Error *e) {
        int r;

        r = manager_call(c->bus, "EnableUnitFiles", e, NULL, "asbb", 1, unit, /* runtime= */ 0,
                         /* force= */ 0);
        if (r >= 0)
                r = manager_call(c->bus, "Reload", e, NULL, "");
        return r;
}

/* Starts the relay and waits, so that nothing the first module says is missed. The service for boot
 * is not started: it would start the modules. */
static int start(Context *c, const char *unit, Error *e) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(job_waiter_freep) JobWaiter *w = NULL;
        int r;

        r = job_waiter_new(c->bus, e, &w);
        if (r >= 0)
                r = manager_call(c->bus, "StartUnit", e, &reply, "ss", unit, "replace");
        if (r >= 0)
                r = job_waiter_add(w, reply, 0);
        if (r >= 0)
                r = job_waiter_wait(w, e);
        if (r >= 0)
                r = job_result_to_error(job_waiter_result(w, 0), e);
        return r;
}

int install_services(Context *c) {
        for (size_t i = 0; i < ELEMENTSOF(services); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                int r, enabled;

                r = enabled = is_enabled(c, services[i], &e);
                if (r == 0)
                        r = enable(c, services[i], &e);
                if (r >= 0 && i == 0)
                        r = start(c, services[i], &e);
                if (r < 0)
                        return log_warning_cause(r, &e, "Cannot enable %s; modules run, but %s",
                                                 services[i],
                                                 i == 0 ? "what they report is not recorded"
                                                        : "will not be started at boot");
                if (enabled == 0)
                        log_notice("Enabled %s.", services[i]);
        }
        return 0;
}
