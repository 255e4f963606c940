/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is worth telling a person while something is done to modules, and is neither its outcome
 * nor a reason to end it. The handler given to modules_open() is called with each note, as it
 * happens. */

#include "basic/macro.h"

/* Behind each kind stands what a note of it has beside the kind. "failure" is `r` and `clause`. */
typedef enum ModuleNoteKind {
        MODULE_NOTE_UNIT_KILLED,      /* unit, phase, limit_usec: it was over its time */
        MODULE_NOTE_PROPERTY_IGNORED, /* property: of units, unknown to this systemd; told once */
        MODULE_NOTE_NO_MANAGER,       /* failure: a user's manager is not there, so nothing runs */
        MODULE_NOTE_NOT_AUTOSTARTED,  /* module, unit: its app has "autostart": false */
        MODULE_NOTE_LINK_RECORDED,    /* module, path: which folder is linked is recorded now */
        MODULE_NOTE_WATCH_RESTARTED,  /* unit: a watch that had failed is started again */
        MODULE_NOTE_WATCH_FAILED,     /* module, unit, since_usec, failure */
        MODULE_NOTE_WATCH_CHANGED,    /* module, path: of a watched directory; restarts follow */
        MODULE_NOTE_WATCH_UNDECLARED, /* module, failure: its package.json cannot be read, so any
                                         change counts */
        MODULE_NOTE_WATCH_START_FAILED,  /* unit, failure: it waits for the next change */
        MODULE_NOTE_TIMER_FAILED,        /* module, failure */
        MODULE_NOTE_STOP_FAILED,         /* module, failure: of watch and timer units */
        MODULE_NOTE_RESOLV_CONF_UNREAD,  /* path, failure: name servers may be out of reach */
        MODULE_NOTE_NAME_SERVERS_DENIED, /* unit, address: of the only name server */
        MODULE_NOTE_RUNTIME_FULL,        /* path of the runtime folder; module, bytes and files of
                                            the largest in it, or NULL */
        MODULE_NOTE_FIELDS_IGNORED,   /* module, clause: fields of its package.json, joined by ", ",
                                        that have no effect here */
        MODULE_NOTE_SERVICE_ENABLED,  /* unit: of services.h, that was not */
        MODULE_NOTE_SERVICE_FAILED,   /* unit, failure: it could not be enabled */
        MODULE_NOTE_UNREADABLE,       /* module, failure: it is left out */
        MODULE_NOTE_ORPHAN,           /* module, unit: it runs, but the module is not installed */
        MODULE_NOTE_LEFTOVER,         /* path, aside, remedy, failure: it could not be removed */
        MODULE_NOTE_CLEANUP_FAILED,   /* failure: of what killed processes have left */
        MODULE_NOTE_SETTINGS_SKIPPED, /* module, failure: it was broken before the change, and is
                                         not restarted */

        /* of installs */
        MODULE_NOTE_NPMRC_IGNORED,       /* path, clause: a file that others may have written to */
        MODULE_NOTE_KEY_REMEMBERED,      /* registry, key: the first of a registry */
        MODULE_NOTE_KEY_NEW,             /* registry, key: another one, trusted from now on */
        MODULE_NOTE_KEY_EXPIRY,          /* registry, key, expires, expired_before */
        MODULE_NOTE_KEY_FORGOTTEN,       /* registry, key: the registry does not list it any more */
        MODULE_NOTE_FETCH,               /* clause: what pm2-fetch has to tell of a package */
        MODULE_NOTE_OUTPUT,              /* clause: one of the last lines of a step that failed */
        MODULE_NOTE_KEYS_NOT_REMEMBERED, /* registry: there are REGISTRIES_MAX others */
        MODULE_NOTE_SCRIPTS_IGNORED,     /* there are install scripts, which are not run */
        MODULE_NOTE_LINK_OWNER,          /* module, path, owner, user: it runs as another user */
        MODULE_NOTE_START_FAILED,        /* module, version, unit, since_usec, failure: of a release
                                            that is current; what is done about it follows */
        MODULE_NOTE_RELEASE_LEFT,        /* module, release, failure: it did not start, but stays */
        MODULE_NOTE_RELEASE_DAMAGED,     /* module, failure: of the current one, which is replaced;
                                            what it had of options is lost */
        MODULE_NOTE_RELEASES_LEFT,       /* module, failure: old ones could not be removed */
        _MODULE_NOTE_MAX,
} ModuleNoteKind;

/* What the kind does not mention is NULL or 0. All of it is borrowed, for the call alone. */
typedef struct ModuleNote {
        ModuleNoteKind kind;
        const char *module; /* name */
        const char *unit;
        const char *phase;    /* "start" or "stop" */
        const char *property; /* "MemoryMax" */
        const char *path;
        const char *aside;  /* where what was at the path is now; NULL: still there */
        const char *remedy; /* NULL: none is known */
        const char *address;
        const char *registry, *key;           /* its URL; the id of its signing key */
        const char *expires, *expired_before; /* the key's end, in ISO 8601; NULL: never */
        const char *owner, *user;
        const char *version;
        const char *release; /* "1.2.0-1" */
        uint64_t bytes, files;
        uint64_t limit_usec;
        uint64_t since_usec; /* when `unit` was started */
        int r;               /* negative errno */
        const char *clause;  /* why, for a sentence */
} ModuleNote;

/* Must not act on the Modules that calls it, and cannot fail. */
typedef void (*ModuleNoteHandler)(void *userdata, const ModuleNote *note);
