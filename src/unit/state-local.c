/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/state-local.h"

#include "basic/clock.h"
#include "basic/string-util.h"
#include "model/name.h"
#include "unit/cgroup.h"
#include "unit/process.h"
#include "unit/state.h"

static void take_usage(UnitState *s, const char *group) {
        CgroupUsage usage = cgroup_usage(group);

        s->memory = usage.memory;
        s->cpu_nsec = usage.cpu_nsec;
}

void unit_state_read_usage(UnitState *s, const char *root) {
        _cleanup_(freep) char *group = NULL;

        assert(s);
        assert(root);

        if (strdupf(&group, "%s/" UNIT_SLICE "/%s", root, s->unit) == 0)
                take_usage(s, group);
}

/* A drop-in may have moved it to another slice. */
static void read_usage_elsewhere(UnitState *s) {
        _cleanup_(freep) char *group = NULL;

        if (cgroup_of_process((pid_t) s->main_pid, &group) == 0)
                take_usage(s, group);
}

static int read_user(uid_t uid, LastUser *last, char **ret) {
        char *name;
        int r;

        if (!last->name || last->uid != uid) {
                r = process_user_name(uid, &name);
                if (r < 0)
                        return r;
                free(last->name);
                *last = (LastUser) { .uid = uid, .name = name };
        }
        return free_and_strdup(ret, last->name);
}

/* What systemd was not asked for, since the process tells it. */
static int read_process(UnitState *s, LastUser *last) {
        ProcessState process;

        if (process_state((pid_t) s->main_pid, &process) < 0)
                return 0;
        if (s->uptime_usec == UINT64_MAX && streq(s->active, "active"))
                s->uptime_usec = process.age_usec;
        return isempty(s->user) ? read_user(process.uid, last, &s->user) : 0;
}

/* A linked folder's unit names its user by number. */
static int read_user_number(UnitState *s, LastUser *last) {
        if (isempty(s->user) || s->user[strspn(s->user, "0123456789")])
                return 0;
        return read_user((uid_t) strtoul(s->user, NULL, 10), last, &s->user);
}

int unit_state_complete(UnitState *s, LastUser *last) {
        uint64_t now = now_usec();
        int r;

        assert(s);
        assert(last);

        if (s->uptime_usec != UINT64_MAX)
                s->uptime_usec = streq(s->active, "active") && s->uptime_usec <= now
                                         ? now - s->uptime_usec
                                         : UINT64_MAX;
        r = read_user_number(s, last);
        if (r < 0)
                return r;
        r = s->main_pid > 0 ? read_process(s, last) : 0;
        if (s->main_pid > 0 && s->memory == UINT64_MAX)
                read_usage_elsewhere(s);
        if (r < 0)
                return r;
        return s->user ? 0 : free_and_strdup(&s->user, "");
}
