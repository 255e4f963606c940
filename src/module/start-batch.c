/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/start-batch.h"

#include "basic/error.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "basic/user.h"
#include "model/name.h"
#include "model/unit-spec-module.h"
#include "model/unit-spec.h"
#include "module/name-servers.h"
#include "module/runtime-space.h"
#include "module/settings-check.h"
#include "store/installed.h"
#include "store/linked-folder.h"
#include "store/package-file.h"
#include "unit/operation.h"
#include "unit/stable.h"
#include "unit/unit-outcome.h"

/* -- what units are made from ------------------------------------------------------------------ */

void start_source_done(StartSource *source) {
        free(source->user);
        package_done(&source->package);
        module_done(&source->module);
}

/* What pm2ctl 0.1 linked is recorded at its first start. */
static int source_record_link(const Modules *modules, Module *m, Error *e) {
        int r;

        r = linked_record(modules->store, m, e);
        if (r > 0)
                module_note(modules, &(ModuleNote) { .kind = MODULE_NOTE_LINK_RECORDED,
                                                     .module = m->name,
                                                     .path = m->link });
        return MIN2(r, 0);
}

/* A linked folder's user by number: another account that got the name since is not meant. */
static int source_find_user(StartSource *source) {
        const Module *m = &source->module;

        if (!m->link || !m->linked.recorded || m->linked.user == UID_NONE)
                return free_and_strdup(&source->user, m->user) < 0 ? -ENOMEM : 0;
        if (strdupf(&source->user, "%u", (unsigned) m->linked.user) < 0)
                return -ENOMEM;
        return 0;
}

int start_source_load(Modules *modules, const char *name, Error *e, StartSource *ret) {
        _cleanup_(start_source_done) StartSource source = {};
        int r;

        r = store_load_installed(modules->store, name, e, &source.module);
        if (r < 0)
                return r;
        r = source_record_link(modules, &source.module, e);
        if (r < 0)
                return r;
        r = store_read_package(&source.module, e, &source.package);
        if (r < 0)
                return r;
        r = source_find_user(&source);
        if (r < 0)
                return r;
        r = module_check_settings(modules, name, e);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(source);
        return 0;
}

/* -- the batch --------------------------------------------------------------------------------- */

int start_batch_open(const Modules *modules, StartBatch *ret) {
        *ret = (StartBatch) {};
        return name_servers_load(modules, &ret->servers);
}

void start_batch_done(StartBatch *b) {
        for (size_t i = 0; i < b->n; i++)
                unit_spec_done(b->specs + i);
        free(b->specs);
        free(b->owner);
        name_servers_done(&b->servers);
}

static int batch_grow(StartBatch *b) {
        UnitSpec *specs = realloc(b->specs, (b->n + 1) * sizeof(UnitSpec));
        size_t *owner = specs ? realloc(b->owner, (b->n + 1) * sizeof(size_t)) : NULL;

        b->specs = specs ?: b->specs;
        b->owner = owner ?: b->owner;
        return owner ? 0 : -ENOMEM;
}

static int batch_add_unit(const Modules *modules, const StartSource *source, AppInstance instance,
                          size_t owner, Error *e, StartBatch *b) {
        int r;

        r = batch_grow(b);
        if (r < 0)
                return r;
        r = unit_spec_module(
                &(ModuleUnit) {
                        .scope = modules->scope.kind,
                        .name = source->module.name,
                        .folder = source->module.home,
                        .package = &source->package,
                        .instance = instance,
                        .config = modules->scope.config,
                        .state = modules->scope.state,
                        .user = source->user,
                        .group = source->module.group,
                        .link = source->module.link,
                        .name_servers = b->servers.allowed,
                },
                e, b->specs + b->n);
        if (r < 0)
                return r;
        b->owner[b->n++] = owner;
        return 0;
}

int start_batch_add(const Modules *modules, const StartSource *source, const char *unit,
                    size_t owner, Error *e, StartBatch *b) {
        _cleanup_(freep) char *name = NULL, *app = NULL;
        const Package *p = &source->package;
        unsigned instance;
        AppInstance which;
        int r;

        r = module_from_unit_name(unit, &name, &app, &instance);
        if (r < 0)
                return r;
        r = package_find_unit(p, app, instance, &which);
        if (r <= 0)
                return r;
        if (which.number >= app_count_instances(p->apps + which.app))
                return 0;
        r = batch_add_unit(modules, source, which, owner, e, b);
        return r < 0 ? r : 1;
}

/* The first failure among an owner's units is its outcome. */
static void batch_take_outcome(const StartBatch *b, size_t i, UnitOutcome *started,
                               UnitOutcome *outcome) {
        size_t n = 0;

        if (started->r >= 0 || outcome->r < 0)
                return;
        for (size_t k = 0; k < b->n; k++)
                n += b->owner[k] == b->owner[i];
        *outcome = *started;
        started->error = ERROR_NULL;
        outcome->unit = strdup(b->specs[i].unit); /* without it there is just less to show */
        if (n > 1)
                (void) error_prefix(&outcome->error, outcome->r, "%s", b->specs[i].unit);
}

/* Another process, say that of a timer, may have started it meanwhile, which is fine. */
static void batch_settle(Modules *modules, const char *unit, uint64_t settle_usec, UnitOutcome *o) {
        if (o->r == -ECANCELED) {
                error_clear(&o->error);
                o->r = 0;
        }
        if (o->r >= 0 && settle_usec > 0)
                o->r = unit_wait_stable(modules->bus, unit, settle_usec, &o->error);
}

static int batch_check_name_servers(Modules *modules, const StartBatch *b,
                                    const UnitOutcome *started) {
        _cleanup_(strv_freep) char **units = NULL;

        for (size_t i = 0; i < b->n; i++)
                if (started[i].r >= 0 && strv_extend(&units, b->specs[i].unit) < 0)
                        return -ENOMEM;
        name_servers_check(modules, &b->servers, units);
        return 0;
}

int start_batch_run(Modules *modules, const StartBatch *b, uint64_t settle_usec, Error *e,
                    UnitOutcome *outcomes) {
        UnitOutcome *started = NULL;
        int r;

        r = units_start(modules->bus, b->specs, b->n, e, &started);
        if (r < 0)
                return r;
        for (size_t i = 0; i < b->n; i++) {
                batch_settle(modules, b->specs[i].unit, settle_usec, started + i);
                batch_take_outcome(b, i, started + i, outcomes + b->owner[i]);
        }
        runtime_space_check(modules);
        r = batch_check_name_servers(modules, b, started);
        unit_outcomes_free(started, b->n);
        return r;
}
