/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/packument-parse.h"

#include "basic/string-util.h"
#include "npm/registry/json-scan.h"
#include "npm/registry/packument-times.h"

/* Room for one more in an array that grows by doubling. */
static int grow_array(void **array, size_t n, size_t item) {
        void *more;

        if (n != 0 && (n < 16 || (n & (n - 1)) != 0))
                return 0;
        more = reallocarray(*array, MAX2(n * 2, 16U), item);
        if (!more)
                return -ENOMEM;
        *array = more;
        return 0;
}

/* What is copied of a version, or of a member of it. */
typedef struct Wanted {
        const char *key;
        const struct Wanted *members; /* of its own; NULL: all */
        size_t size_max;              /* a longer value is cut; 0: none is */
} Wanted;

static const Wanted wanted_dist[] = {
        { "tarball" }, { "integrity" }, { "shasum" }, { "signatures" }, { NULL }
};
static const Wanted wanted_scripts[] = {
        { "install" }, { "preinstall" }, { "postinstall" }, { NULL }
};
static const Wanted wanted_version[] = {
        { "name" },
        { "version" },
        { "dependencies" },
        { "optionalDependencies" },
        { "peerDependencies" },
        { "peerDependenciesMeta" },
        { "acceptDependencies" },
        { "bundleDependencies" },
        { "bundledDependencies" },
        { "engines" },
        { "os" },
        { "cpu" },
        { "libc" },
        { "deprecated", .size_max = PACKUMENT_DEPRECATED_MAX },
        { "license" },
        { "funding" },
        { "bin" },
        { "workspaces" },
        { "hasInstallScript" },
        { "_hasShrinkwrap" },
        { "dist", wanted_dist },
        { "scripts", wanted_scripts },
        { NULL },
};

static const Wanted *find_wanted(const Wanted *wanted, Slice key) {
        for (; wanted->key; wanted++)
                if (slice_is(key, wanted->key))
                        return wanted;
        return NULL;
}

static void append_bytes(char **out, const char *s, size_t n) {
        memcpy(*out, s, n);
        *out += n;
}

/* What is left of a text that is cut, without its closing quote: whole characters and escapes. */
static size_t cut_text(Slice text, size_t max) {
        size_t n = 1, next = 1;

        while (next < max) {
                n = next;
                if (text.s[n] == '\\')
                        next = n + (text.s[n + 1] == 'u' ? 6 : 2);
                else
                        for (next = n + 1;
                             next < text.n && ((uint8_t) text.s[next] & 0xC0) == 0x80;)
                                next++;
        }
        return n;
}

static void append_value(char **out, Slice value, size_t max) {
        if (max == 0 || value.n <= max)
                append_bytes(out, value.s, value.n);
        else if (value.s[0] == '"') {
                append_bytes(out, value.s, cut_text(value, max));
                append_bytes(out, "\"", 1);
        } else /* that it is there, and not false, is all that counts */
                append_bytes(out, "true", 4);
}

/* Copies the wanted members of the value the scan stands before: never longer than what was read.
 */
static int copy_wanted(JsonScan *outer, const Wanted *wanted, char **out) {
        Slice key, value;
        JsonScan s;
        int r;

        if (json_scan_enter(outer, '{', &s) < 0) {
                r = json_scan_skip(outer, &value);
                if (r < 0)
                        return r;
                append_bytes(out, value.s, value.n);
                return 0;
        }

        append_bytes(out, "{", 1);
        while ((r = json_scan_next_key(&s, &key)) > 0) {
                const Wanted *w = find_wanted(wanted, key);

                if (!w) {
                        r = json_scan_skip(&s, &value);
                        if (r < 0)
                                return r;
                        continue;
                }
                if ((*out)[-1] != '{')
                        append_bytes(out, ",", 1);
                append_bytes(out, key.s - 1, key.n + 2);
                append_bytes(out, ":", 1);
                if (w->members) {
                        r = copy_wanted(&s, w->members, out);
                        if (r < 0)
                                return r;
                        continue;
                }
                r = json_scan_skip(&s, &value);
                if (r < 0)
                        return r;
                append_value(out, value, w->size_max);
        }
        append_bytes(out, "}", 1);
        json_scan_leave(outer, &s);
        return r;
}

static int load_versions(Packument *p, JsonScan *outer, char **out, Error *e) {
        JsonScan s;
        Slice key;
        int r;

        r = json_scan_enter(outer, '{', &s);
        if (r < 0)
                return error_set(e, r, "'versions' is not an object");

        packument_drop_versions(p);
        *out = p->document;
        while ((r = json_scan_next_key(&s, &key)) > 0) {
                PackumentVersion *v;

                if (p->n_versions >= PACKUMENT_VERSIONS_MAX)
                        return error_set(e, -EBADMSG, "it has more than %d versions",
                                         PACKUMENT_VERSIONS_MAX);
                r = grow_array((void **) &p->versions, p->n_versions, sizeof(*v));
                if (r < 0)
                        return r;
                v = p->versions + p->n_versions;
                *v = (PackumentVersion) { .json.s = *out };
                r = json_scan_key(key, &v->text);
                if (r < 0)
                        return r;
                p->n_versions++;
                r = copy_wanted(&s, wanted_version, out);
                if (r < 0)
                        return r;
                v->json.n = (size_t) (*out - v->json.s);
                v->valid = semver_parse(slice(v->text), SEMVER_LOOSE, &v->semver) >= 0;
        }
        json_scan_leave(outer, &s);
        return r;
}

static int load_tags(Packument *p, JsonScan *outer, Error *e) {
        Slice key, value;
        JsonScan s;
        int r;

        r = json_scan_enter(outer, '{', &s);
        if (r < 0)
                return error_set(e, r, "'dist-tags' is not an object");

        packument_drop_tags(p);
        while ((r = json_scan_member(&s, &key, &value)) > 0) {
                PackumentTag *t;

                if (value.s[0] != '"')
                        continue;
                if (p->n_tags >= PACKUMENT_TAGS_MAX)
                        return error_set(e, -EBADMSG, "it has more than %d dist-tags",
                                         PACKUMENT_TAGS_MAX);
                r = grow_array((void **) &p->tags, p->n_tags, sizeof(*t));
                if (r < 0)
                        return r;
                t = p->tags + p->n_tags;
                *t = (PackumentTag) { 0 };
                r = json_scan_key(key, &t->name);
                if (r < 0)
                        return r;
                p->n_tags++;
                r = json_scan_string(value, &t->version);
                if (r < 0)
                        return r;
        }
        json_scan_leave(outer, &s);
        return r;
}

static int load_name(Packument *p, JsonScan *s) {
        char *name = NULL;
        Slice value;
        int r;

        r = json_scan_skip(s, &value);
        if (r < 0)
                return r;
        if (json_scan_string(value, &name) >= 0) {
                free(p->name);
                p->name = name;
        }
        return 0;
}

static int load_document(Packument *p, Slice document, Error *e) {
        Slice key, value, times = {};
        char *out = p->document;
        JsonScan s;
        int r;

        r = json_scan_open(document, '{', &s);
        if (r < 0)
                return error_set(e, r, "not a JSON object");
        while ((r = json_scan_next_key(&s, &key)) > 0) {
                if (slice_is(key, "versions"))
                        r = load_versions(p, &s, &out, e);
                else if (slice_is(key, "dist-tags"))
                        r = load_tags(p, &s, e);
                else if (slice_is(key, "name"))
                        r = load_name(p, &s);
                else if (slice_is(key, "time"))
                        r = json_scan_skip(&s, &times);
                else
                        r = json_scan_skip(&s, &value);
                if (r < 0)
                        return r;
        }
        return r < 0 || times.n == 0 ? r : packument_load_times(p, times);
}

/* Gives back what was not used of the copy. */
static void shrink_document(Packument *p) {
        const PackumentVersion *last = p->n_versions > 0 ? p->versions + p->n_versions - 1 : NULL;
        size_t used = last ? (size_t) (last->json.s + last->json.n - p->document) : 0;
        char *old = p->document, *document;

        document = realloc(old, used + 1);
        if (!document)
                return;
        p->document = document;
        for (size_t i = 0, offset = 0; i < p->n_versions; i++) {
                p->versions[i].json.s = document + offset;
                offset += p->versions[i].json.n;
        }
}

int packument_parse(const char *text, size_t size, Error *e, Packument **ret) {
        _cleanup_(packument_freep) Packument *p = NULL;
        int r;

        if (size > PACKUMENT_SIZE_MAX)
                return error_set(e, -EBADMSG, "the packument is larger than %u MiB",
                                 PACKUMENT_SIZE_MAX / 1048576);
        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        p->document = malloc(size + 1);
        p->name = strdup("a package without a name");
        if (!p->document || !p->name)
                return -ENOMEM;

        r = load_document(p, (Slice) { text, size }, e);
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                (void) error_set(e, -EBADMSG,
                                 r == -E2BIG ? "it is nested too deep" : "it is not valid JSON");
                return error_prefix(e, -EBADMSG, "the packument of %s", p->name);
        }
        shrink_document(p);
        *ret = TAKE_PTR(p);
        return 0;
}
