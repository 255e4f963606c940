/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/releases.h"

#include "basic/address-mask.h"
#include "basic/clock.h"
#include "basic/string-util.h"
#include "module/cleanup.h"
#include "module/install-commit.h"
#include "module/install-confirm.h"
#include "module/install-package.h"
#include "module/link.h"
#include "module/lock.h"
#include "module/module-user.h"
#include "module/remove.h"
#include "module/stop.h"
#include "store/installed.h"
#include "store/settings-file.h"
#include "store/settings.h"

int releases_open(Modules *modules, Error *e) {
        int r;

        r = modules_open_bus_or_none(modules, e);
        if (r < 0)
                return r;
        r = modules_open_store(modules, /* create= */ true, e);
        return r < 0 ? r : modules_clean_up(modules, e);
}

static int package_install_staged(Modules *modules, const Source *source,
                                  const InstallOptions *options, Staging *staging,
                                  InstallOutcome *outcome) {
        int r;

        r = package_fetch(modules, source, options, staging, outcome);
        if (r < 0)
                return r;
        if (outcome->result == INSTALL_UNCHANGED)
                return outcome->mode == MODE_INSTALL ? install_confirm(modules, outcome) : 0;
        return install_commit(modules, staging->tree, outcome);
}

static int package_install(Modules *modules, const Source *source, const InstallOptions *options,
                           InstallOutcome *outcome) {
        Staging staging;
        int r;

        r = staging_new(modules->store, &modules->scope, &outcome->error, &staging);
        if (r < 0)
                return r;
        r = package_install_staged(modules, source, options, &staging, outcome);
        staging_done(&staging);
        return r;
}

static int source_install(Modules *modules, const Source *source, const InstallOptions *options,
                          InstallOutcome *outcome) {
        int r;

        r = module_user_check(modules, options, &outcome->error);
        if (r < 0)
                return r;
        if (source->kind != SOURCE_FOLDER)
                return package_install(modules, source, options, outcome);
        r = link_folder(modules, source, options, outcome);
        return r < 0 ? r : install_commit(modules, /* tree= */ NULL, outcome);
}

/* -- install --------------------------------------------------------------------------- */

static int spec_install(Modules *modules, const char *spec, const InstallOptions *options,
                        InstallOutcome *outcome) {
        _cleanup_(source_done) Source source = {};
        int r;

        outcome->module.ignore_scripts = options->ignore_scripts;
        outcome->module.scripts_network = options->scripts_network;
        r = source_check_word(spec, &outcome->error);
        if (r < 0)
                return r;
        r = source_parse(spec, &outcome->error, &source);
        return r < 0 ? r : source_install(modules, &source, options, outcome);
}

int module_install(Modules *modules, const char *spec, const InstallOptions *options,
                   InstallOutcome *outcome) {
        *outcome = (InstallOutcome) { .mode = MODE_INSTALL, .began_usec = now_usec() };
        outcome->r = spec_install(modules, spec, options, outcome);
        if (!outcome->module.spec)
                outcome->module.spec = mask_address(spec);
        return outcome->r;
}

/* -- update ---------------------------------------------------------------------------- */

/* A directory cannot be updated from: a module of one is linked. */
static int module_find_source(const Module *m, Error *e, Source *ret) {
        int r;

        if (!m->spec)
                return error_set(e, -ENODATA, "it is not recorded what it was installed from");
        if (address_is_masked(m->spec))
                return error_set(e, -ENOKEY,
                                 "its URL had a password or token, which is not stored; write it "
                                 "into .npmrc and install the URL without it, or install it once "
                                 "more");
        r = source_parse(m->spec, e, ret);
        if (r < 0 || ret->kind != SOURCE_FOLDER)
                return r;
        r = error_set(e, -EISDIR, "%s is a directory now", ret->path);
        source_done(ret);
        return r;
}

static int module_update_loaded(Modules *modules, const Module *m, const InstallOptions *options,
                                InstallOutcome *outcome) {
        _cleanup_(source_done) Source source = {};
        int r;

        outcome->module.ignore_scripts = options->ignore_scripts || m->ignore_scripts;
        outcome->module.scripts_network = options->scripts_network || m->scripts_network;
        r = free_and_strdup(&outcome->previous, m->version);
        if (r < 0)
                return r;
        if (m->link) {
                outcome->result = INSTALL_SKIPPED;
                return free_and_strdup(&outcome->module.link, m->link);
        }
        r = module_find_source(m, &outcome->error, &source);
        if (r == -ENOENT && options->skip_missing) {
                outcome->result = INSTALL_SKIPPED;
                return 0;
        }
        return r < 0 ? r : source_install(modules, &source, options, outcome);
}

static int module_update_named(Modules *modules, const char *name, const InstallOptions *options,
                               InstallOutcome *outcome) {
        _cleanup_(module_done) Module m = {};
        int r;

        r = free_and_strdup(&outcome->module.name, name);
        if (r < 0)
                return r;
        r = store_load_installed(modules->store, name, &outcome->error, &m);
        if (r < 0)
                return r;
        return module_update_loaded(modules, &m, options, outcome);
}

int module_update(Modules *modules, const char *name, const InstallOptions *options,
                  InstallOutcome *outcome) {
        *outcome = (InstallOutcome) { .mode = MODE_UPDATE, .began_usec = now_usec() };
        outcome->r = module_update_named(modules, name, options, outcome);
        if (outcome->r < 0 && outcome->result == INSTALL_UNCHANGED)
                outcome->result = INSTALL_FAILED;
        return outcome->r;
}

/* -- rollback -------------------------------------------------------------------------- */

static int module_rollback_named(Modules *modules, const char *name, InstallOutcome *outcome) {
        int r;

        r = store_load_previous(modules->store, name, &outcome->error, &outcome->module);
        if (r < 0)
                return r;
        if (r == 0)
                return error_set(&outcome->error, -ENOENT, "no previous release to roll back to");
        return install_commit(modules, /* tree= */ NULL, outcome);
}

int module_rollback(Modules *modules, const char *name, InstallOutcome *outcome) {
        *outcome = (InstallOutcome) { .mode = MODE_ROLLBACK, .began_usec = now_usec() };
        outcome->r = module_rollback_named(modules, name, outcome);
        if (!outcome->module.name)
                (void) free_and_strdup(&outcome->module.name, name);
        return outcome->r;
}

/* -- uninstall ------------------------------------------------------------------------- */

static int module_remove_settings(const Modules *modules, const char *name, Error *e) {
        _cleanup_(settings_freep) Settings *s = NULL;
        _cleanup_(closep) int lock_fd = settings_lock(&modules->scope, e);
        int r;

        if (lock_fd < 0)
                return lock_fd;
        r = settings_parse("", 0, name, e, &s);
        return r < 0 ? r : settings_save(&modules->scope, name, s, e);
}

/* The units first: were the files gone first, a crash in between would leave units that run what is
 * not listed. */
int module_uninstall(Modules *modules, const char *name, bool purge, Error *e) {
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        modules_try_clean_up(modules);
        lock_fd = module_lock(modules, name, e);
        if (lock_fd < 0)
                return lock_fd;
        r = modules_open_bus_or_none(modules, e);
        if (r < 0)
                return r;
        if (modules->bus) {
                r = module_stop(modules, name, e);
                if (r < 0)
                        return r;
        }
        r = module_remove(modules, name, e);
        if (r < 0)
                return r;
        if (!purge)
                return 0;
        r = module_remove_settings(modules, name, e);
        return r < 0 ? error_prefix(e, r, "the module is removed, but not its settings") : 0;
}
