/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/notes.h"

#include <inttypes.h>

#include "basic/log.h"
#include "basic/string-util.h"
#include "ctl/install-notes.h"
#include "ctl/last-lines.h"
#include "module/services.h"

static void print_unit_killed(Context *c, const ModuleNote *note) {
        log_warning("%s did not %s within its time limit of %.1f s, so it was killed.", note->unit,
                    note->phase, (double) note->limit_usec / USEC_PER_SEC);
}

static void print_property_ignored(Context *c, const ModuleNote *note) {
        log_warning("This version of systemd does not support %s=, ignoring.", note->property);
}

static void print_no_manager(Context *c, const ModuleNote *note) {
        if (!c->warned)
                log_warning("No module runs: %s", note->clause);
        c->warned = true;
}

static void print_not_autostarted(Context *c, const ModuleNote *note) {
        log_info("%s is not started, as its package says \"autostart\": false; 'pm2ctl start %s' "
                 "starts it.",
                 note->unit, note->module);
}

static void print_link_recorded(Context *c, const ModuleNote *note) {
        log_info("%s: recorded %s as the linked directory.", note->module, note->path);
}

static void print_watch_restarted(Context *c, const ModuleNote *note) {
        log_info("%s had failed and is started again.", note->unit);
}

static void print_watch_failed(Context *c, const ModuleNote *note) {
        last_lines_show(c, note->unit, note->since_usec);
        log_warning("Failed to watch the directory of '%s'; changes will not restart it: %s",
                    note->module, note->clause);
}

static void print_watch_changed(Context *c, const ModuleNote *note) {
        log_info("%s: %s has changed.", note->module, note->path);
}

static void print_watch_undeclared(Context *c, const ModuleNote *note) {
        log_warning("Failed to read what to watch for; every change counts: %s", note->clause);
}

static void print_watch_start_failed(Context *c, const ModuleNote *note) {
        log_warning("%s did not start; waiting for the next change: %s", note->unit, note->clause);
}

static void print_timer_failed(Context *c, const ModuleNote *note) {
        log_warning("Failed to start a timer of '%s', which will not restart it: %s", note->module,
                    note->clause);
}

static void print_stop_failed(Context *c, const ModuleNote *note) {
        log_warning("Failed to stop the watch and timer units of '%s': %s", note->module,
                    note->clause);
}

static void print_resolv_conf_unread(Context *c, const ModuleNote *note) {
        log_warning("Failed to read %s, so modules may reach no link-local name server: %s",
                    note->path, note->clause);
}

static void print_name_servers_denied(Context *c, const ModuleNote *note) {
        log_warning("%s cannot resolve names: modules are denied the only name server, %s, since "
                    "it hands out this machine's credentials too; have systemd-resolved ask it, or "
                    "allow it in a drop-in ('systemctl edit %s'): [Service] IPAddressAllow=%s",
                    note->unit, note->address, note->unit, note->address);
}

static void print_runtime_full(Context *c, const ModuleNote *note) {
        static const char consequence[] = "modules may fail to start, to report metrics, and to "
                                          "take actions";

        if (!note->module)
                log_warning("The file system of %s is full: %s; "
                            "see 'du -s --inodes' and 'du -s' of the folders there.",
                            note->path, consequence);
        else
                log_warning("The file system of %s is full: %s. Module '%s' has most of it, "
                            "%" PRIu64 " KiB in %" PRIu64 " files; 'pm2ctl stop %s' makes room.",
                            note->path, consequence, note->module, note->bytes / 1024, note->files,
                            note->module);
}

static void print_fields_ignored(Context *c, const ModuleNote *note) {
        log_notice("%s: these fields of package.json have no effect here: %s", note->module,
                   note->clause);
}

static void print_unreadable(Context *c, const ModuleNote *note) {
        log_warning("Failed to read module '%s', leaving it out: %s", note->module, note->clause);
}

static void print_cleanup_failed(Context *c, const ModuleNote *note) {
        log_warning("Failed to clean up after killed commands: %s", note->clause);
}

static void print_orphan(Context *c, const ModuleNote *note) {
        log_warning(
                "%s runs, but no module '%s' is installed; run 'systemctl %sstop %s' to stop it.",
                note->unit, note->module, c->modules.scope.kind == SCOPE_USER ? "--user " : "",
                note->unit);
}

static void print_settings_skipped(Context *c, const ModuleNote *note) {
        log_warning("Module '%s' is left alone: %s.", note->module, note->clause);
}

static void print_service_enabled(Context *c, const ModuleNote *note) {
        log_notice("Enabled %s.", note->unit);
}

static void print_service_failed(Context *c, const ModuleNote *note) {
        log_warning("Failed to enable %s; modules run, but %s: %s", note->unit,
                    streq(note->unit, SERVICE_RELAY) ? "what they report is not recorded"
                                                     : "will not be started at boot",
                    note->clause);
}

static void print_start_failed(Context *c, const ModuleNote *note) {
        log_error("%s %s did not start: %s", note->module, note->version, note->clause);
        if (note->r != -EINTR)
                last_lines_show(c, note->unit, note->since_usec);
}

static void print_leftover(Context *c, const ModuleNote *note) {
        if (note->aside)
                log_warning("Failed to remove %s: %s; moved it to %s: %s.", note->path,
                            note->clause, note->aside, note->remedy);
        else
                log_warning("Failed to remove %s, leaving it there: %s%s%s.", note->path,
                            note->clause, note->remedy ? "; " : "", note->remedy ?: "");
}

typedef void (*NotePrinter)(Context *c, const ModuleNote *note);

void note_print(void *userdata, const ModuleNote *note) {
        static const NotePrinter printers[_MODULE_NOTE_MAX] = {
                [MODULE_NOTE_NO_MANAGER] = print_no_manager,
                [MODULE_NOTE_UNIT_KILLED] = print_unit_killed,
                [MODULE_NOTE_PROPERTY_IGNORED] = print_property_ignored,
                [MODULE_NOTE_NOT_AUTOSTARTED] = print_not_autostarted,
                [MODULE_NOTE_LINK_RECORDED] = print_link_recorded,
                [MODULE_NOTE_WATCH_RESTARTED] = print_watch_restarted,
                [MODULE_NOTE_WATCH_FAILED] = print_watch_failed,
                [MODULE_NOTE_WATCH_CHANGED] = print_watch_changed,
                [MODULE_NOTE_WATCH_UNDECLARED] = print_watch_undeclared,
                [MODULE_NOTE_WATCH_START_FAILED] = print_watch_start_failed,
                [MODULE_NOTE_ORPHAN] = print_orphan,
                [MODULE_NOTE_LEFTOVER] = print_leftover,
                [MODULE_NOTE_START_FAILED] = print_start_failed,
                [MODULE_NOTE_TIMER_FAILED] = print_timer_failed,
                [MODULE_NOTE_STOP_FAILED] = print_stop_failed,
                [MODULE_NOTE_RESOLV_CONF_UNREAD] = print_resolv_conf_unread,
                [MODULE_NOTE_NAME_SERVERS_DENIED] = print_name_servers_denied,
                [MODULE_NOTE_RUNTIME_FULL] = print_runtime_full,
                [MODULE_NOTE_UNREADABLE] = print_unreadable,
                [MODULE_NOTE_CLEANUP_FAILED] = print_cleanup_failed,
                [MODULE_NOTE_SETTINGS_SKIPPED] = print_settings_skipped,
                [MODULE_NOTE_SERVICE_ENABLED] = print_service_enabled,
                [MODULE_NOTE_SERVICE_FAILED] = print_service_failed,
                [MODULE_NOTE_FIELDS_IGNORED] = print_fields_ignored,
        };

        if (printers[note->kind])
                printers[note->kind](userdata, note);
        else
                install_note_print(note);
}
