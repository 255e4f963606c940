/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "universe.h"

#include "basic/string-util.h"
#include "npm/registry/manifest-parse.h"
#include "npm/registry/packument-parse.h"
#include "npm/tree/contents.h"

#define WANTS_MAX 4096 /* under way at once; a universe has fewer names than that by far */

static const char *const plain_names[UNIVERSE_NAMES_MAX] = {
        "root", "a", "b", "c", "d", "e", "f", "g", "h", "i", "@s/j", "k", "l", "m", "n", "o",
};

static const char *const odd_names[UNIVERSE_NAMES_MAX] = {
        "root",      "__proto__",    "constructor", "Case", "case", "toString", "hasOwnProperty",
        "node-gyp",  "@S/x",         "@s/x",        "a.b",  "a_b",  "A-B",      "valueOf",
        "prototype", "@s/__proto__",
};

static const char *const numbers[] = {
        "1.0.0", "1.1.0", "1.2.3", "2.0.0", "2.1.0", "3.0.0", "0.2.0", "2.0.0-rc.1",
};

static const char *const odd_numbers[] = {
        "", "1", "v1.0.0", "1.0.0 ", "latest", "99999999999999999999.0.0", "1.0.0-0123", "=1.0.0",
};

static const char *const ranges[] = {
        "*",      "*", "*",      "*",      "*", "1",      ">=1",   ">=1",
        "^1.0.0", "2", "^2.0.0", "1 || 2", "3", "latest", "1.0.0",
};

static const char *const odd_ranges[] = {
        "b c",         "file:../x", "git+ssh://", "http://", "npm:",  "npm:npm:a@1",
        "npm:root@*",  ">",         "^^1",        "\\u0000", "a@b@c", "link:.",
        "workspace:*", "x/y/z",     "npm:@s/j",   "0 || <",
};

const char *universe_kind_to_string(UniverseKind kind) {
        static const char *const table[_UNIVERSE_KIND_MAX] = {
                [UNIVERSE_PLAIN] = "plain",
                [UNIVERSE_PEERS] = "peers",
                [UNIVERSE_OPTIONAL_PEERS] = "optional-peers",
                [UNIVERSE_PLATFORMS] = "platforms",
                [UNIVERSE_ALIASES] = "aliases",
                [UNIVERSE_BUNDLES] = "bundles",
                [UNIVERSE_TANGLE] = "tangle",
                [UNIVERSE_NAMES] = "names",
                [UNIVERSE_WRONG] = "wrong",
        };

        return table[kind];
}

/* splitmix64 */
static uint64_t next(Universe *u) {
        uint64_t z = u->state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        return z ^ z >> 31;
}

static unsigned below(Universe *u, unsigned n) {
        return (unsigned) (next(u) % n);
}

static bool chance(Universe *u, unsigned percent) {
        return below(u, 100) < percent;
}

#define ONE_OF(u, array) ((array)[below(u, (unsigned) ELEMENTSOF(array))])

const char *universe_name(const Universe *u, unsigned i) {
        return u->kind == UNIVERSE_NAMES ? odd_names[i] : plain_names[i];
}

static void write_range(Universe *u, FILE *f) {
        if (u->kind == UNIVERSE_WRONG && chance(u, 15)) {
                static const char *const types[] = { "7", "null", "{}", "[\"1\"]", "true" };

                if (chance(u, 30))
                        (void) fputs(ONE_OF(u, types), f);
                else
                        (void) fprintf(f, "\"%s\"", ONE_OF(u, odd_ranges));
        } else if (u->kind == UNIVERSE_ALIASES && chance(u, 40))
                (void) fprintf(f, "\"npm:%s@%s\"", universe_name(u, 1 + below(u, u->n_names - 1)),
                               ONE_OF(u, ranges));
        else
                (void) fprintf(f, "\"%s\"", ONE_OF(u, ranges));
}

/* Up to `most` others (also the package itself, where that is the point). */
static void write_list(Universe *u, FILE *f, const char *key, unsigned most, unsigned self) {
        unsigned n = below(u, most + 1), written = 0;
        bool again = u->kind == UNIVERSE_WRONG, itself = u->kind >= UNIVERSE_TANGLE;
        bool used[UNIVERSE_NAMES_MAX] = { false };

        if (n == 0)
                return;
        (void) fprintf(f, ",\"%s\":{", key);
        for (unsigned i = 0; i < n; i++) {
                unsigned name = below(u, u->n_names);

                if ((name == self && !itself) || (used[name] && !again))
                        continue;
                used[name] = true;
                (void) fprintf(f, "%s\"%s\":", written++ > 0 ? "," : "", universe_name(u, name));
                write_range(u, f);
        }
        (void) fputs("}", f);
}

static void write_meta(Universe *u, FILE *f) {
        unsigned written = 0;

        (void) fputs(",\"peerDependenciesMeta\":{", f);
        for (unsigned i = 0; i < u->n_names; i++)
                if (chance(u, 50))
                        (void) fprintf(f, "%s\"%s\":{\"optional\":true}", written++ > 0 ? "," : "",
                                       universe_name(u, i));
        (void) fputs("}", f);
}

/* Values of the wrong type, in the place of what is expected or after it. */
static void write_wrong(Universe *u, FILE *f) {
        static const char *const wrong[] = {
                ",\"dependencies\":[]",
                ",\"dependencies\":\"a\"",
                ",\"peerDependencies\":null",
                ",\"peerDependenciesMeta\":{\"a\":true,\"b\":{\"optional\":\"no\"},\"c\":[]}",
                ",\"bundleDependencies\":{\"a\":1}",
                ",\"bundleDependencies\":[1,null,\"a\"]",
                ",\"engines\":[\"node\"]",
                ",\"engines\":{\"node\":5}",
                ",\"os\":{\"linux\":1}",
                ",\"cpu\":7",
                ",\"dist\":[]",
                ",\"dist\":{\"tarball\":4,\"integrity\":{},\"shasum\":[]}",
                ",\"name\":7",
                ",\"version\":[]",
                ",\"name\":\"../x\"",
                ",\"bin\":{\"\":\"\",\"../x\":\"/etc\"}",
                ",\"license\":{\"type\":[]}",
                ",\"deprecated\":{}",
                ",\"funding\":[[[[[]]]]]",
                ",\"acceptDependencies\":{\"a\":{}}",
                ",\"_hasShrinkwrap\":\"yes\"",
                ",\"__proto__\":{\"dependencies\":{\"a\":\"1\"}}",
        };

        while (chance(u, 40))
                (void) fputs(ONE_OF(u, wrong), f);
}

static void write_platform(Universe *u, FILE *f) {
        static const char *const wants[] = {
                ",\"os\":[\"mars\"]",    ",\"os\":[\"!linux\"]",          ",\"cpu\":[\"x64\"]",
                ",\"os\":[\"linux\"]",   ",\"engines\":{\"node\":\"1\"}", ",\"libc\":[\"musl\"]",
                ",\"deprecated\":\"x\"",
        };

        if (chance(u, 40))
                (void) fputs(ONE_OF(u, wants), f);
}

static char *make_rest(Universe *u, unsigned self) {
        const UniverseKind k = u->kind;
        unsigned peers = k == UNIVERSE_TANGLE                                  ? 6
                         : k == UNIVERSE_PEERS || k == UNIVERSE_OPTIONAL_PEERS ? 2
                         : k == UNIVERSE_PLAIN || k == UNIVERSE_PLATFORMS      ? 0
                                                                               : 1;
        char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        if (!f)
                abort();
        write_list(u, f, "dependencies", self == 0 ? 4 : 2, self);
        write_list(u, f, "peerDependencies", peers, self);
        if (k == UNIVERSE_OPTIONAL_PEERS || (k >= UNIVERSE_TANGLE && chance(u, 30)))
                write_meta(u, f);
        if (k == UNIVERSE_PLATFORMS || k >= UNIVERSE_TANGLE)
                write_list(u, f, "optionalDependencies", 2, self);
        if (k == UNIVERSE_PLATFORMS && self != 0)
                write_platform(u, f);
        if (k == UNIVERSE_BUNDLES && chance(u, 40))
                (void) fputs(chance(u, 30) ? ",\"_hasShrinkwrap\":true"
                                           : ",\"bundleDependencies\":true",
                             f);
        if (k == UNIVERSE_WRONG)
                write_wrong(u, f);
        if (fclose(f) != 0)
                abort();
        return text;
}

void universe_make(Universe *u, UniverseKind kind, uint64_t seed) {
        *u = (Universe) { .kind = kind, .state = seed * _UNIVERSE_KIND_MAX + kind };
        u->n_names = 3 + below(u, UNIVERSE_NAMES_MAX - 3);
        u->failing = kind >= UNIVERSE_TANGLE && chance(u, 20);
        for (unsigned i = 0; i < u->n_names; i++)
                for (unsigned k = 0, first = below(u, 3); k < (i == 0 ? 1 : 2 + below(u, 2)); k++) {
                        bool odd = kind == UNIVERSE_WRONG && i > 0 && chance(u, 10);

                        u->versions[u->n_versions++] = (UniverseVersion) {
                                .name = i,
                                .version = strdup(odd ? ONE_OF(u, odd_numbers)
                                                      : numbers[i == 0 ? 0 : first + 2 * k]),
                                .rest = make_rest(u, i),
                        };
                }
}

void universe_done(Universe *u) {
        for (unsigned i = 0; i < u->n_versions; i++) {
                free(u->versions[i].version);
                free(u->versions[i].rest);
        }
        *u = (Universe) {};
}

char *universe_packument(const Universe *u, const char *name) {
        char *text = NULL;
        unsigned n = 0;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        if (!f)
                abort();
        (void) fprintf(f, "{\"name\":\"%s\",\"versions\":{", name);
        for (unsigned i = 0; i < u->n_versions; i++) {
                const UniverseVersion *v = u->versions + i;

                if (!streq(universe_name(u, v->name), name))
                        continue;
                (void) fprintf(f,
                               "%s\"%s\":{\"name\":\"%s\",\"version\":\"%s\",\"dist\":{"
                               "\"tarball\":\"http://h/%s/-/%s.tgz\",\"shasum\":\"%040x\"}%s}",
                               n++ > 0 ? "," : "", v->version, name, v->version, name, v->version,
                               i, v->rest);
        }
        (void) fputs("},\"dist-tags\":{", f);
        for (unsigned i = u->n_versions; n > 0 && i > 0; i--)
                if (streq(universe_name(u, u->versions[i - 1].name), name)) {
                        (void) fprintf(f, "\"latest\":\"%s\"", u->versions[i - 1].version);
                        break;
                }
        (void) fputs("}}", f);
        if (fclose(f) != 0)
                abort();
        if (n == 0)
                free(TAKE_PTR(text));
        return text;
}

static int answer_packument(Universe *u, Resolver *r, const Want *want) {
        _cleanup_(freep) char *text = universe_packument(u, want->name);
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Packument *p;
        int k;

        if (!text || (u->failing && chance(u, 5)))
                return resolver_feed_failure(r, want, -ENOENT, "the registry does not know it");
        k = packument_parse(text, strlen(text), &e, &p);
        return k < 0 ? resolver_feed_failure(r, want, k, error_text(&e, k))
                     : resolver_feed_packument(r, want, p);
}

/* What is inside an archive: anything, also what its package.json does not speak of. */
static int answer_contents(Universe *u, Resolver *r, const Want *want) {
        _cleanup_(contents_done) Contents c = { 0 };
        unsigned n = below(u, 5);

        if (u->failing && chance(u, 20))
                return resolver_feed_failure(r, want, -EBADMSG, "the archive is damaged");
        c.bundled = calloc(n + 1, sizeof(*c.bundled));
        if (!c.bundled)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                const UniverseVersion *v = u->versions + below(u, u->n_versions);
                const char *name = universe_name(u, v->name);
                _cleanup_(freep) char *text = NULL;
                char *path = NULL;
                Manifest *m;

                if (asprintf(&text, "{\"name\":\"%s\",\"version\":\"%s\"%s}", name, v->version,
                             v->rest) < 0 ||
                    asprintf(&path, "node_modules/%s%s%s", name,
                             chance(u, 40) ? "/node_modules/" : "",
                             chance(u, 40) ? universe_name(u, below(u, u->n_names)) : "") < 0)
                        return -ENOMEM;
                if (manifest_parse(slice(text), "it", NULL, &m) < 0) {
                        free(path);
                        continue;
                }
                c.bundled[c.n_bundled++] = (Bundled) { path, m };
        }
        return resolver_feed_contents(r, want, &c);
}

static int answer(void *userdata, Resolver *r, const Want *want) {
        Universe *u = userdata;

        switch (want->kind) {
        case WANT_PACKUMENT:
                return answer_packument(u, r, want);
        case WANT_CONTENTS:
                return answer_contents(u, r, want);
        default:
                return resolver_feed_failure(r, want, -ENOENT, "it is not in this universe");
        }
}

int drive_resolver(Resolver *r, bool backwards, AnswerWant answer_want, void *userdata, Error *e) {
        const Want *wants[WANTS_MAX], *want;
        size_t n = 0;
        int k;

        while ((k = resolver_run(r, e)) == 0) {
                do {
                        while (n < WANTS_MAX && (want = resolver_next_want(r)))
                                wants[n++] = want;
                        if (n == 0)
                                return -ENOTRECOVERABLE; /* it waits for nothing */
                        want = backwards ? wants[--n] : wants[0];
                        if (!backwards)
                                memmove(wants, wants + 1, --n * sizeof(*wants));
                        k = answer_want(userdata, r, want);
                        if (k < 0)
                                return k;
                } while (n > 0);
        }
        return k;
}

int universe_drive(Universe *u, Resolver *r, Error *e) {
        return drive_resolver(r, u->backwards, answer, u, e);
}
