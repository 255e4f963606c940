/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Small trees from a made-up registry; tests/npm/test-trees.sh compares real ones with npm's. */

#include "basic/string-util.h"
#include "npm/registry/manifest-parse.h"
#include "npm/registry/npmrc-install.h"
#include "npm/registry/packument-parse.h"
#include "npm/registry/packument.h"
#include "npm/registry/platform.h"
#include "npm/spec/collate.h"
#include "npm/spec/spec-parse.h"
#include "npm/tree/contents.h"
#include "npm/tree/lockfile.h"
#include "npm/tree/resolver.h"
#include "npm/tree/tree-nodes.h"
#include "tap.h"

/* NAME@VERSION and the rest of its manifest. */
typedef struct Published {
        const char *name, *version, *rest;
} Published;

#define DEPENDS(list) ",\"dependencies\":{" list "}"
#define PEERS(list)   ",\"peerDependencies\":{" list "}"

static const Published registry[] = {
        { "simple", "1.0.0", DEPENDS("\"a\":\"^1\",\"b\":\"^1\"") },
        { "a", "1.0.0", DEPENDS("\"c\":\"^1\"") },
        { "a", "2.0.0", "" },
        { "b", "1.0.0", DEPENDS("\"c\":\"^2\"") },
        { "c", "1.0.0", "" },
        { "c", "1.5.0", "" },
        { "c", "2.0.0", "" },
        { "cycle", "1.0.0", DEPENDS("\"cycle-b\":\"1\"") },
        { "cycle-b", "1.0.0", DEPENDS("\"cycle\":\"1\"") },
        { "inside-out", "1.0.0", DEPENDS("\"swap\":\"1\"") },
        { "swap", "1.0.0", DEPENDS("\"inside-out\":\"2\"") },
        { "inside-out", "2.0.0", DEPENDS("\"swap\":\"2\"") },
        { "swap", "2.0.0", DEPENDS("\"inside-out\":\"1\"") },
        { "aliases", "1.0.0", DEPENDS("\"old-c\":\"npm:c@1\",\"c\":\"2\"") },
        { "natives", "1.0.0",
          ",\"optionalDependencies\":{\"for-linux\":\"1\",\"for-mars\":\"1\",\"missing\":\"1\"}" },
        { "for-linux", "1.0.0", ",\"os\":[\"linux\"]" },
        { "for-mars", "1.0.0", ",\"os\":[\"mars\"]" DEPENDS("\"only-mars\":\"1\"") },
        { "only-mars", "1.0.0", "" },
        { "mars-only", "1.0.0", ",\"os\":[\"mars\"]" },
        { "needs-missing", "1.0.0", DEPENDS("\"missing\":\"1\"") },
        { "needs-path", "1.0.0", DEPENDS("\"x\":\"file:../x\"") },
        { "needs-nonsense", "1.0.0", DEPENDS("\"a\":\"b c\"") },
        { "plugin", "1.0.0", PEERS("\"host\":\"^1\"") },
        { "host", "1.0.0", DEPENDS("\"c\":\"1\"") },
        { "host", "1.1.0", DEPENDS("\"c\":\"1\"") },
        { "host", "2.0.0", "" },
        { "pair", "1.0.0", DEPENDS("\"plugin\":\"1\",\"host\":\">=1\"") },
        { "clash", "1.0.0", PEERS("\"host\":\"2\",\"plugin\":\"1\"") },
        { "nested-clash", "1.0.0", DEPENDS("\"clash\":\"1\"") },
        { "maybe", "1.0.0",
          PEERS("\"host\":\"1\"") ",\"peerDependenciesMeta\":{\"host\":{\"optional\":true}}" },
        { "bundler", "1.0.0",
          DEPENDS("\"a\":\"1\",\"c\":\"2\"") ",\"bundleDependencies\":[\"a\"]" },
        { "wrapped", "1.0.0", DEPENDS("\"a\":\"1\"") ",\"_hasShrinkwrap\":true" },
        { "letters", "1.0.0", DEPENDS("\"Case\":\"1\",\"user\":\"1\"") },
        { "user", "1.0.0", DEPENDS("\"case\":\"1\"") },
        { "Case", "1.0.0", "" },
        { "case", "1.0.0", "" },
};

static const Platform platform = {
        .os = "linux", .cpu = "x64", .libc = "glibc", .node_version = "20.1.0"
};

static int answer_packument(Resolver *r, const Want *want) {
        _cleanup_(freep) char *text = NULL;
        bool any = false;
        Packument *p;
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        (void) fprintf(f, "{\"versions\":{");
        for (size_t i = 0; i < ELEMENTSOF(registry); i++)
                if (streq(registry[i].name, want->name)) {
                        (void) fprintf(f,
                                       "%s\"%s\":{\"name\":\"%s\",\"version\":\"%s\"%s,\"dist\":{"
                                       "\"tarball\":\"http://h/%s/-/%s-%s.tgz\"}}",
                                       any ? "," : "", registry[i].version, want->name,
                                       registry[i].version, registry[i].rest, want->name,
                                       want->name, registry[i].version);
                        any = true;
                }
        (void) fprintf(f, "}}");
        (void) fclose(f);
        if (!any)
                return resolver_feed_failure(r, want, -ENOENT, "the registry does not know it");
        if (packument_parse(text, size, NULL, &p) < 0)
                return -EBADMSG;
        return resolver_feed_packument(r, want, p);
}

static Manifest *manifest(const char *text) {
        Manifest *m = NULL;

        return manifest_parse(slice(text), "it", NULL, &m) < 0 ? NULL : m;
}

static int answer_contents(Resolver *r, const Want *want) {
        _cleanup_(contents_done) Contents c = { 0 };
        static const char shrinkwrap[] =
                "{\"packages\":{\"\":{},\"node_modules/"
                "a\":{\"version\":\"2.0.0\",\"dependencies\":{\"c\":\"1\"}},"
                "\"node_modules/a/node_modules/c\":{\"version\":\"1.0.0\",\"resolved\":\"http://"
                "elsewhere/c/-/c-1.0.0.tgz\"},"
                "\"node_modules/d\":{\"version\":\"1.0.0\",\"dev\":true},\"node_modules/"
                "e\":{\"version\":\"1.0.0\"}}}";

        if (streq(want->name, "bundler")) {
                c.bundled = calloc(2, sizeof(*c.bundled));
                c.n_bundled = 2;
                c.bundled[0] = (Bundled) { strdup("node_modules/a/node_modules/c"),
                                           manifest("{\"name\":\"c\",\"version\":\"1.1.1\"}") };
                c.bundled[1] = (Bundled) { strdup("node_modules/a"),
                                           manifest("{\"name\":\"a\",\"version\":\"1.9.9\","
                                                    "\"dependencies\":{\"c\":\"1\"}}") };
        } else if (json_parse(shrinkwrap, strlen(shrinkwrap), NULL, &c.shrinkwrap) < 0)
                return -EBADMSG;
        return resolver_feed_contents(r, want, &c);
}

static int drive(Resolver *r, bool backwards, Error *e) {
        const Want *wants[64], *want;
        size_t n = 0;
        int k;

        while ((k = resolver_run(r, e)) == 0) {
                do {
                        while ((want = resolver_next_want(r)))
                                wants[n++] = want;
                        if (n == 0)
                                return -ENOTRECOVERABLE;
                        want = backwards ? wants[--n] : wants[0];
                        if (!backwards)
                                memmove(wants, wants + 1, --n * sizeof(*wants));
                        k = want->kind == WANT_CONTENTS ? answer_contents(r, want)
                                                        : answer_packument(r, want);
                        if (k < 0)
                                return k;
                } while (n > 0);
        }
        return k;
}

/* "a@1.0.0 a>b@2.0.0 …", or why not. */
static char *resolve(const char *text, bool backwards) {
        _cleanup_(resolver_freep) Resolver *r = NULL;
        _cleanup_(spec_freep) Spec *spec = NULL;
        _cleanup_(freep) Node **nodes = NULL;
        Error e = ERROR_NULL;
        char *out = NULL;
        size_t n = 0, size;
        FILE *f;
        int k;

        k = spec_parse(text, &e, &spec);
        if (k >= 0)
                k = resolver_new(spec, &platform, &NPMRC_INSTALL_DEFAULT, &r);
        if (k >= 0)
                k = drive(r, backwards, &e);
        if (k < 0) {
                out = strdup(error_text(&e, k));
                error_clear(&e);
                return out;
        }

        if (tree_list(resolver_tree(r), &nodes, &n) < 0)
                return NULL;
        f = open_memstream(&out, &size);
        for (size_t i = 0; i < n; i++) {
                const char *s = nodes[i]->location + strlen("node_modules/"), *next;

                for (; (next = strstr(s, "/node_modules/")); s = next + strlen("/node_modules/"))
                        (void) fprintf(f, "%.*s>", (int) (next - s), s);
                (void) fprintf(f, "%s@%s%s%s", s, nodes[i]->manifest->version,
                               nodes[i]->link ? "=" : "", i + 1 < n ? " " : "");
        }
        (void) fclose(f);
        return out;
}

static void check(const char *spec, const char *want) {
        for (unsigned backwards = 0; backwards < 2; backwards++) {
                _cleanup_(freep) char *got = resolve(spec, backwards);

                printf("# %s%s\n", spec, backwards ? ", answered backwards" : "");
                ok_str(got, want);
        }
}

static void refused(const char *spec, const char *mentions) {
        _cleanup_(freep) char *got = resolve(spec, /* backwards= */ false);

        printf("# %s: %s\n", spec, got);
        ok(got && strstr(got, mentions));
}

static void lock_file(void) {
        _cleanup_(resolver_freep) Resolver *r = NULL;
        _cleanup_(json_object_putp) json_object *lock = NULL, *hidden = NULL;
        _cleanup_(spec_freep) Spec *spec = NULL;
        _cleanup_(freep) char *text = NULL, *hidden_text = NULL, *root = NULL;
        json_object *packages, *entry;

        ok(spec_parse("natives", NULL, &spec) == 0 &&
           resolver_new(spec, &platform, &NPMRC_INSTALL_DEFAULT, &r) == 0);
        ok(drive(r, false, NULL) == 1);
        text = lockfile_write(resolver_tree(r), LOCKFILE_PROJECT, "top");
        hidden_text = lockfile_write(resolver_tree(r), LOCKFILE_HIDDEN, "top");
        root = lockfile_write_root(resolver_tree(r), "top");
        ok(text && json_parse(text, strlen(text), NULL, &lock) == 0);
        ok(hidden_text && json_parse(hidden_text, strlen(hidden_text), NULL, &hidden) == 0);
        ok(json_get_int(lock, "lockfileVersion", 0) == 3);

        packages = json_get(lock, "packages");
        ok_str(json_get_string(json_get(json_get(packages, ""), "dependencies"), "natives"),
               "^1.0.0");
        entry = json_get(packages, "node_modules/for-mars");
        ok(json_get_bool(entry, "optional", false) && json_has(entry, "os"));
        ok_str(json_get_string(entry, "resolved"), "http://h/for-mars/-/for-mars-1.0.0.tgz");
        ok(!json_has(packages, "node_modules/missing"));
        packages = json_get(hidden, "packages");
        ok(json_has(packages, "node_modules/for-linux") &&
           !json_has(packages, "node_modules/for-mars") && !json_has(packages, ""));
        ok_str(root, "{\n  \"name\": \"top\",\n  \"private\": true,\n  \"dependencies\": {\n    "
                     "\"natives\": \"^1.0.0\"\n  }\n}\n");
}

static void orders(void) {
        ok(collate("a-b", "ab") < 0);
        ok(collate("_a", "-a") < 0);
        ok(collate("a", "A") < 0);
        ok(collate("A", "ab") < 0);
        ok(collate("ab", "Aa") > 0);
        ok(collate("@s/a", "1") < 0);
        ok(collate("node_modules/eslint", "node_modules/eslint-a") < 0);
        ok(collate("x", "x") == 0);
}

int main(void) {
        check("simple", "a@1.0.0 b@1.0.0 b>c@2.0.0 c@1.5.0 simple@1.0.0");
        check("c@1", "c@1.5.0");
        check("cycle", "cycle@1.0.0 cycle-b@1.0.0");
        check("inside-out@1", "inside-out@1.0.0 swap@1.0.0 swap>inside-out@2.0.0 swap>swap@2.0.0 "
                              "swap>swap>inside-out@1.0.0 swap>swap>swap@1.0.0=");
        check("aliases", "aliases@1.0.0 c@2.0.0 old-c@1.5.0");
        check("renamed@npm:c@1", "renamed@1.5.0");
        check("natives", "for-linux@1.0.0 natives@1.0.0");
        check("plugin", "c@1.5.0 host@1.1.0 plugin@1.0.0");
        check("pair", "c@1.5.0 host@1.1.0 pair@1.0.0 plugin@1.0.0");
        check("maybe", "maybe@1.0.0");
        check("bundler", "bundler@1.0.0 bundler>a@1.9.9 bundler>a>c@1.1.1 c@2.0.0");
        check("wrapped", "wrapped@1.0.0 wrapped>a@2.0.0 wrapped>a>c@1.0.0");
        check("letters", "Case@1.0.0 letters@1.0.0 user@1.0.0 user>case@1.0.0");

        refused("nested-clash", "too large"); /* npm never ends here */
        refused("clash", "conflict");
        refused("c@9", "no version of c that matches '9'");
        refused("missing", "does not know it");
        refused("needs-missing", "needs-missing");
        refused("needs-path", "path");
        refused("needs-nonsense", "'b c'");
        refused("mars-only", "does not run on linux");

        lock_file();
        orders();
        return tap_done();
}
