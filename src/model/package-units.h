/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A module has units: one for each instance of each of its apps. Elsewhere a unit is known by its
 * name alone; here is how that and the place in package.json follow from each other. */

#include "basic/error.h"
#include "basic/macro.h"
#include "model/package.h"

/* Units that one package may have. */
#define PACKAGE_UNITS_MAX 256

#define APPS_ALL          SIZE_MAX

typedef struct UnitPlace {
        size_t app; /* in the package's apps */
        unsigned instance;
} UnitPlace;

/* How many instances of an app run here: a number is meant as such, "max" and less are counted from
 * the processors. */
unsigned app_count_instances(const App *app);

/* Whether an app's units bear its name: not if another app has it already, if it is a number, or if
 * no unit could be called so. Then they have the app's number. */
bool package_app_is_named(const Package *p, size_t app);

/* What the first app is called beside others, as they are in their units' names; NULL where the
 * package has one unit. */
int package_first_app(const Package *p, char **ret);

/* The name of the place's unit. A module's first unit has no parts but the module's id; the app's
 * part of any other is its declared name, or its number where that name will not do, or is another
 * app's. */
int package_unit_name(const Package *p, const char *module, UnitPlace place, char **ret);

/* The names of all units, or of one app's, in their order. */
int package_unit_names(const Package *p, const char *module, size_t app, char ***ret);

/* The place of a unit by the parts of its name as module_from_unit_name() gives them (`app` is NULL
 * for the first app's first): 1, or 0 if the package has no such app. The instance is not checked:
 * a unit started when there were more processors is one of that app's all the same. */
int package_find_unit(const Package *p, const char *app, unsigned instance, UnitPlace *ret);
