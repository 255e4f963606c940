/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What packlist.c (walking), packlist-rules.c (what applies in a folder) and packlist-bundle.c
 * (bundled dependencies) share. */

#include "basic/strv.h"
#include "npm/pack/ignore.h"
#include "npm/pack/packlist.h"

/* Where a folder's rules come from, the later the stronger. */
typedef enum RuleSource {
        RULES_DEFAULT,
        RULES_PACKAGE, /* "files" of package.json */
        RULES_NPMIGNORE,
        RULES_GITIGNORE,
        RULES_STRICT,
        _RULES_MAX,
} RuleSource;

typedef struct PackFolder PackFolder;

struct PackFolder {
        PackFolder *parent; /* NULL: the walk begins here */
        size_t depth;
        int fd;
        const char *path; /* below the package that is made; "" is itself */
        GlobText name;
        bool exact; /* a rule names this very folder: what its parent leaves out may be in here */

        json_object *package; /* NULL: not the folder of a package */
        bool bundled;         /* that package was installed: its ignore files are no matter */
        char **required;      /* files right in here that "files" names */
        Ignore rules[_RULES_MAX];
        bool active[_RULES_MAX];
};

/* One package that is made. */
typedef struct Packing {
        int fd;
        json_object *package;
        Error *e;
        Arena arena; /* names and paths */
        unsigned steps;
        bool workspaces;
        bool linked; /* what is found now lies behind a symlink */

        char **seen; /* folders of bundled packages, as numbers */
        PackList list;
        size_t size;
} Packing;

/* Takes over `fd`, the folder of a package at `path`; adds its files to the list. */
int pack_package(Packing *p, int fd, const char *path, json_object *package, bool bundled);

/* packlist-rules.c */
/* Reads what there is: `entries` are the names in the folder. */
int pack_folder_rules(Packing *p, PackFolder *folder, char *const *entries);

/* The files of "files" that lie right in the folder `name` below. */
int pack_folder_required(const PackFolder *folder, const char *name, char ***ret);

void pack_folder_done(PackFolder *folder);

/* packlist-bundle.c */
/* Adds the files of all of them to the list. */
int pack_bundled(Packing *p);
