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

/* What is chosen from, and how. */
typedef struct Pick {
        Packument *packument;
        const Platform *platform;
        uint64_t before_usec;
        uint64_t *steps;
} Pick;

static bool is_before(const Pick *k, const PackumentVersion *v) {
        return v->published_usec <= k->before_usec;
}

static int no_match(const Pick *k, const Spec *spec, Error *e) {
        const Packument *p = k->packument;
        const char *name = spec->name ?: p->name;

        if (p->n_versions == 0)
                return error_set(e, -ENOENT, "the registry has no version of %s", name);
        if (k->before_usec != USEC_INFINITY)
                return error_set(
                        e, -ENOENT,
                        "the registry has no version of %s that matches '%s' and is as old "
                        "as npm's setting 'before' or 'min-release-age' requires",
                        name, isempty(spec->fetch) ? "*" : spec->fetch);
        return error_set(e, -ENOENT, "the registry has no version of %s that matches '%s'", name,
                         isempty(spec->fetch) ? "*" : spec->fetch);
}

/* The best of a range; NULL if there is none. */
static int pick_best(const Pick *pick, const Range *range, PackumentVersion **ret) {
        Packument *p = pick->packument;
        PackumentVersion *best = NULL;
        Rank best_rank = RANK_DEPRECATED_UNFIT;
        int r;

        r = packument_sort(p);
        if (r < 0)
                return r;

        for (size_t i = 0; i < p->n_sorted && best_rank != RANK_GOOD; i++) {
                PackumentVersion *v = p->sorted[i];
                Rank k;

                *pick->steps += range_size(range);
                if (*pick->steps > PICK_STEPS_MAX)
                        return -E2BIG;
                if (!is_before(pick, v) || !range_test(range, &v->semver))
                        continue;
                k = version_rank(v, pick->platform, pick->steps);
                if (!best || k > best_rank) {
                        best = v;
                        best_rank = k;
                }
        }
        *ret = best;
        return 0;
}

static int pick_in_range(const Pick *k, const char *text, const Range *range,
                         PackumentVersion **ret) {
        const char *latest = packument_tag(k->packument, "latest");
        bool any = isempty(text) || streq(text, "*");
        PackumentVersion *v = NULL;

        if (latest && (any || range_test_text(range, slice(latest))))
                v = packument_version(k->packument, latest);
        if (v && is_before(k, v) && version_rank(v, k->platform, k->steps) == RANK_GOOD) {
                *ret = v;
                return 0;
        }
        return pick_best(k, range, ret);
}

/* The version that a tag leads to or, if that is too new, the best of those that are not above it.
 */
static int pick_tagged(const Pick *k, const char *tag, PackumentVersion **ret) {
        const char *tagged = packument_tag(k->packument, tag);
        PackumentVersion *v = tagged ? packument_version(k->packument, tagged) : NULL;
        _cleanup_(range_freep) Range *range = NULL;
        _cleanup_(freep) char *text = NULL;
        int r;

        if (!v || is_before(k, v)) {
                *ret = v;
                return 0;
        }
        if (strdupf(&text, "<=%s", tagged) < 0)
                return -ENOMEM;
        r = range_parse(slice(text), SEMVER_LOOSE, &range);
        if (r == -ENOMEM)
                return r;
        return r < 0 ? 0 : pick_in_range(k, text, range, ret);
}

static int pick_numbered(const Pick *k, const char *number, PackumentVersion **ret) {
        char text[SEMVER_TEXT_MAX];
        PackumentVersion *v;
        Semver wanted;

        /* npm also takes several "v" or "=" before it here, but such a text is no version to begin
         * with */
        if (semver_parse(slice(number), SEMVER_LOOSE, &wanted) < 0)
                return 0;
        v = packument_version(k->packument, semver_format(&wanted, text));
        if (v && is_before(k, v))
                *ret = v;
        return 0;
}

/* `ret` stays as it is if there is none. */
static int pick_version(const Pick *k, const Spec *spec, PackumentVersion **ret) {
        /* both lists are looked through for a name */
        *k->steps += k->packument->n_tags + k->packument->n_versions;
        if (*k->steps > PICK_STEPS_MAX)
                return -E2BIG;

        switch (spec->type) {
        case SPEC_TAG:
                return pick_tagged(k, spec->fetch, ret);
        case SPEC_VERSION:
                return pick_numbered(k, spec->fetch, ret);
        default:
                return pick_in_range(k, spec->fetch, spec->range, ret);
        }
}

int pick_manifest(Packument *p, const Spec *spec, const Platform *platform, uint64_t before_usec,
                  uint64_t *steps, Error *e, Manifest **ret) {
        PackumentVersion *v = NULL;
        uint64_t own = 0;
        const Pick k = { p, platform, before_usec, steps ?: &own };
        int r;

        r = pick_version(&k, spec, &v);
        if (r == -E2BIG)
                return error_set(e, r, "choosing a version of %s takes more than %d comparisons",
                                 spec->name ?: p->name, PICK_STEPS_MAX);
        if (r < 0)
                return r;
        if (!v)
                return no_match(&k, spec, e);
        return packument_manifest(p, v, e, ret);
}
