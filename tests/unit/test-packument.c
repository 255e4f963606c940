/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading the registry's documents, and choosing a version. */

#include "basic/string-util.h"
#include "npm/registry/manifest-parse.h"
#include "npm/registry/packument-parse.h"
#include "npm/registry/pick.h"
#include "npm/registry/platform.h"
#include "npm/spec/spec-parse.h"
#include "npm/spec/spec.h"
#include "tap.h"

static const Platform platform = {
        .os = "linux", .cpu = "x64", .libc = "glibc", .node_version = "20.1.0"
};

static Packument *parse(const char *text) {
        Packument *p = NULL;

        return packument_parse(text, strlen(text), NULL, &p) < 0 ? NULL : p;
}

/* The version that is chosen, "-" if there is none. */
static const char *pick(const char *text, const char *wanted) {
        static char version[SEMVER_TEXT_MAX];
        _cleanup_(packument_freep) Packument *p = parse(text);
        _cleanup_(spec_freep) Spec *spec = NULL;
        Manifest *m;

        if (!p || spec_resolve("mod", wanted, NULL, &spec) < 0)
                return "?";
        return pick_manifest(p, spec, &platform, USEC_INFINITY, NULL, NULL, &m) < 0
                       ? "-"
                       : strcpy(version, m->version);
}

#define V(version, more) "\"" version "\":{\"name\":\"mod\",\"version\":\"" version "\"" more "}"

/* clang-format would take V() for a call. */
/* clang-format off */
static const char plain[] =
        "{\"name\":\"mod\",\"dist-tags\":{\"latest\":\"1.2.0\",\"next\":\"3.0.0-rc\",\"gone\":\"7.7.7\"},\"versions\":{"
        V("1.0.0", "") ","
        V("1.2.0", "") ","
        V("1.3.0", "") ","
        V("2.0.0", "") ","
        V("3.0.0-rc", "") "}}";

static const char choosy[] =
        "{\"dist-tags\":{\"latest\":\"1.3.0\"},\"versions\":{"
        V("1.0.0", "") ","
        V("1.1.0", ",\"deprecated\":\"old\"") ","
        V("1.2.0", ",\"engines\":{\"node\":\">=99\"}") ","
        V("1.3.0", ",\"deprecated\":\"\\u0061\"") ","
        V("2.0.0", ",\"engines\":{\"node\":\">=99\"},\"deprecated\":true") ","
        V("2.1.0", ",\"deprecated\":\"x\"") ","
        V("3.0.0", ",\"engines\":[\"node\"],\"deprecated\":false") "}}";
/* clang-format on */

static void choosing(void) {
        ok_str(pick(plain, "*"), "1.2.0");
        ok_str(pick(plain, ""), "1.2.0");
        ok_str(pick(plain, "^1"), "1.2.0");
        ok_str(pick(plain, ">1.2"), "2.0.0");
        ok_str(pick(plain, "1.0.0"), "1.0.0");
        ok_str(pick(plain, "=v1.0.0"), "1.0.0");
        ok_str(pick(plain, "next"), "3.0.0-rc");
        ok_str(pick(plain, ">=3.0.0-0"), "3.0.0-rc");
        ok_str(pick(plain, "gone"), "-");
        ok_str(pick(plain, "nowhere"), "-");
        ok_str(pick(plain, "^4"), "-");
        ok_str(pick("{}", "*"), "-");

        ok_str(pick(choosy, "^1"), "1.0.0"); /* latest is deprecated, 1.2.0 wants another node */
        ok_str(pick(choosy, ">=1.1 <2"), "1.3.0"); /* deprecated is better than not running */
        ok_str(pick(choosy, "^2"), "2.1.0");
        ok_str(pick(choosy, "2.0.0"), "2.0.0");
        ok_str(pick(choosy, "*"), "3.0.0");
}

static void manifests(void) {
        static const char text[] =
                "{\"name\":\"@a/"
                "mod\",\"version\":\"=01.2.3\",\"dependencies\":{\"x\":\"1\",\"y\":\"2\",\"z\":"
                "\"3\"},"
                "\"optionalDependencies\":{\"y\":\"4\"},\"peerDependencies\":{\"p\":\"5\",\"q\":"
                "\"6\",\"z\":\"7\"},"
                "\"peerDependenciesMeta\":{\"p\":{\"optional\":true}},\"bundledDependencies\":["
                "\"x\"],"
                "\"scripts\":{\"postinstall\":\"x\"},\"license\":{\"type\":\"MIT\"},\"_"
                "hasShrinkwrap\":true,"
                "\"dist\":{\"tarball\":\"http://h/"
                "x.tgz\",\"shasum\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"}}";
        static const struct {
                const char *name, *spec;
                DependencyType type;
        } want[] = {
                { "q", "6", DEPENDENCY_PEER },     { "p", "5", DEPENDENCY_PEER_OPTIONAL },
                { "x", "1", DEPENDENCY_PROD },     { "z", "3", DEPENDENCY_PROD },
                { "y", "4", DEPENDENCY_OPTIONAL },
        };
        static const char *const refused[] = {
                "",
                "[]",
                "null",
                "{\"name\":\"m\"}",
                "{\"version\":\"1.0.0\"}",
                "{\"name\":\"../m\",\"version\":\"1.0.0\"}",
                "{\"name\":\"m\",\"version\":\"one\"}",
                "{\"name\":\"m\",\"version\":\"1.0.0\",\"dependencies\":{\"a\":1}}",
                "{\"name\":\"m\",\"version\":\"1.0.0\"} x",
                "{\"name\":\"m\\u0000\",\"version\":\"1.0.0\"}",
        };
        _cleanup_(manifest_freep) Manifest *m = NULL;

        ok(manifest_parse(slice(text), "text", NULL, &m) == 0);
        ok_str(m->name, "@a/mod");
        ok_str(m->version, "1.2.3");
        ok(m->n_dependencies == ELEMENTSOF(want));
        for (size_t i = 0; i < MIN2(m->n_dependencies, ELEMENTSOF(want)); i++) {
                ok_str(m->dependencies[i].name, want[i].name);
                ok_str(m->dependencies[i].spec, want[i].spec);
                ok(m->dependencies[i].type == want[i].type);
        }
        ok(manifest_bundles(m, "x") && !manifest_bundles(m, "y"));
        ok(m->has_install_script && m->has_shrinkwrap);
        ok_str(m->tarball, "http://h/x.tgz");
        ok_str(m->integrity, "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
        ok_str(json_get_string(m->json, "license"), "MIT");
        ok(!json_has(m->json, "scripts"));

        for (size_t i = 0; i < ELEMENTSOF(refused); i++) {
                Error e = ERROR_NULL;
                Manifest *none;

                printf("# %s\n", refused[i]);
                ok(manifest_parse(slice(refused[i]), "it", &e, &none) == -EBADMSG && e.message);
                error_clear(&e);
        }
}

static void hostile(void) {
        static const char *const broken[] = {
                "",
                "[]",
                "{",
                "{\"versions\":{\"1.0.0\":{}",
                "{\"versions\":[]}",
                "{\"versions\":{\"1.0.0\"}}",
                "{\"versions\":{\"1.0.0\":{]}}",
                "{\"versions\":{\"1.0.0\":\"x}}",
                "{\"a\":1 \"b\":2}",
        };
        _cleanup_(freep) char *many = malloc(PACKUMENT_VERSIONS_MAX * 16U + 64),
                              *deep = malloc(4096);
        _cleanup_(packument_freep) Packument *p = NULL;
        char *t;

        for (size_t i = 0; i < ELEMENTSOF(broken); i++) {
                printf("# %s\n", broken[i]);
                ok(!parse(broken[i]));
        }
        ok(packument_parse("{}", PACKUMENT_SIZE_MAX + 1UL, NULL, &p) == -EBADMSG);

        t = stpcpy(many, "{\"versions\":{");
        for (unsigned i = 0; i <= PACKUMENT_VERSIONS_MAX; i++)
                t += sprintf(t, "%s\"1.0.%u\":0", i ? "," : "", i);
        (void) strcpy(t, "}}");
        ok(!parse(many));

        t = stpcpy(deep, "{\"versions\":{\"1.0.0\":{\"dependencies\":");
        for (unsigned i = 0; i < 1000; i++)
                *t++ = '[';
        *t = 0;
        ok(!parse(deep));

        /* the last member of a name counts */
        p = parse("{\"versions\":{\"9.0.0\":{}},\"versions\":{" V("1.0.0", "") "," V(
                "2.0.0", "") "," V("2.0.0", ",\"os\":\"x\"") "}}");
        ok(p && p->n_versions == 3 && !packument_version(p, "9.0.0"));
        if (p) {
                Manifest *m;

                ok(packument_manifest(p, packument_version(p, "2.0.0"), NULL, &m) == 0 &&
                   json_has(m->json, "os"));
                ok(packument_manifest(p, packument_version(p, "1.0.0"), NULL, &m) == 0 &&
                   streq(m->version, "1.0.0"));
        }
}

static void platforms(void) {
        static const struct {
                const char *fields;
                bool fits;
        } cases[] = {
                { "", true },
                { ",\"os\":[\"linux\",\"darwin\"],\"cpu\":[\"x64\"]", true },
                { ",\"os\":[\"darwin\"]", false },
                { ",\"os\":[\"!win32\"]", true },
                { ",\"os\":[\"!linux\"]", false },
                { ",\"os\":\"linux\"", true },
                { ",\"os\":[\"any\"]", true },
                { ",\"os\":[]", true },
                { ",\"cpu\":[\"arm64\",\"!ia32\"]", false },
                { ",\"libc\":[\"glibc\"]", true },
                { ",\"libc\":[\"musl\"]", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(manifest_freep) Manifest *m = NULL;
                char text[256];

                (void) snprintf(text, sizeof(text), "{\"name\":\"m\",\"version\":\"1.0.0\"%s}",
                                cases[i].fields);
                printf("# %s\n", text);
                ok(manifest_parse(slice(text), "it", NULL, &m) == 0 &&
                   platform_fits(&platform, m) == cases[i].fits);
        }
        ok(platform_engines_fit(&platform, ">=18", NULL));
        ok(!platform_engines_fit(&platform, "<18", NULL));
        ok(!platform_engines_fit(&platform, "what", NULL));
        ok(platform_engines_fit(&(Platform) { .os = "linux" }, "<18", "<1"));
}

/* A registry signs name, version and hash: what a version says of itself has to be that version. */
static void versions_of_others(void) {
        static const char text[] = "{\"name\":\"mod\",\"versions\":{"
                                   "\"2.0.0\":{\"name\":\"mod\",\"version\":\"1.0.0\"},"
                                   "\"3.0.0\":{\"name\":\"mod\",\"version\":\"v3.0.0\",\"dist\":"
                                   "{\"signatures\":[1],\"other\":2}}}}";
        _cleanup_(packument_freep) Packument *p = parse(text);
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Manifest *m = NULL;

        ok(p);
        ok(packument_manifest(p, packument_version(p, "2.0.0"), &e, &m) == -EBADMSG && !m);
        ok(e.message && strstr(e.message, "1.0.0"));
        ok(packument_manifest(p, packument_version(p, "3.0.0"), NULL, &m) >= 0);
        ok_str(m->version, "3.0.0");
        ok_str(m->spelled, "v3.0.0");
        ok(json_object_is_type(m->signatures, json_type_array));
}

/* Why a version is deprecated is cut, between characters and escapes; what is no text is true. */
static void deprecation(void) {
        static const struct {
                const char *piece; /* of the text, again and again */
                size_t n, length;  /* of them, of what is left in the manifest */
        } cases[] = {
                { "x", 10, 10 },     { "x", 1022, 1022 },       { "x", 1023, 1022 },
                { "x", 2000, 1022 }, { "\xC3\xA9", 600, 1022 }, { "\xE2\x82\xAC", 600, 1020 },
                { "\\n", 600, 511 }, { "\\u0041", 600, 170 },   { "\\\"", 600, 511 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(packument_freep) Packument *p = NULL;
                char text[8192], *t;
                Manifest *m;

                t = stpcpy(text, "{\"versions\":{\"1.0.0\":{\"name\":\"mod\",\"version\":\"1.0.0\","
                                 "\"deprecated\":\"");
                for (size_t k = 0; k < cases[i].n; k++)
                        t = stpcpy(t, cases[i].piece);
                (void) strcpy(t, "\",\"os\":\"x\"}}}");
                p = parse(text);
                ok(p && packument_size(p) < PACKUMENT_DEPRECATED_MAX + 500);
                ok(p && packument_manifest(p, p->versions, NULL, &m) == 0 && m->deprecated &&
                   strlen(m->deprecated) == cases[i].length && json_has(m->json, "os"));
        }
        for (unsigned object = 0; object < 2; object++) {
                _cleanup_(packument_freep) Packument *p = NULL;
                char text[4096];
                Manifest *m;

                (void) snprintf(
                        text, sizeof(text),
                        "{\"versions\":{" V("1.0.0", ",\"deprecated\":%s\"%02000d\"%s") "}}",
                        object ? "{\"a\":" : "[", 7, object ? "}" : "]");
                p = parse(text);
                ok(p && packument_size(p) < 500);
                ok(p && packument_manifest(p, p->versions, NULL, &m) == 0 && m->deprecated);
        }
}

int main(void) {
        deprecation();
        choosing();
        manifests();
        hostile();
        platforms();
        versions_of_others();
        return tap_done();
}
