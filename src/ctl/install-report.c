/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/install-report.h"

#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "module/units.h"

FetchOptions install_fetch_options(const Arguments *arg) {
        return (FetchOptions) {
                .offline = arg->offline,
                .prefer_offline = arg->prefer_offline,
                .allow_unverified = arg->allow_unverified,
        };
}

InstallOptions install_options(const Arguments *arg) {
        return (InstallOptions) {
                .user = arg->uid,
                .group = arg->gid,
                .env = arg->env,
                .args = arg->args,
                .ignore_scripts = arg->ignore_scripts,
                .scripts_network = arg->scripts_network,
                .force = arg->force,
                .fetch = install_fetch_options(arg),
        };
}

/* -- JSON ------------------------------------------------------------------------------ */

static int outcome_add_texts(const InstallOutcome *o, json_object *object) {
        const Module *m = &o->module;
        const struct {
                const char *key, *text;
        } texts[] = {
                { "name", m->name },
                { "version", m->version },
                { "result", install_result_to_string(o->result) },
                { "previous", o->previous },
                { "spec", m->spec },
                { "source", m->source },
                { "integrity", m->integrity },
                { "signed_by", m->signed_by },
                { "error", o->r < 0 ? error_text(&o->error, o->r) : NULL },
        };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                r = json_add_string(object, texts[i].key, texts[i].text);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int outcome_to_json(const InstallOutcome *o, json_object *object) {
        int r;

        r = outcome_add_texts(o, object);
        if (r < 0)
                return r;
        r = json_add_bool(object, "changed", install_outcome_changed(o));
        if (r < 0)
                return r;
        if (o->packages > 0) {
                r = json_add_uint(object, "packages", o->packages);
                if (r < 0)
                        return r;
        }
        return o->took_usec > 0 ? json_add_uint(object, "usec", o->took_usec) : 0;
}

static int outcome_print_json(const Context *c, const InstallOutcome *o) {
        _cleanup_(json_object_putp) json_object *object = json_object_new_object();
        int r;

        if (!object)
                return log_oom();
        r = outcome_to_json(o, object);
        if (r < 0)
                return log_oom();
        r = json_print(object, c->arg->json);
        return r < 0 ? log_error_errno(r, "Failed to print: %m") : 0;
}

/* -- words ----------------------------------------------------------------------------- */

/* "NAME VERSION is updated", and what stands there in place of the blank. */
static const struct {
        const char *before, *after;
} result_words[_INSTALL_RESULT_MAX] = {
        [INSTALL_NEW] = { " ", " is installed" },        [INSTALL_UPDATED] = { " ", " is updated" },
        [INSTALL_UNCHANGED] = { " ", " is up to date" }, [INSTALL_LINKED] = { " ", " is linked" },
        [INSTALL_ROLLED_BACK] = { " is back at ", "" },
};

static const char *const mode_verbs[] = {
        [MODE_INSTALL] = "install",
        [MODE_UPDATE] = "update",
        [MODE_ROLLBACK] = "roll back",
};

static void print_done(const InstallOutcome *o) {
        const char *before = result_words[o->result].before, *after = result_words[o->result].after;
        const bool linked = o->result == INSTALL_LINKED;
        _cleanup_(strv_freep) char **units = NULL;
        _cleanup_(freep) char *joined = NULL;
        const Module *m = &o->module;

        if (o->stopped) {
                log_info("%s%s%s%s; it was stopped and stays so.", m->name, before, m->version,
                         after);
                return;
        }
        if (module_units_autostarted(m, &units) >= 0 && units)
                joined = strv_join(units, ", ");
        log_info("%s%s%s%s%s%s%s%s.", m->name, before, m->version, after, linked ? " to " : "",
                 linked ? m->link : "", joined ? " and runs as " : "", joined ? joined : "");
}

static void print_skipped(const InstallOutcome *o) {
        const Module *m = &o->module;

        if (m->link)
                log_info("%s is linked to %s, which is used as it is; there is nothing to update.",
                         m->name, m->link);
        else
                log_notice("%s was not updated from %s: %s.", m->name, o->previous,
                           error_text(&o->error, -ENOENT));
}

static void print_undo(const InstallOutcome *o) {
        const char *name = o->module.name, *release = o->previous_release;
        const Error *e = &o->undo_error;

        switch (o->undo) {
        case UNDO_NONE:
                return;
        case UNDO_BACK:
                log_notice("%s: release %s runs again; nothing has changed.", name, release);
                return;
        case UNDO_BACK_STOPPED:
                (void) log_error_cause(-EIO, e,
                                       "%s is back at release %s, which does not start either",
                                       name, release);
                return;
        case UNDO_FAILED:
                (void) log_error_cause(-EIO, e, "Failed to go back to release %s of '%s'", release,
                                       name);
                return;
        case UNDO_REMOVED:
                log_notice("%s is not installed; nothing has changed.", name);
                return;
        case UNDO_REMOVE_FAILED:
                (void) log_error_cause(-EIO, e, "'%s' stays installed", name);
                return;
        case UNDO_STAYS:
                log_notice("%s stays installed. If it lacks a setting, 'pm2ctl set %s:KEY VALUE' "
                           "starts it again; 'pm2ctl uninstall %s' removes it.",
                           name, name, name);
                return;
        }
}

static void print_failure(const char *word, const InstallOutcome *o) {
        const Module *m = &o->module;

        if (o->result != INSTALL_FAILED) {
                (void) log_error_cause(o->r, &o->error, "%s%s%s%s, but does not run", m->name,
                                       result_words[o->result].before, m->version,
                                       result_words[o->result].after);
                return;
        }
        if (o->undo == UNDO_NONE) {
                (void) log_error_cause(o->r, &o->error, "Failed to %s '%s'", mode_verbs[o->mode],
                                       m->name ?: word);
                return;
        }
        print_undo(o); /* the failure itself was a note */
}

/* Not before it was started: the first entry of all may be the module's. */
static void warn_unrecorded(const Context *c, const InstallOutcome *o) {
        const bool committed = o->undo != UNDO_NONE ||
                               (o->result != INSTALL_FAILED && result_words[o->result].before);

        if (committed && c->modules.bus)
                context_warn_unrecorded(c);
}

static void print_words(Context *c, const char *word, const InstallOutcome *o) {
        if (o->r < 0)
                print_failure(word, o);
        warn_unrecorded(c, o);
        if (o->result == INSTALL_SKIPPED)
                print_skipped(o);
        else if (o->r >= 0 && o->result != INSTALL_UNCHANGED)
                print_done(o);
}

/* In place of the JSON object. */
static void print_sum(const InstallOutcome *o) {
        if (o->result == INSTALL_UNCHANGED && o->r >= 0)
                log_info("%s %s is up to date%s.", o->module.name, o->module.version,
                         o->started ? "; it did not run and is started" : "");
        else if (o->result == INSTALL_NEW || o->result == INSTALL_UPDATED)
                log_info("added %llu package%s in %.1f s", (unsigned long long) o->packages,
                         o->packages == 1 ? "" : "s", (double) o->took_usec / USEC_PER_SEC);
}

int install_report(Context *c, const char *word, const InstallOutcome *o) {
        int r = 0;

        print_words(c, word, o);
        if (c->arg->json != JSON_OFF)
                r = outcome_print_json(c, o);
        else
                print_sum(o);
        return o->r < 0 ? o->r : r;
}
