/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/install.h"

#include "basic/address-mask.h"
#include "basic/clock.h"
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/user.h"
#include "module/cleanup.h"

static const char *const result_table[_INSTALL_RESULT_MAX] = {
        [INSTALL_FAILED] = "failed",   [INSTALL_NEW] = "installed",
        [INSTALL_UPDATED] = "updated", [INSTALL_UNCHANGED] = "unchanged",
        [INSTALL_LINKED] = "linked",   [INSTALL_ROLLED_BACK] = "rolled-back",
        [INSTALL_SKIPPED] = "skipped",
};

const char *install_result_to_string(InstallResult result) {
        return result >= 0 && result < _INSTALL_RESULT_MAX ? result_table[result] : NULL;
}

void install_done(Install *in) {
        module_done(&in->module);
        free(in->previous);
        error_clear(&in->error);
        *in = (Install) {};
}

int install_identity(const Context *c, Error *e, char **ret_user, char **ret_group) {
        _cleanup_(freep) char *user = NULL, *group = NULL;
        const Arguments *arg = c->arg;
        uid_t uid;
        gid_t gid;
        int r;

        if ((arg->uid || arg->gid) && c->modules.scope.kind == SCOPE_USER)
                return error_set(e, -EINVAL,
                                 "a user's own manager runs modules as that user alone: leave "
                                 "--uid and --gid, or use --system");
        if (arg->gid && !arg->uid)
                return error_set(e, -EINVAL, "--gid goes with --uid");
        if (arg->uid) {
                r = user_lookup(arg->uid, &uid, &gid);
                if (r < 0)
                        return error_set(e, r, "--uid: there is no user '%s'", arg->uid);
        }
        if (arg->gid) {
                r = group_lookup(arg->gid, &gid);
                if (r < 0)
                        return error_set(e, r, "--gid: there is no group '%s'", arg->gid);
        }
        if (free_and_strdup(&user, arg->uid) < 0 || free_and_strdup(&group, arg->gid) < 0)
                return -ENOMEM;
        *ret_user = TAKE_PTR(user);
        *ret_group = TAKE_PTR(group);
        return 0;
}

FetchOptions fetch_options(const Arguments *arg) {
        return (FetchOptions) { .offline = arg->offline,
                                .prefer_offline = arg->prefer_offline,
                                .allow_unverified = arg->allow_unverified };
}

int install_open(Context *c, Error *e) {
        int r;

        interrupt_catch();
        r = modules_open_bus_or_none(&c->modules, e);
        if (r >= 0)
                r = modules_open_store(&c->modules, /* create= */ true, e);
        return r < 0 ? r : modules_clean_up(&c->modules, e);
}

/* -- what became of it ---------------------------------------------------------------- */

static int print_json(Context *c, const Install *in, int result) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        const Module *m = &in->module;
        const struct {
                const char *key, *text;
        } texts[] = {
                { "name", m->name },
                { "version", m->version },
                { "result", install_result_to_string(in->result) },
                { "previous", in->previous },
                { "spec", m->spec },
                { "source", m->source },
                { "integrity", m->integrity },
                { "signed_by", m->signed_by },
                { "error", result < 0 ? error_text(&in->error, result) : NULL },
        };
        int r = 0;

        if (!o)
                return log_oom();
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(texts); i++)
                r = json_add_string(o, texts[i].key, texts[i].text);
        if (r >= 0 && in->packages > 0)
                r = json_add_uint(o, "packages", in->packages);
        if (r >= 0 && in->took_usec > 0)
                r = json_add_uint(o, "usec", in->took_usec);
        if (r >= 0)
                r = json_print(o, c->arg->json);
        return r < 0 ? log_error_errno(r, "Cannot print: %m") : 0;
}

static void print_text(const Install *in) {
        const Module *m = &in->module;

        if (in->result == INSTALL_UNCHANGED)
                log_info("%s %s is up to date.", m->name, m->version);
        else if (in->result == INSTALL_NEW || in->result == INSTALL_UPDATED)
                log_info("added %llu package%s in %.1f s", (unsigned long long) in->packages,
                         in->packages == 1 ? "" : "s", (double) in->took_usec / USEC_PER_SEC);
}

int install_report(Context *c, const Install *in, int r) {
        int k = 0;

        if (c->arg->json != JSON_OFF)
                k = print_json(c, in, r);
        else
                print_text(in);
        return r < 0 ? r : k;
}

/* -- the verb ------------------------------------------------------------------------- */

static int install_one(Context *c, const char *spec) {
        _cleanup_(install_done)
                Install in = { .module = { .ignore_scripts = c->arg->ignore_scripts,
                                           .scripts_network = c->arg->scripts_network } };
        Source source = {};
        int r;

        r = source_parse(spec, &in.error, &source);
        if (r < 0)
                (void) log_error_cause(r, &in.error, "Cannot install '%s'", spec);
        else
                r = install_source(c, &source, &in);
        if (!in.module.spec)
                in.module.spec = mask_address(spec);
        r = install_report(c, &in, r);
        source_done(&source);
        return r;
}

/* Nobody shall wait for a download to hear that. */
static int check_identity(const Context *c) {
        _cleanup_(freep) char *user = NULL, *group = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r = install_identity(c, &e, &user, &group);

        return r < 0 ? log_error_cause(r, &e, "Nothing is installed") : 0;
}

static int run_install(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Context c;
        int r, result = 0;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        if (check_identity(&c) < 0) {
                context_done(&c);
                return EXIT_USAGE;
        }
        r = install_open(&c, &e);
        if (r < 0)
                result = log_error_cause(r, &e, "Cannot install");
        for (; r >= 0 && *words && !interrupted(); words++) {
                int k = install_one(&c, *words);

                result = k < 0 ? k : result;
        }
        context_done(&c);
        interrupt_end();
        return result;
}

const Verb verb_install = {
        "install", " i module:install ", "PACKAGE…", "Install packages as modules, or link a directory (.)", 1,
        VERB_ANY,  run_install,
};
