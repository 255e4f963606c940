/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* npm/spec: the texts by which npm names packages and versions.
 *
 * The lowest of npm's four rooms (spec, registry, tree, pack). It reads what stands on a command
 * line or behind a dependency's name, and answers exactly as npm's own packages npm-package-arg,
 * hosted-git-info and semver do; tests/npm compares it with them, question by question.
 *
 * Entry points:
 *   spec.h      "name@^1.2", "npm:x@1", "github:a/b#v2", "./folder": which form is it, and of what?
 *   semver.h    one version: parsed, compared, written in its normal form
 *   range.h     a range of versions: compiled once, tested against any number of them
 *   git-refs.h  which commit of a repository's branches and tags is meant
 *   collate.h   the order in which npm sorts names and paths
 * hosted.h and address.h take addresses apart for spec.h; js-text.h is text as JavaScript sees it,
 * which npm's limits and blanks are defined by.
 *
 * Input is untrusted. Each text has a limit of bytes (SPEC_LENGTH_MAX, RANGE_LENGTH_MAX,
 * SEMVER_LENGTH_MAX), and what is invalid is -EINVAL, for specifications with a clause.
 *
 * Pure: it opens no file, resolves no host and knows no registry. Whether a package, a version or a
 * folder exists is for its callers to find out. It uses nothing but basic. */

#include "basic/error.h"
#include "npm/spec/hosted.h"
#include "npm/spec/range.h"

/* Bytes; an address with a long query is the longest that makes sense. */
#define SPEC_LENGTH_MAX 4096

#define SPEC_NAME_MAX   214 /* npm's limit for names */

typedef enum SpecType {
        SPEC_VERSION,
        SPEC_RANGE,
        SPEC_TAG,
        SPEC_ALIAS, /* npm:name@…: see `target` */
        SPEC_DIRECTORY,
        SPEC_FILE,   /* an archive */
        SPEC_REMOTE, /* http(s) address of an archive */
        SPEC_GIT,
        _SPEC_TYPE_MAX,
        _SPEC_TYPE_INVALID = -EINVAL,
} SpecType;

typedef struct Spec Spec;

struct Spec {
        SpecType type;
        char *name;   /* NULL where it is not known before the package is read */
        char *raw;    /* what stood behind the name: "^1.2", "npm:x@1", "github:a/b#v2" */
        char *fetch;  /* version, range or tag without blanks around it; path as written, "~/"
                       * unresolved; address  without the fragment where type is git. NULL for an
                       * alias */
        Range *range; /* of a version or range */
        Spec *target; /* of an alias: what is fetched */

        /* git */
        char *committish; /* branch, tag or commit; NULL for the default branch */
        char *git_range;  /* #semver:…: the highest tag in it */
        char *subdir;     /* #path:…, with a leading slash */
        Hosted hosted;    /* .service is NULL if it is at none of the known services */
};

Spec *spec_free(Spec *s);
DEFINE_CLEANUP(Spec *, spec_free);

const char *spec_type_to_string(SpecType type);

/* version, range, tag or alias. */
bool spec_is_registry(const Spec *s);

/* The package the registry is asked for: the spec's own name, an alias' target's. */
const char *spec_registry_name(const Spec *s);

/* npm's rules for names, the old ones included; scope and name are one path component each. */
bool package_name_is_valid(const char *name);
