/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/rows.h"

#include "basic/string-util.h"
#include "model/name.h"
#include "module/services.h"

static int add_text(json_object *row, const char *key, const char *value) {
        return value ? json_add_string(row, key, value) : json_add_null(row, key);
}

static int add_state(json_object *row, const UnitFacts *facts) {
        const UnitState *s = facts->state;
        const char *user = s && !isempty(s->user) ? s->user : facts->module->user;
        uint64_t cpu = unit_facts_cpu_nsec(facts);

        if (add_text(row, "active", s ? s->active : "inactive") < 0 ||
            add_text(row, "sub", s ? s->sub : "dead") < 0 ||
            json_add_amount(row, "pid", s && s->main_pid ? s->main_pid : UINT64_MAX) < 0 ||
            json_add_uint(row, "restarts", s ? s->n_restarts : 0) < 0 ||
            json_add_amount(row, "memory", unit_facts_memory(facts)) < 0 ||
            json_add_amount(row, "cpu", cpu != UINT64_MAX ? cpu / NSEC_PER_USEC : cpu) < 0 ||
            json_add_amount(row, "uptime", s ? s->uptime_usec : UINT64_MAX) < 0 ||
            add_text(row, "user", user) < 0)
                return -ENOMEM;
        return 0;
}

int row_add_unit(json_object *row, const UnitFacts *facts) {
        if (json_add_string(row, "unit", facts->unit) < 0 || add_text(row, "app", facts->app) < 0 ||
            json_add_uint(row, "instance", facts->instance) < 0)
                return -ENOMEM;
        return add_state(row, facts);
}

int row_add_measured(json_object *row, const Measured *measured) {
        const char *name = measured->process.name;
        const char *reason = measured->state == MEASURED_GONE      ? "that process is gone"
                             : measured->state == MEASURED_INVALID ? "that is not a process ID"
                                                                   : NULL;
        json_object *o;

        if (measured->state == MEASURED_UNIT)
                return json_add_null(row, "measured");
        o = json_object_new_object();
        if (json_add(row, "measured", o) < 0 ||
            json_add(o, "pid", json_object_get(measured->asked)) < 0 ||
            json_add_string(o, "reason", reason) < 0)
                return -ENOMEM;
        if (measured->state == MEASURED_PROCESS && utf8_is_valid(name, strlen(name)))
                return json_add_string(o, "name", name);
        return 0;
}

int row_new(Context *c, const UnitFacts *facts, json_object **ret) {
        _cleanup_(json_object_putp) json_object *row = json_object_new_object();
        const Module *m = facts->module;
        const char *source = m->source ?: m->spec;
        _cleanup_(freep) char *id = NULL;
        int r;

        if (!row)
                return -ENOMEM;
        r = module_id_from_name(m->name, &id);
        if (r < 0)
                return r;
        if (json_add_string(row, "name", m->name) < 0 || json_add_string(row, "id", id) < 0 ||
            json_add_string(row, "version", m->version) < 0 ||
            json_add_uint(row, "pm_id", m->pm_id) < 0 || row_add_unit(row, facts) < 0)
                return -ENOMEM;
        r = source ? json_add_address(row, "source", source) : json_add_null(row, "source");
        if (r < 0)
                return r;
        r = json_add_bool(row, "enabled", !m->disabled && services_at_boot(&c->modules));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(row);
        return 0;
}
