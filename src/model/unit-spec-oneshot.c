/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/unit-spec-oneshot.h"

#include <signal.h>

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/unit-spec.h"

#define STOP_USEC (5 * USEC_PER_SEC) /* between SIGTERM and SIGKILL */

static int set_confinement(const OneshotUnit *o, UnitSpec *s) {
        int r;

        if (o->scope == SCOPE_USER) {
                s->sandbox = SANDBOX_USER;
                return 0;
        }
        s->sandbox = o->scripts ? SANDBOX_SCRIPTS : SANDBOX_FETCH;
        /* of an account too: systemd takes the one of that name, and keeps its folders apart */
        s->dynamic_user = true;
        s->account = o->account;
        s->protect_home = "yes";
        s->private_tmp = true;
        s->private_network = !o->network;

        r = free_and_strdup(&s->user, o->user);
        if (r < 0)
                return r;
        r = o->state_directory ? strv_extend(&s->state_directory, o->state_directory) : 0;
        if (r < 0)
                return r;
        r = o->cache_directory ? strv_extend(&s->cache_directory, o->cache_directory) : 0;
        return r < 0 ? r : strv_copy(o->name_servers, &s->addresses_allowed);
}

const char *oneshot_slice(ScopeKind scope) {
        return scope == SCOPE_SYSTEM ? "system.slice" : "app.slice";
}

int unit_spec_oneshot(const OneshotUnit *o, UnitSpec *ret) {
        _cleanup_(unit_spec_done) UnitSpec s = UNIT_SPEC_EMPTY;
        int r;

        assert(o->scope == SCOPE_USER || o->user);

        s.type = "oneshot";
        s.slice = oneshot_slice(o->scope);
        s.restart = "no";
        s.kill_signal = SIGTERM;
        s.timeout_start_usec = o->timeout_usec;
        s.timeout_stop_usec = STOP_USEC;
        s.memory_max = ONESHOT_MEMORY_MAX;
        s.tasks_max = ONESHOT_TASKS_MAX;

        if (free_and_strdup(&s.unit, o->unit) < 0 ||
            free_and_strdup(&s.description, o->description) < 0 ||
            free_and_strdup(&s.working_directory, o->working_directory) < 0 ||
            strv_copy(o->argv, &s.argv) < 0 || strv_copy(o->environment, &s.environment) < 0)
                return -ENOMEM;
        r = set_confinement(o, &s);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(s);
        return 0;
}
