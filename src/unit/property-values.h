/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The value of a property in a message, by what kind of field it comes from: property.h lists them.
 * Each appends one complete type, and returns -EINVAL with a clause that names the property for
 * what systemd would misread, or an errno of the bus. */

#include <systemd/sd-bus.h>

typedef struct Error Error;

int value_append_text(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_string(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_strings(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_allowed(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_denied(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_bool(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_count(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_amount(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_number(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_command(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_fields(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_statuses(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_sources(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_fallbacks(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_fd(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_calendar(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_mounts(sd_bus_message *m, const char *name, const void *field, Error *e);
int value_append_prefixes(sd_bus_message *m, const char *name, const void *field, Error *e);
