/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/actions.h"

#include <poll.h>

#include "basic/clock.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "model/name.h"
#include "unit/query.h"

/* How often a unit that is being started is tried. */
#define RETRY_USEC (100 * USEC_PER_MSEC)

int actions_add(Actions *a, const char *unit) {
        _cleanup_(action_target_done) ActionTarget target = { .call = ACTION_CALL_EMPTY };
        ActionTarget *grown = reallocarray(a->targets, a->n + 1, sizeof(ActionTarget));
        _cleanup_(freep) char *name = NULL, *app = NULL;
        unsigned instance;
        int r;

        if (!grown)
                return -ENOMEM;
        a->targets = grown;
        r = module_from_unit_name(unit, &name, &app, &instance);
        if (r < 0)
                return r;
        r = instance > 0 ? strdupf(&target.name, "%s@%s@%u", name, app, instance)
            : app        ? strdupf(&target.name, "%s@%s", name, app)
                         : strdupf(&target.name, "%s", name);
        if (r < 0)
                return r;
        if (free_and_strdup(&target.unit, unit) < 0)
                return -ENOMEM;
        a->targets[a->n++] = TAKE_GENERIC(target, ActionTarget,
                                          (ActionTarget) { .call = ACTION_CALL_EMPTY });
        return 0;
}

void actions_done(Actions *a) {
        for (size_t i = 0; i < a->n; i++)
                action_target_done(a->targets + i);
        free(a->targets);
        a->targets = NULL;
        a->n = 0;
}

/* There is no listener: 1 if there will be soon, since the unit was just started; else `r`, or
 * -ENOENT where it does not run. */
static int target_ask_manager(Actions *a, ActionTarget *target, int r) {
        UnitState state = {};
        bool runs, starts;
        int k;

        if (modules_open_bus(a->modules, /* e= */ NULL) < 0)
                return r;
        k = unit_query(a->modules->bus, target->unit, /* e= */ NULL, &state);
        if (k < 0)
                return r;
        runs = k > 0 && unit_state_runs(&state);
        starts = k > 0 && (streq(state.active, "activating") ||
                           (runs && state.uptime_usec < CONTROL_YOUNG_USEC));
        unit_state_done(&state);
        if (runs || starts)
                return starts ? 1 : r;
        error_clear(&target->error);
        return error_set(&target->error, -ENOENT, "it does not run");
}

static int target_folder(const Actions *a, const ActionTarget *target, char **ret) {
        _cleanup_(freep) char *name = NULL, *app = NULL, *folder = NULL;
        unsigned instance;
        int r;

        r = module_from_unit_name(target->unit, &name, &app, &instance);
        if (r < 0)
                return r;
        r = module_unit_folder(name, app, instance, &folder);
        if (r < 0)
                return r;
        *ret = path_join(a->modules->scope.runtime, folder);
        return *ret ? 0 : -ENOMEM;
}

static int target_call(Actions *a, ActionTarget *target) {
        uint64_t now = now_usec(), began = a->deadline_usec - a->timeout_usec;
        _cleanup_(freep) char *folder = NULL;
        int r;

        r = target_folder(a, target, &folder);
        if (r < 0)
                return r;
        error_clear(&target->error);
        target->retry_usec = 0;
        r = action_call_open(folder, &a->request, &target->error, &target->call);
        if (r == -ENOENT || r == -ECONNREFUSED)
                r = target_ask_manager(a, target, r);
        if (r > 0)
                error_clear(&target->error);
        if (r > 0 && now - began >= CONTROL_YOUNG_USEC)
                r = error_set(&target->error, -ENOENT, "it does not run yet");
        if (r > 0 || r == -EAGAIN)
                target->retry_usec = now + RETRY_USEC;
        else if (a->several && r == -ENOENT)
                action_target_end(a, target, ACTION_STOPPED);
        else if (r < 0)
                action_target_fail(a, target, r);
        return 0;
}

/* -- all of them ------------------------------------------------------------------------------- */

int actions_start(Actions *a) {
        a->several |= a->n > 1;
        a->deadline_usec = now_usec() + a->timeout_usec;
        for (size_t i = 0; i < a->n; i++) {
                int r;

                r = target_call(a, a->targets + i);
                if (r < 0)
                        return r;
        }
        return 0;
}

int actions_poll(Actions *a, struct pollfd *fds, uint64_t *ret_until_usec) {
        uint64_t now = now_usec(), until = a->deadline_usec;
        bool any = false;

        for (size_t i = 0; i < a->n; i++) {
                ActionTarget *target = a->targets + i;
                const Channel *channel = &target->call.channel;

                fds[i] = (struct pollfd) { .fd = -1 };
                if (target->state == ACTION_WAITING && a->deadline_usec <= now)
                        action_target_time_out(a, target);
                if (target->state != ACTION_WAITING)
                        continue;
                any = true;
                if (target->retry_usec > 0)
                        until = MIN2(until, MAX2(target->retry_usec, now));
                fds[i].fd = channel->fd;
                fds[i].events = (short) (POLLIN | (channel_is_full(channel) ? POLLOUT : 0));
        }
        *ret_until_usec = until;
        return any;
}

int actions_dispatch(Actions *a, const struct pollfd *fds) {
        for (size_t i = 0; i < a->n; i++) {
                ActionTarget *target = a->targets + i;
                int r;

                if (target->retry_usec > 0 && target->state == ACTION_WAITING &&
                    target->retry_usec <= now_usec()) {
                        r = target_call(a, target);
                        if (r < 0)
                                return r;
                }
                if (fds[i].revents & POLLOUT)
                        (void) channel_flush(&target->call.channel);
                if (fds[i].revents & ~POLLOUT)
                        action_target_read(a, target);
        }
        return 0;
}

int actions_run(Actions *a) {
        _cleanup_(freep) struct pollfd *fds = calloc(a->n + 1, sizeof(*fds));
        uint64_t until;
        int r;

        if (!fds)
                return -ENOMEM;
        r = actions_start(a);
        if (r < 0)
                return r;
        while (actions_poll(a, fds, &until) > 0) {
                uint64_t now = now_usec(), left = until - MIN2(until, now);

                if (poll(fds, (nfds_t) a->n, (int) (left / USEC_PER_MSEC) + 1) < 0) {
                        if (errno == EINTR)
                                continue;
                        return -errno;
                }
                r = actions_dispatch(a, fds);
                if (r < 0)
                        return r;
        }
        return 0;
}
