/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A module has units: one for each instance of each of its apps. Elsewhere a unit is known by its
 * name alone; here the name follows from the app and the instance, and the other way round. */

#include "basic/error.h"

#define APPS_ALL SIZE_MAX

typedef struct Package Package;

/* Which instance of which app. */
typedef struct AppInstance {
        size_t app; /* its index in the package's apps */
        unsigned number;
} AppInstance;

/* Whether an app's units are named by the app: not if an app before it has that name, if it is a
 * number, or if no unit could be named so. Such units are named by the app's number. */
bool package_app_is_named(const Package *p, size_t app);

/* What the first app is called beside others, as these are in their units' names; NULL where the
 * package has one unit. -ENOMEM. */
int package_first_app(const Package *p, char **ret);

/* The name of an instance's unit. A module's first unit has no parts but the module's ID; the app's
 * part of any other is its name or its number, see package_app_is_named(). */
int package_unit_name(const Package *p, const char *module, AppInstance instance, char **ret);

/* The names of all units (APPS_ALL), or of one app's, in their order. */
int package_unit_names(const Package *p, const char *module, size_t app, char ***ret);

/* The instance that a unit is for, by the parts of its name as module_from_unit_name() gives them
 * (`app` is NULL for the first app's first): 1, or 0 if the package has no such app. The instance
 * is not checked: a unit started when there were more processors is one of that app's all the
 * same. */
int package_find_unit(const Package *p, const char *app, unsigned instance, AppInstance *ret);

/* Whether a unit, by its name, starts with its module; true for one that the package has no app
 * for. */
bool package_autostarts(const Package *p, const char *unit);
