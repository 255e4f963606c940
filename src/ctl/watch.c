/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/watch.h"

#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/user.h"
#include "ctl/module-unit.h"
#include "ctl/watch-tree.h"
#include "model/name.h"
#include "model/unit-spec.h"
#include "store/modules.h"
#include "unit/query.h"

/* An editor's or a checkout's burst of changes is one restart: wait for this much quiet, but not
 * longer than that. */
#define QUIET_USEC (150 * USEC_PER_MSEC)
#define BURST_USEC (2 * USEC_PER_SEC)

static int watch_unit(const char *name, char **ret) {
        _cleanup_(freep) char *id = NULL;
        int r;

        r = module_id_from_name(name, &id);
        if (r < 0)
                return r;
        return asprintf(ret, "pm2-watch@%s.service", id) < 0 ? -ENOMEM : 0;
}

static int make_spec(Context *c, const char *name, UnitSpec *s) {
        int r;

        *s = UNIT_SPEC_EMPTY;
        s->type = "exec";
        s->restart = "on-failure";
        s->restart_usec = USEC_PER_SEC;
        r = watch_unit(name, &s->unit);
        if (r >= 0 && asprintf(&s->description, "PM2 module %s, watch of its folder", name) < 0)
                return -ENOMEM;
        if (r >= 0)
                r = strv_extend(&s->argv, BINDIR "/pm2ctl");
        if (r >= 0)
                r = strv_extendf(&s->argv, "--%s", scope_kind_to_string(c->scope.kind));
        if (r >= 0)
                r = strv_extend(&s->argv, "watch");
        if (r >= 0)
                r = strv_extend(&s->argv, name);
        return r;
}

static int start_unit(Context *c, const char *name, Error *e) {
        UnitSpec spec = UNIT_SPEC_EMPTY;
        UnitState state = {};
        bool runs = false;
        int r;

        r = make_spec(c, name, &spec);
        if (r >= 0)
                r = unit_query(c->bus, spec.unit, e, &state);
        if (r > 0) {
                runs = streq(state.active, "active");
                unit_state_done(&state);
        }
        if (r >= 0 && !runs)
                r = unit_start(c->bus, &spec, e);
        unit_spec_done(&spec);
        return r;
}

int watch_start(Context *c, const char *name) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Module m = {};
        int r;

        r = store_load(c->store, name, &e, &m);
        if (r > 0) {
                r = m.link ? start_unit(c, name, &e) : 0;
                module_done(&m);
        }
        if (r < 0)
                return log_warning_cause(r, &e, "Changes in the folder of '%s' will not restart it",
                                         name);
        return 0;
}

int watch_stop(Context *c, const char *name, Error *e) {
        _cleanup_(freep) char *unit = NULL;
        int r;

        r = context_bus(c, e);
        if (r >= 0)
                r = watch_unit(name, &unit);
        return r < 0 ? r : unit_stop(c->bus, unit, e);
}

/* What the unit runs: for as long as the module is linked. */
static int watch(Context *c, const char *name, Error *e) {
        _cleanup_(watch_tree_closep) WatchTree *tree = NULL;
        Module m = {};
        int r, back;

        r = context_store(c, /* create= */ false, e);
        if (r >= 0)
                r = store_load(c->store, name, e, &m);
        if (r == 0 || (r > 0 && !m.link))
                r = error_set(e, -ENOENT, "it is not linked");
        while (r >= 0) {
                char *const names[] = { (char *) name, NULL };
                _cleanup_(closep) int lock_fd = -EBADF;
                Error start_error = ERROR_NULL;

                r = store_become_owner(&m);
                if (r >= 0)
                        r = watch_tree_refresh(m.link, e, &tree);
                back = user_return();
                if (r < 0 || back < 0)
                        break;
                r = watch_tree_wait(tree, QUIET_USEC, BURST_USEC, e);
                if (r < 0)
                        break;

                log_info("%s: %s has changed.", name, m.link);
                r = modules_lock_shared(c, names, e, &lock_fd);
                if (r < 0)
                        break;
                if (module_start(c, name, START_CHANGED, &start_error) < 0)
                        (void) log_warning_cause(-ECHILD, &start_error,
                                                 "%s did not start; waiting for the next change",
                                                 name);
                error_clear(&start_error);
        }
        module_done(&m);
        return r;
}

static int run_watch(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = watch(&c, words[0], &e);
        if (r < 0)
                (void) log_error_cause(r, &e, "Cannot watch the folder of '%s'", words[0]);
        context_done(&c);
        return r;
}

/* Not in --help: pm2-watch@.service runs it. */
const Verb verb_watch = { "watch", NULL, "MODULE", NULL, 1, 1, run_watch };
