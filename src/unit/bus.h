/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The connection to a scope's manager, and calls to it whose errors are clauses. */

#include <systemd/sd-bus.h>

#include "basic/macro.h"
#include "model/scope-kind.h"

typedef struct Error Error;

#define SYSTEMD_NAME   "org.freedesktop.systemd1"
#define SYSTEMD_PATH   "/org/freedesktop/systemd1"
#define MANAGER        "org.freedesktop.systemd1.Manager"
#define SERVICE        "org.freedesktop.systemd1.Service"
#define UNIT           "org.freedesktop.systemd1.Unit"
#define PROPERTIES     "org.freedesktop.DBus.Properties"

#define UNIT_NOT_KNOWN "org.freedesktop.systemd1.NoSuchUnit"
#define UNIT_EXISTS    "org.freedesktop.systemd1.UnitExists"

/* Closes without sending what is still queued: on error paths a connection in unknown state must
 * not block. */
static inline void bus_close(sd_bus *bus) {
        (void) sd_bus_close_unref(bus);
}
DEFINE_CLEANUP(sd_bus *, bus_close);

/* Connects to the scope's manager: by its private socket where the caller may use that (faster, and
 * there without a bus), else by the bus. -EHOSTDOWN with a clause that names the remedy where there
 * is no manager. Free with bus_close(). */
int bus_open(ScopeKind scope, Error *e, sd_bus **ret);

/* Calls a method of the manager. Returns 0 and the reply (may be NULL), -ENOENT where it says that
 * there is no such unit, -EEXIST that the unit exists, or another errno; the clause is the
 * manager's own text in any case but success. */
int manager_call(sd_bus *bus, const char *method, Error *e, sd_bus_message **ret_reply,
                 const char *signature, ...);

/* The same with a message of one's own. `error_name` (may be NULL) gets the D-Bus name of an error,
 * to be freed. */
int manager_send(sd_bus *bus, sd_bus_message *m, Error *e, sd_bus_message **ret_reply,
                 char **ret_error_name);

/* What those make of an error that came as a reply; `r` is its errno. */
int manager_error(const sd_bus_error *error, int r, Error *e);

/* The manager's own control group, "" for the root: what its units' are below; to be freed. */
int manager_control_group(sd_bus *bus, Error *e, char **ret);

/* The same from the reply to Get of that property. */
int manager_read_control_group(sd_bus_message *m, char **ret);

/* Asks for signals: a manager sends none to a bus on which no client has asked. Once or more. */
int manager_subscribe(sd_bus *bus, Error *e);
