/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/pick.h"

#include "basic/string-util.h"
#include "npm/registry/json-scan.h"
#include "npm/registry/platform.h"
#include "npm/spec/spec.h"

/* How much a version is to be preferred, before its number counts. */
typedef enum Rank {
        RANK_UNKNOWN,
        RANK_DEPRECATED_UNFIT,
        RANK_UNFIT, /* its engines want another node */
        RANK_DEPRECATED,
        RANK_GOOD,
} Rank;

/* What reading a byte costs, in comparisons: of a version's text, and of a range that is parsed. */
#define BYTES_PER_STEP       4
#define STEPS_PER_RANGE_BYTE 8

static char *text_of(Slice object, const char *key) {
        char *text;
        Slice value;

        if (json_scan_find(object, key, &value) <= 0 || json_scan_string(value, &text) < 0)
                return NULL;
        return text;
}

/* Looks into the version's text; there is no need to parse it all. */
static Rank find_rank(const PackumentVersion *v, const Platform *platform, uint64_t *steps) {
        _cleanup_(freep) char *node = NULL, *npm = NULL;
        Slice value;
        bool deprecated, fits = true;

        *steps += v->json.n / BYTES_PER_STEP;
        deprecated = json_scan_find(v->json, "deprecated", &value) > 0 && json_scan_truthy(value);
        if (json_scan_find(v->json, "engines", &value) > 0) {
                node = text_of(value, "node");
                npm = text_of(value, "npm");
                *steps += ((node ? strlen(node) : 0) + (npm ? strlen(npm) : 0)) *
                          STEPS_PER_RANGE_BYTE;
                fits = platform_engines_fit(platform, node, npm);
        }
        if (fits)
                return deprecated ? RANK_DEPRECATED : RANK_GOOD;
        return deprecated ? RANK_DEPRECATED_UNFIT : RANK_UNFIT;
}

/* Of one platform, which stays the same as long as the packument lives. */
static Rank version_rank(PackumentVersion *v, const Platform *platform, uint64_t *steps) {
        if (v->rank == RANK_UNKNOWN)
                v->rank = find_rank(v, platform, steps);
        return v->rank;
}

static int no_match(const Packument *p, const Spec *spec, Error *e) {
        const char *name = spec->name ?: p->name;

        if (p->n_versions == 0)
                return error_set(e, -ENOENT, "the registry has no version of %s", name);
        return error_set(e, -ENOENT, "the registry has no version of %s that matches '%s'", name,
                         isempty(spec->fetch) ? "*" : spec->fetch);
}

/* The best of a range; NULL if there is none. */
static int pick_best(Packument *p, const Range *range, const Platform *platform, uint64_t *steps,
                     PackumentVersion **ret) {
        PackumentVersion *best = NULL;
        Rank best_rank = RANK_DEPRECATED_UNFIT;
        int r;

        r = packument_sort(p);
        if (r < 0)
                return r;

        for (size_t i = 0; i < p->n_sorted && best_rank != RANK_GOOD; i++) {
                PackumentVersion *v = p->sorted[i];
                Rank k;

                *steps += range_size(range);
                if (*steps > PICK_STEPS_MAX)
                        return -E2BIG;
                if (!range_test(range, &v->semver))
                        continue;
                k = version_rank(v, platform, steps);
                if (!best || k > best_rank) {
                        best = v;
                        best_rank = k;
                }
        }
        *ret = best;
        return 0;
}

static int pick_version(Packument *p, const Spec *spec, const Platform *platform, uint64_t *steps,
                        PackumentVersion **ret) {
        const char *latest, *tagged;
        PackumentVersion *v = NULL;
        char text[SEMVER_TEXT_MAX];
        Semver wanted;

        /* both lists are looked through for a name */
        *steps += p->n_tags + p->n_versions;
        if (*steps > PICK_STEPS_MAX)
                return -E2BIG;

        latest = packument_tag(p, "latest");
        if (spec->type == SPEC_TAG) {
                tagged = packument_tag(p, spec->fetch);
                v = tagged ? packument_version(p, tagged) : NULL;
        } else if (spec->type == SPEC_VERSION) {
                /* npm also takes several "v" or "=" before it here, but such a text is no version
                 * to begin with */
                if (semver_parse(slice(spec->fetch), SEMVER_LOOSE, &wanted) >= 0)
                        v = packument_version(p, semver_format(&wanted, text));
        } else {
                bool any = isempty(spec->fetch) || streq(spec->fetch, "*");

                if (latest && (any || range_test_text(spec->range, slice(latest)))) {
                        v = packument_version(p, latest);
                        if (v && version_rank(v, platform, steps) != RANK_GOOD)
                                v = NULL;
                }
                if (!v)
                        return pick_best(p, spec->range, platform, steps, ret);
        }
        *ret = v;
        return 0;
}

int pick_manifest(Packument *p, const Spec *spec, const Platform *platform, uint64_t *steps,
                  Error *e, Manifest **ret) {
        PackumentVersion *v = NULL;
        uint64_t own = 0;
        int r;

        r = pick_version(p, spec, platform, steps ?: &own, &v);
        if (r == -E2BIG)
                return error_set(e, r, "choosing a version of %s takes more than %d comparisons",
                                 spec->name ?: p->name, PICK_STEPS_MAX);
        if (r < 0)
                return r;
        if (!v)
                return no_match(p, spec, e);
        return packument_manifest(p, v, e, ret);
}
