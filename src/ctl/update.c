/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/address-mask.h"
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/install.h"
#include "ctl/select.h"
#include "store/installed.h"

typedef struct Sums {
        unsigned results[_INSTALL_RESULT_MAX];
} Sums;

/* What it was installed from once more. A folder is no such thing: its module is linked. */
static int find_source(const Module *m, Error *e, Source *ret) {
        int r;

        if (!m->spec)
                return error_set(e, -ENODATA, "nothing says what it was installed from");
        if (address_is_masked(m->spec))
                return error_set(e, -ENOKEY,
                                 "its address had a password or token, which is not stored: write "
                                 "it into .npmrc and install the address without it, or install it "
                                 "once more");
        r = source_parse(m->spec, e, ret);
        if (r >= 0 && ret->kind == SOURCE_FOLDER) {
                r = error_set(e, -EISDIR, "%s is a folder now", ret->path);
                source_done(ret);
        }
        return r;
}

/* `all`: nobody asked for this one, so that a tarball which is gone by now is no failure. */
static int update_module(Context *c, const Module *m, bool all, Install *in) {
        Source source = {};
        int r;

        if (m->link) {
                in->result = INSTALL_SKIPPED;
                log_info("%s is linked to %s, where it is as new as can be.", m->name, m->link);
                return 0;
        }
        r = find_source(m, &in->error, &source);
        if (r == -ENOENT && all) {
                in->result = INSTALL_SKIPPED;
                log_notice("%s stays at %s: %s, from which it was installed.", m->name, m->version,
                           in->error.message);
                return 0;
        }
        if (r < 0)
                return log_error_cause(r, &in->error, "Cannot update '%s'", m->name);
        r = install_source(c, &source, in);
        source_done(&source);
        return r;
}

static int update_one(Context *c, const char *name, bool all, Sums *sums) {
        _cleanup_(install_done) Install in = { .update = true };
        Module m = {};
        int r;

        r = store_load(c->modules.store, name, &in.error, &m);
        if (r >= 0 && free_and_strdup(&in.module.name, name) < 0)
                r = -ENOMEM;
        if (r < 0)
                (void) log_error_cause(r, &in.error, "Cannot update '%s'", name);
        else if (free_and_strdup(&in.previous, m.version) >= 0) {
                in.module.ignore_scripts = c->arg->ignore_scripts || m.ignore_scripts;
                in.module.scripts_network = c->arg->scripts_network || m.scripts_network;
                r = update_module(c, &m, all, &in);
        } else
                r = log_oom();
        module_done(&m);
        if (r < 0)
                in.result = INSTALL_FAILED;
        sums->results[in.result]++;
        return install_report(c, &in, r);
}

static void print_sums(const Sums *sums, size_t n) {
        const unsigned *k = sums->results;

        log_info("%zu modules: %u updated, %u up to date%s, %u failed.", n, k[INSTALL_UPDATED],
                 k[INSTALL_UNCHANGED] + k[INSTALL_SKIPPED],
                 k[INSTALL_SKIPPED] > 0 ? " or without anything to be updated from" : "",
                 k[INSTALL_FAILED]);
}

static int update_all(Context *c, char *const *names, bool all) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        size_t n = strv_length(names);
        Sums sums = {};
        int r, result = 0;

        if (n == 0) {
                log_info("No modules are installed.");
                return 0;
        }
        r = install_open(c, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot update");
        STRV_FOREACH(name, names) {
                if (interrupted())
                        break;
                r = update_one(c, *name, all, &sums);
                result = r < 0 ? r : result;
        }
        if (n > 1 && !interrupted())
                print_sums(&sums, n);
        return result;
}

/* One object each, as of those that are there. */
static int print_unknown(Context *c, json_object *unknown) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < json_object_array_length(unknown); i++)
                if (c->arg->json != JSON_OFF)
                        r = json_print(json_object_array_get_idx(unknown, i), c->arg->json);
        return r < 0 ? log_error_errno(r, "Cannot print: %m") : 0;
}

static int run_update(const void *args, char **words) {
        static char *const everything[] = { (char *) "all", NULL };
        bool all = !words[0] || (!words[1] && streq(words[0], "all"));
        _cleanup_(json_object_putp) json_object *unknown = json_object_new_array();
        _cleanup_(strv_freep) char **names = NULL;
        Context c;
        int r;

        if (!unknown)
                return log_oom();
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = select_modules(&c, all ? everything : words, unknown, &names);
        if (select_answers(r) && print_unknown(&c, unknown) < 0)
                r = -EIO;
        if (r == 0 || names)
                r = select_result(r, update_all(&c, names, all));
        context_done(&c);
        interrupt_end();
        return r;
}

const Verb verb_update = {
        "update",
        " upgrade module:update ",
        "[MODULE…|all]",
        "Update modules to what their source has now",
        0,
        VERB_ANY,
        run_update,
};
