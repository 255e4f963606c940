/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The resolver on registries made up at random: it ends, without a crash, in a tree that holds
 * together or in a sentence. A few hundred seeds; with PM2CTL_TEST_THOROUGH=1 many more.
 *
 *   test-resolver-random KIND SEED    prints that universe and what it came to, as JSON: what
 *                                     tests/npm/random-diff.js compares with npm's own answer */

#include <signal.h>

#include "basic/json.h"
#include "basic/string-util.h"
#include "npm/registry/npmrc-install.h"
#include "npm/spec/spec-parse.h"
#include "npm/tree/lockfile.h"
#include "npm/tree/tree-nodes.h"
#include "tap.h"
#include "universe.h"

#define SEEDS          40
#define SEEDS_THOROUGH 20000
#define HANG_SECONDS   300 /* what ends ends in milliseconds; a loaded machine gets its time */

/* Those that showed something once. */
static const struct {
        UniverseKind kind;
        uint64_t seed;
} known[] = {
        { UNIVERSE_PEERS, 395 }, /* what a placement took out is asked for its children */
        { UNIVERSE_PEERS, 523 },
        { UNIVERSE_PEERS, 1932 },
};

static const Platform platform = {
        .os = "linux", .cpu = "x64", .libc = "glibc", .node_version = "20.1.0"
};

static int resolve(Universe *u, Error *e, Spec **ret_spec, Resolver **ret) {
        int k;

        k = spec_parse("root", e, ret_spec);
        if (k < 0)
                return k;
        k = resolver_new(*ret_spec, &platform, &NPMRC_INSTALL_DEFAULT, ret);
        return k < 0 ? k : universe_drive(u, *ret, e);
}

/* A line for each package, or the sentence. */
static char *describe(Resolver *r, int k, const Error *e) {
        _cleanup_(freep) Node **nodes = NULL;
        char *text = NULL;
        size_t n, size;
        FILE *f;

        if (k < 0)
                return strdup(error_text(e, k));
        if (tree_list(resolver_tree(r), &nodes, &n) < 0)
                return NULL;
        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        for (size_t i = 0; i < n; i++)
                (void) fprintf(f, "%s %s%s\n", nodes[i]->location, nodes[i]->manifest->version,
                               nodes[i]->link ? " link" : "");
        return fclose(f) == 0 ? text : NULL;
}

static const char *broken_node(const Tree *t, const Node *n) {
        if (!n->location || !n->parent || !n->parent->location)
                return "a package has no place";
        if (tree_child(t, n->parent, n->name) != n)
                return "another package is in its place";
        if (!endswith(n->location, n->name->text))
                return "its place has another name";
        NODE_FOREACH_EDGE(e, n)
                if (e->to && e->to->root != t->root)
                        return "a dependency is answered outside of the tree";
        return NULL;
}

/* What cannot be true of any tree; NULL if all is well. */
static const char *find_fault(Resolver *r) {
        _cleanup_(freep) Node **nodes = NULL;
        const Tree *t = resolver_tree(r);
        size_t n;

        if (tree_list(t, &nodes, &n) < 0)
                return "out of memory";
        for (size_t i = 0; i < n; i++) {
                const char *fault = broken_node(t, nodes[i]);

                if (fault)
                        return fault;
                if (i > 0 && streq(nodes[i]->location, nodes[i - 1]->location))
                        return "two packages are in one place";
        }
        return NULL;
}

static const char *find_lock_fault(Resolver *r) {
        static const LockfileKind kinds[] = { LOCKFILE_PROJECT, LOCKFILE_HIDDEN };

        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                _cleanup_(freep) char *text = lockfile_write(resolver_tree(r), kinds[i], "top");
                _cleanup_(json_object_putp) json_object *o = NULL;

                if (!text || json_parse(text, strlen(text), NULL, &o) < 0)
                        return "no lock file can be written";
        }
        return NULL;
}

/* NULL if all is well; `ret_text` gets what came out. */
static const char *run(UniverseKind kind, uint64_t seed, bool backwards, char **ret_text) {
        _cleanup_(universe_done) Universe u = {};
        _cleanup_(resolver_freep) Resolver *r = NULL;
        _cleanup_(spec_freep) Spec *spec = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        const char *fault = NULL;
        int k;

        universe_make(&u, kind, seed);
        u.backwards = backwards;
        k = resolve(&u, &e, &spec, &r);
        if (k == -ENOTRECOVERABLE || k == -ENOMEM)
                fault = "it waits for nothing, or ran out of memory";
        else if (k < 0 && !e.message)
                fault = "it fails without a sentence";
        else if (k >= 0)
                fault = find_fault(r) ?: find_lock_fault(r);
        *ret_text = describe(r, k, &e);
        return fault;
}

static const char *current_kind;
static uint64_t current_seed;

static void on_alarm(int signal) {
        printf("Bail out! %s, seed %llu: it does not end\n", current_kind,
               (unsigned long long) current_seed);
        (void) fflush(stdout);
        _exit(EXIT_FAILURE);
}

/* Whether nothing is wrong with it; `ret_tree`: it came to a tree. */
static bool check_seed(UniverseKind kind, uint64_t seed, bool *ret_tree) {
        _cleanup_(freep) char *forth = NULL, *back = NULL;
        const char *fault;

        current_kind = universe_kind_to_string(kind);
        current_seed = seed;
        (void) alarm(HANG_SECONDS);
        fault = run(kind, seed, /* backwards= */ false, &forth)
                        ?: run(kind, seed, /* backwards= */ true, &back);
        /* what is in an archive is made up as it is asked for */
        if (!fault && kind < UNIVERSE_BUNDLES && !streq_ptr(forth, back))
                fault = "the order of the answers makes a difference";
        if (fault)
                printf("# %s, seed %llu: %s\n", current_kind, (unsigned long long) seed, fault);
        *ret_tree = forth && startswith(forth, "node_modules/");
        return !fault;
}

static void check_kind(UniverseKind kind, uint64_t seeds) {
        uint64_t faults = 0, trees = 0;

        for (uint64_t seed = 0; seed < seeds; seed++) {
                bool tree;

                faults += !check_seed(kind, seed, &tree);
                trees += tree;
        }
        printf("# %s: %llu of %llu came to a tree\n", current_kind, (unsigned long long) trees,
               (unsigned long long) seeds);
        ok(faults == 0);
        ok(trees > 0);
}

static int print(const char *kind_text, const char *seed_text) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        _cleanup_(universe_done) Universe u = {};
        json_object *documents = json_object_new_object();
        _cleanup_(freep) char *result = NULL;
        uint64_t seed = strtoull(seed_text, NULL, 10);
        UniverseKind kind = 0;

        while (kind < _UNIVERSE_KIND_MAX && !streq(universe_kind_to_string(kind), kind_text))
                kind++;
        if (kind == _UNIVERSE_KIND_MAX || json_add(o, "documents", documents) < 0)
                return EXIT_FAILURE;
        universe_make(&u, kind, seed);
        for (unsigned i = 0; i < u.n_names; i++) {
                _cleanup_(freep) char *text = universe_packument(&u, universe_name(&u, i));

                if (!text || json_add_string(documents, universe_name(&u, i), text) < 0)
                        return EXIT_FAILURE;
        }
        (void) run(kind, seed, /* backwards= */ false, &result);
        if (json_add_string(o, "result", result) < 0)
                return EXIT_FAILURE;
        return puts(json_text(o)) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
        bool thorough = !isempty(getenv("PM2CTL_TEST_THOROUGH"));

        if (argc == 3)
                return print(argv[1], argv[2]);
        (void) signal(SIGALRM, on_alarm);
        for (size_t i = 0; i < ELEMENTSOF(known); i++) {
                bool tree;

                ok(check_seed(known[i].kind, known[i].seed, &tree));
        }
        for (UniverseKind kind = 0; kind < _UNIVERSE_KIND_MAX; kind++)
                check_kind(kind, thorough ? SEEDS_THOROUGH : SEEDS);
        return tap_done();
}
