/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/install-notes.h"

#include "basic/log.h"
#include "npm/registry/registry-memory.h"

static void print_npmrc_ignored(const ModuleNote *note) {
        log_warning("%s is ignored: %s.", note->path, note->clause);
}

static void print_key_remembered(const ModuleNote *note) {
        log_info("The signing key %s of %s is remembered.", note->key, note->registry);
}

static void print_key_new(const ModuleNote *note) {
        log_warning("%s has a new signing key, %s, which is trusted from now on; if that is "
                    "unexpected, ask the registry's operator.",
                    note->registry, note->key);
}

static void print_key_expiry(const ModuleNote *note) {
        log_warning("The signing key %s of %s now expires %s%s; before: %s%s.", note->key,
                    note->registry, note->expires ? "on " : "never", note->expires ?: "",
                    note->expired_before ? "on " : "never", note->expired_before ?: "");
}

static void print_key_forgotten(const ModuleNote *note) {
        log_warning("%s no longer has the signing key %s, which is forgotten; what is signed with "
                    "it is refused.",
                    note->registry, note->key);
}

static void print_keys_not_remembered(const ModuleNote *note) {
        log_warning("The signing keys of %s are not remembered: those of %d registries are, which "
                    "is the limit.",
                    note->registry, REGISTRIES_MAX);
}

static void print_fetch(const ModuleNote *note) {
        log_notice("%s.", note->clause);
}

static void print_output(const ModuleNote *note) {
        log_notice("  %s", note->clause);
}

static void print_scripts_ignored(const ModuleNote *note) {
        log_notice("There are install scripts, which are not run.");
}

static void print_link_owner(const ModuleNote *note) {
        log_warning("%s is owned by '%s', who can change what runs as '%s'.", note->path,
                    note->owner, note->user);
}

static void print_release_left(const ModuleNote *note) {
        log_warning("Failed to remove the failed release %s of '%s', leaving it: %s", note->release,
                    note->module, note->clause);
}

static void print_releases_left(const ModuleNote *note) {
        log_warning("Failed to remove old releases of '%s', leaving them: %s", note->module,
                    note->clause);
}

static void print_release_damaged(const ModuleNote *note) {
        log_warning("The release of '%s' is damaged and is replaced; options such as --uid and "
                    "--env must be given again: %s",
                    note->module, note->clause);
}

typedef void (*InstallNotePrinter)(const ModuleNote *note);

void install_note_print(const ModuleNote *note) {
        static const InstallNotePrinter printers[_MODULE_NOTE_MAX] = {
                [MODULE_NOTE_NPMRC_IGNORED] = print_npmrc_ignored,
                [MODULE_NOTE_KEY_REMEMBERED] = print_key_remembered,
                [MODULE_NOTE_KEY_NEW] = print_key_new,
                [MODULE_NOTE_KEY_EXPIRY] = print_key_expiry,
                [MODULE_NOTE_KEY_FORGOTTEN] = print_key_forgotten,
                [MODULE_NOTE_KEYS_NOT_REMEMBERED] = print_keys_not_remembered,
                [MODULE_NOTE_FETCH] = print_fetch,
                [MODULE_NOTE_OUTPUT] = print_output,
                [MODULE_NOTE_SCRIPTS_IGNORED] = print_scripts_ignored,
                [MODULE_NOTE_LINK_OWNER] = print_link_owner,
                [MODULE_NOTE_RELEASE_LEFT] = print_release_left,
                [MODULE_NOTE_RELEASE_DAMAGED] = print_release_damaged,
                [MODULE_NOTE_RELEASES_LEFT] = print_releases_left,
        };

        if (printers[note->kind])
                printers[note->kind](note);
}
