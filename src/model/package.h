/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A package.json as pm2ctl understands it: the module's name, the defaults of its settings, and its
 * apps. Pure: text in, structure out; whether scripts exist is for the caller to see. */

#include "model/app.h"

/* Published ones stay below 100 KiB; npm's own limit is larger, but not needed. */
#define PACKAGE_JSON_MAX  (1024U * 1024U)

#define PACKAGE_APPS_MAX  64
#define PACKAGE_UNITS_MAX 256 /* the instances of all apps */

typedef struct Package {
        char *name;
        char *version;
        char *description;   /* NULL if not given */
        char *homepage;      /* NULL if not given */
        json_object *config; /* object: the settings' defaults; NULL if none */
        App *apps;
        size_t n_apps;
        const char *entry; /* the field they were found in: "apps", "pm2", "bin" or "main" */
        bool entry_list;   /* it is a list of them */
} Package;

/* Parses and checks a package.json. -EINVAL or -EBADMSG with a clause that names the field. Without
 * "apps" the entry is looked for in "pm2", "bin" and "main", in that order (PM2's). */
int package_parse(const char *text, size_t size, Error *e, Package *ret);

/* Adds what the apps declare as "env_<name>" to their "env": 1, or 0 if none does. */
int package_choose_env(Package *p, const char *name);

/* Frees what it owns. */
void package_done(Package *p);
