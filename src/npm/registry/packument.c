/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/packument.h"

#include "basic/string-util.h"
#include "npm/registry/manifest-parse.h"

#define NAME_SIZE       40 /* bytes of a version or tag, and of keeping them, as most are */
#define MANIFEST_FACTOR 16 /* a parsed manifest takes six to twenty times its text */

void packument_drop_versions(Packument *p) {
        for (size_t i = 0; i < p->n_versions; i++) {
                free(p->versions[i].text);
                manifest_free(p->versions[i].manifest);
        }
        p->n_versions = 0;
}

void packument_drop_tags(Packument *p) {
        for (size_t i = 0; i < p->n_tags; i++) {
                free(p->tags[i].name);
                free(p->tags[i].version);
        }
        p->n_tags = 0;
}

Packument *packument_free(Packument *p) {
        if (!p)
                return NULL;
        packument_drop_versions(p);
        packument_drop_tags(p);
        free(p->versions);
        free(p->sorted);
        free(p->tags);
        free(p->document);
        free(p->name);
        free(p);
        return NULL;
}

size_t packument_size(const Packument *p) {
        const PackumentVersion *last = p->n_versions > 0 ? p->versions + p->n_versions - 1 : NULL;
        size_t size = last ? (size_t) (last->json.s + last->json.n - p->document) : 0;

        return size + p->parsed_size * MANIFEST_FACTOR +
               p->n_versions * (sizeof(PackumentVersion) + NAME_SIZE) +
               p->n_tags * (sizeof(PackumentTag) + 2 * NAME_SIZE);
}

PackumentVersion *packument_version(Packument *p, const char *version) {
        /* as in JavaScript, the last one counts */
        for (size_t i = p->n_versions; i > 0; i--)
                if (streq(p->versions[i - 1].text, version))
                        return p->versions + i - 1;
        return NULL;
}

const char *packument_tag(const Packument *p, const char *tag) {
        for (size_t i = p->n_tags; i > 0; i--)
                if (streq(p->tags[i - 1].name, tag))
                        return p->tags[i - 1].version;
        return NULL;
}

/* Highest first, equal ones in the document's order. */
static int compare_versions(const void *a, const void *b) {
        const PackumentVersion *x = *(PackumentVersion *const *) a,
                               *y = *(PackumentVersion *const *) b;
        int r = semver_compare(&y->semver, &x->semver);

        return r != 0 ? r : (x > y) - (x < y);
}

int packument_sort(Packument *p) {
        if (p->sorted)
                return 0;

        p->sorted = calloc(p->n_versions + 1, sizeof(*p->sorted));
        if (!p->sorted)
                return -ENOMEM;
        for (size_t i = 0; i < p->n_versions; i++)
                if (p->versions[i].valid)
                        p->sorted[p->n_sorted++] = p->versions + i;
        qsort(p->sorted, p->n_sorted, sizeof(*p->sorted), compare_versions);
        return 0;
}

/* A version that passes itself off as another would bring the other's signatures along. */
static int check_version(const PackumentVersion *v, const Manifest *m, const char *what, Error *e) {
        char text[SEMVER_TEXT_MAX];

        if (!v->valid || streq(m->version, semver_format(&v->semver, text)))
                return 0;
        return error_set(e, -EBADMSG, "%s is for version %s", what, m->version);
}

int packument_manifest(Packument *p, PackumentVersion *v, Error *e, Manifest **ret) {
        _cleanup_(manifest_freep) Manifest *m = NULL;
        _cleanup_(freep) char *what = NULL;
        int r;

        if (v->manifest) {
                *ret = v->manifest;
                return 0;
        }
        if (strdupf(&what, "the manifest of %s@%s", p->name, v->text) < 0)
                return -ENOMEM;
        if (v->json.n > PACKUMENT_MANIFEST_MAX)
                return error_set(e, -EBADMSG, "%s is larger than %u MiB", what,
                                 PACKUMENT_MANIFEST_MAX / 1048576);
        r = manifest_parse(v->json, what, e, &m);
        if (r < 0)
                return r;
        r = check_version(v, m, what, e);
        if (r < 0)
                return r;
        p->parsed_size += v->json.n;
        *ret = v->manifest = TAKE_PTR(m);
        return 0;
}
